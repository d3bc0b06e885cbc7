"""The funnel as a CSV file: the numbers of the page, and below them each week with each source, page and role."""

from collections.abc import Iterator

from institute.desk.funnel.counts import Funnel, Line, Numbers
from institute.desk.funnel.weeks import Week
from institute.desk.funnel.words import COLUMNS, UNKNOWN, named
from leads import cells

HEADING = ("Table", "From", "To", "Source", "Page", "Role", *(column.name for column in COLUMNS))
ALL = "all"


def written(funnel: Funnel) -> Iterator[bytes]:
    """The file in portions; cells that could be formulas begin with an apostrophe."""
    return cells.written(HEADING, _rows(funnel))


def _rows(funnel: Funnel) -> Iterator[tuple[object, ...]]:
    first, last = funnel.weeks[0][0], funnel.weeks[-1][0]
    whole = Week(first.first, last.until)
    yield _row("Whole period", whole, (ALL, ALL, ALL), funnel.total.numbers)
    for week, line in reversed(funnel.weeks):
        yield _row("By week", week, (ALL, ALL, ALL), line.numbers)
    for by, lines in (("source", funnel.source), ("page", funnel.page), ("role", funnel.role)):
        yield from (_row(f"By {by}", whole, _only(by, line), line.numbers) for line in lines)
    for week, (source, page, role), numbers in funnel.cells:
        where = (named("source", source), named("page", page), named("role", role))
        yield _row("Each", week, where, numbers)


def _only(by: str, line: Line) -> tuple[str, str, str]:
    source, page, role = (named(by, line.key) if each == by else ALL for each in ("source", "page", "role"))
    return source, page, role


def _row(table: str, week: Week, where: tuple[str, str, str], numbers: Numbers) -> tuple[object, ...]:
    told = (UNKNOWN if number is None else number for number in numbers)
    return (table, week.first.isoformat(), week.last.isoformat(), *where, *told)
