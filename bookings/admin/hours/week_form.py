"""The seven days as they are typed: read, changed a button at a time, and checked in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise

from django.http import QueryDict

from bookings.models import AvailabilityRule
from bookings.models.schedule import MIDNIGHT, Weekday
from bookings.scheduling import Window

# So many windows in a day are a mistake; a form of thousands of them is an attack.
MOST = 12


@dataclass(slots=True)
class Row:
    """One window as typed."""

    opens: str = ""
    closes: str = ""


@dataclass(slots=True)
class Day:
    """One weekday (0 is Monday) with its rows and what is wrong with them."""

    number: int
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the day."""
        return str(Weekday(self.number).label)

    def windows(self) -> list[Window]:
        """The windows of the rows that make sense, by time; rows without any time count as gone."""
        self.problems = []
        found: list[Window] = []
        for row in self.rows:
            opens, closes = _wall(row.opens), _wall(row.closes)
            if not row.opens and not row.closes:
                continue
            if opens is None or closes is None:
                missing = "a time like 09:00 to begin" if opens is None else "a time like 17:00 to end"
                self.problems.append(f"{self.name}: give {missing}.")
                continue
            window = Window(opens, closes)
            if window.is_backward:
                self.problems.append(
                    f"{self.name}: {_said(opens)} to {_said(closes)} ends before it begins. "
                    "00:00 as the end means midnight."
                )
                continue
            found.append(window)
        found.sort()
        for before, after in pairwise(found):
            if before.closes == MIDNIGHT or after.opens < before.closes:
                self.problems.append(
                    f"{self.name}: {_said(before.opens)} to {_said(before.closes)} and {_said(after.opens)} to "
                    f"{_said(after.closes)} overlap. Make them one."
                )
        return found


@dataclass(slots=True)
class Week:
    """Monday to Sunday."""

    days: list[Day]

    @classmethod
    def of(cls, rules: Iterable[AvailabilityRule]) -> "Week":
        """The week as it is saved."""
        week = cls([Day(number) for number in range(7)])
        for rule in sorted(rules, key=lambda each: (each.weekday, each.opens)):
            week.days[rule.weekday].rows.append(Row(f"{rule.opens:%H:%M}", f"{rule.closes:%H:%M}"))
        return week

    @classmethod
    def typed(cls, data: QueryDict) -> "Week":
        """The week as a form sends it."""
        days = []
        for number in range(7):
            pairs = zip(data.getlist(f"opens-{number}"), data.getlist(f"closes-{number}"), strict=False)
            rows = [Row(opens.strip()[:8], closes.strip()[:8]) for opens, closes in list(pairs)[:MOST]]
            days.append(Day(number, rows))
        return cls(days)

    def change(self, wish: str, data: QueryDict) -> bool:
        """Do what a button asks: "more:0", "drop:0:1" or "copy"; False where it asks for nothing of the kind."""
        verb, *numbers = wish.split(":")
        places = [int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < 3]
        if verb == "copy":
            source = data.get("copy-from", "")
            if source.isascii() and source.isdigit() and int(source) < 7:
                rows = [row for row in self.days[int(source)].rows if row.opens or row.closes]
                for day in self.days:
                    if str(day.number) in data.getlist("copy-to") and str(day.number) != source:
                        day.rows = [Row(row.opens, row.closes) for row in rows]
            return True
        if verb not in ("more", "drop") or not places or places[0] > 6:
            return False
        rows = self.days[places[0]].rows
        if verb == "more" and len(rows) < MOST:
            rows.append(Row())
        if verb == "drop" and len(places) == 2 and places[1] < len(rows):
            del rows[places[1]]
        return True

    def windows(self) -> dict[int, tuple[Window, ...]]:
        """What is open on each weekday that is open, as far as it makes sense."""
        found = {day.number: tuple(day.windows()) for day in self.days}
        return {number: windows for number, windows in found.items() if windows}

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong, after `windows` was asked."""
        return [problem for day in self.days for problem in day.problems]


def _wall(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0) if found.tzinfo is None else None


def _said(wall: time) -> str:
    return f"{wall:%H:%M}"
