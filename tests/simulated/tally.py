"""What the quarter itself counts, with sets and counters and nothing of the site's: the other side of the comparison."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
STEPS = ("readers", "quiz", "lead", "confirmed", "booked", "attended", "enrolled")
UNKNOWN = "Not known"
ROLE_NAMES = {
    "product_manager": "Product Manager",
    "project_manager": "Project Manager",
    "tpm": "Technical Program Manager",
    "undecided": "Not sure yet",
    "": UNKNOWN,
}
Row = tuple[str, str, str, str, str, str]  # table, from, to, source, page, role
Table = dict[Row, tuple[str, ...]]
Cell = tuple[date, str, str, str, str]  # week, source, page, role, step
DAY = timedelta(days=1)


@dataclass(slots=True)
class Known:
    """What is known of one person who has left an address."""

    source: str
    page: str
    role: str = ""
    days: dict[str, date] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """One quarter's own books."""

    readers: set[tuple[date, str, str, str]] = field(default_factory=set)
    quiz: Counter[tuple[date, str, str, str]] = field(default_factory=Counter)
    known: dict[str, Known] = field(default_factory=dict)
    held: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    def read(self, now: datetime, page: str, address: str, agent: str) -> None:
        """A page was opened."""
        self.readers.add((day_of(now), page, address, agent))

    def took_quiz(self, now: datetime, source: str, page: str, role: str) -> None:
        """A run was finished."""
        self.quiz[day_of(now), source, page, role] += 1

    def left_address(self, email: str, now: datetime, *, source: str, page: str, role: str) -> None:
        """A form was taken in: the first one says whence, the first role that is told stays."""
        person = self.known.setdefault(email, Known(source, page))
        person.role = person.role or role
        self.step(email, "lead", now)

    def step(self, email: str, step: str, at: datetime) -> None:
        """A step was taken; only the first time counts."""
        days = self.known[email].days
        days[step] = min(days.get(step, date.max), day_of(at))

    def table(self, since: date, until: date) -> Table:
        """Every line of the file as it has to be."""
        cells: Counter[Cell] = Counter()
        for day, page in ((day, page) for day, page, _, _ in self.readers):
            cells[monday(day), "", page, "", "readers"] += 1
        for (day, source, page, role), runs in self.quiz.items():
            cells[monday(day), source, page, role, "quiz"] += runs
        for person in self.known.values():
            for step, day in person.days.items():
                cells[monday(day), person.source, person.page, person.role, step] += 1
        # Somebody who reads two pages on one day is one reader of the site.
        everywhere = Counter(monday(day) for day, _, _ in {(day, a, b) for day, _, a, b in self.readers})
        lines = Lines(Counter({cell: n for cell, n in cells.items() if since <= cell[0] < until}), since, until)
        return lines.written(Counter({week: n for week, n in everywhere.items() if since <= week < until}))


@dataclass(slots=True)
class Lines:
    """The lines of the file, written out."""

    cells: Counter[Cell]
    since: date
    until: date
    found: Table = field(default_factory=dict)

    def written(self, everywhere: Counter[date]) -> Table:
        """The whole, each week, each source, page and role, and all of them together."""
        last, everybody = self.until - DAY, ("all", "all", "all")
        told = [*self.cells]
        self.add("Whole period", (self.since, last), everybody, told, everywhere.total())
        for n in range((self.until - self.since).days // 7):
            week = self.since + n * 7 * DAY
            mine = [cell for cell in told if cell[0] == week]
            self.add("By week", (week, week + 6 * DAY), everybody, mine, everywhere[week])
            for where in {cell[1:4] for cell in mine}:
                named = (where[0] or UNKNOWN, where[1] or UNKNOWN, ROLE_NAMES[where[2]])
                self.add("Each", (week, week + 6 * DAY), named, [cell for cell in mine if cell[1:4] == where])
        for at, table in ((1, "By source"), (2, "By page"), (3, "By role")):
            seen = [cell for cell in told if table == "By page" or cell[4] != "readers"]
            for key in {cell[at] for cell in seen}:
                named = ROLE_NAMES[key] if table == "By role" else key or UNKNOWN
                places = tuple(named if place == at else "all" for place in (1, 2, 3))
                self.add(table, (self.since, last), places, [cell for cell in seen if cell[at] == key])
        return self.found

    def add(
        self,
        table: str,
        days: tuple[date, date],
        where: tuple[str, ...],
        cells: list[Cell],
        readers: int | None = None,
    ) -> None:
        """One line; where no reader was seen and `readers` does not say how many there were, it is not known."""
        sums = Counter[str]()
        for cell in cells:
            sums[cell[4]] += self.cells[cell]
        first = str(sums["readers"] or UNKNOWN) if readers is None else str(readers)
        source, page, role = (_safe(each) for each in where)
        row = (table, days[0].isoformat(), days[1].isoformat(), source, page, role)
        self.found[row] = (first, *(str(sums[step]) for step in STEPS[1:]))


def _safe(text: str) -> str:
    """As a spreadsheet may read it."""
    return f"'{text}" if text[:1] in "=+-@" and text else text


def day_of(at: datetime) -> date:
    """The institute's date of an instant."""
    return at.astimezone(ZONE).date()


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.isoweekday() - 1)
