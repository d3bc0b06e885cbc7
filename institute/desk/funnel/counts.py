"""The figures of the funnel from counted rows: plain values in, tables out. No Django, no clock, no database."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from institute.desk.funnel.weeks import Week

READERS = "readers"
STEPS = (READERS, "quiz", "lead", "confirmed", "booked", "attended", "enrolled")
PEOPLE = STEPS[2:]
Numbers = tuple[int | None, ...]
Key = tuple[str, str, str]  # source, page, role


@dataclass(frozen=True, slots=True)
class Count:
    """So many took one step on one day; "" is what nobody knows."""

    step: str
    day: date
    source: str
    page: str
    role: str
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a number for each step, None where it cannot be known."""

    key: str
    numbers: Numbers

    @property
    def shares(self) -> tuple[str, ...]:
        """How many of the step before, in percent; "" where that is nothing or not known."""
        return ("", *(share(number, before) for before, number in zip(self.numbers, self.numbers[1:], strict=False)))


@dataclass(frozen=True, slots=True)
class Funnel:
    """Everything the page and the file show."""

    weeks: tuple[tuple[Week, Line], ...]
    total: Line
    source: tuple[Line, ...]
    page: tuple[Line, ...]
    role: tuple[Line, ...]
    # Each week, with each source, page and role that occurs in it.
    cells: tuple[tuple[Week, Key, Numbers], ...]


def share(number: int | None, before: int | None) -> str:
    """ "12%", "under 1%", "150%"."""
    if number is None or not before:
        return ""
    percent = round(100 * number / before)
    return "under 1%" if number and not percent else f"{percent}%"


def funnel(rows: Iterable[Count], everywhere: Iterable[Count], weeks: Sequence[Week]) -> Funnel:
    """The tables of these counts, all of which lie in the weeks.

    `everywhere` has the readers of all pages together, `rows` those of each page: who read two pages is one reader of
    the site, and one of each page.
    """
    told = list(rows)
    starts = [week.first for week in weeks]

    def week_of(row: Count) -> str:
        return str(bisect_right(starts, row.day) - 1)

    of_all = [*everywhere, *(row for row in told if row.step != READERS)]
    by_week = {line.key: line for line in _lines(of_all, week_of)}
    empty = (0,) * len(STEPS)
    lines = tuple((week, by_week.get(str(n), Line(str(n), empty))) for n, week in enumerate(weeks))
    (total,) = _lines(of_all, lambda row: "") or [Line("", empty)]
    cells = Counter[tuple[int, Key, str]]()
    for row in told:
        cells[int(week_of(row)), (row.source, row.page, row.role), row.step] += row.number
    places = sorted({(n, key) for n, key, _ in cells})
    return Funnel(
        weeks=lines,
        total=total,
        source=_ranked(told, "source"),
        page=_ranked(told, "page"),
        role=_ranked(told, "role"),
        cells=tuple((weeks[n], key, _told(tuple(cells[n, key, step] for step in STEPS))) for n, key in places),
    )


def _ranked(rows: Sequence[Count], by: str) -> tuple[Line, ...]:
    """The lines of one dimension, the most leads first, the unknown last."""
    seen = rows if by == "page" else [row for row in rows if row.step != READERS]
    lines = _lines(seen, lambda row: str(getattr(row, by)))
    told = [Line(line.key, _told(line.numbers)) for line in lines]
    return tuple(sorted(told, key=lambda line: (not line.key, [-(n or 0) for n in line.numbers[2:]], line.key)))


def _told(numbers: Numbers) -> Numbers:
    """Readers are counted on the guide's pages only, without source and role: elsewhere none seen is not known."""
    return (numbers[0] or None, *numbers[1:])


def _lines(rows: Sequence[Count], key: Callable[[Count], str]) -> list[Line]:
    sums = Counter[tuple[str, str]]()
    for row in rows:
        sums[key(row), row.step] += row.number
    return [Line(name, tuple(sums[name, step] for step in STEPS)) for name in sorted({name for name, _ in sums})]


def shortened(lines: Sequence[Line], most: int) -> tuple[list[Line], Line | None, int]:
    """The first lines, and the rest as one with its number of lines, where there are more than `most`."""
    if len(lines) <= most:
        return list(lines), None, 0
    rest = lines[most:]
    sums = tuple(
        None if None in column else sum(n for n in column if n)
        for column in zip(*(r.numbers for r in rest), strict=True)
    )
    return list(lines[:most]), Line("", sums), len(rest)
