"""Stretches of days with the times that are open on them, in the viewer's zone: a week from a day on, or a month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at
from bookings.selectors import OpenSlot
from bookings.views import wording

WEEK_DAYS = 7
ONE = timedelta(days=1)
FEW = 10
# The part of the day as addresses carry it: until which hour, its name, and the hours in words.
PARTS = {
    "night": (6, "Night", "before 6 AM"),
    "morning": (12, "Morning", "6 AM to noon"),
    "afternoon": (17, "Afternoon", "noon to 5 PM"),
    "evening": (24, "Evening", "from 5 PM"),
}

Opened = dict[date, list[datetime]]


@dataclass(frozen=True)
class Stretch:
    """Local dates from `first` up to and not including `end`."""

    first: date
    end: date

    @property
    def dates(self) -> list[date]:
        """Every date of it."""
        return [self.first + number * ONE for number in range((self.end - self.first).days)]

    @property
    def words(self) -> str:
        """From when to when, e.g. "Mon 11 January to Sun 17 January"."""
        return f"{wording.short_day(self.first)} to {wording.short_day(self.end - ONE)}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The stretch as a half-open interval of instants."""
        return midnight(self.first, zone), midnight(self.end, zone)


@dataclass(frozen=True)
class Time:
    """One radio button; `note` is a word beside it, e.g. that this is the present time of a call that is moved."""

    value: str
    label: str
    moment: str
    part: str = ""
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True)
class Day:
    """One square: "open", "hidden" (by the choice of hours), "full", "none" (nobody works), "past" or "later"."""

    date: date
    state: str
    count: int
    chosen: bool


def week(first: date) -> Stretch:
    """Seven days from a date on."""
    return Stretch(first, first + WEEK_DAYS * ONE)


def month(day: date) -> Stretch:
    """The whole month that a date is in."""
    first = day.replace(day=1)
    return Stretch(first, (first + 31 * ONE).replace(day=1))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local date, in UTC; a midnight skipped by the clocks is the moment they move."""
    return instant(opens_at(day, MIDNIGHT, zone))


def by_day(slots: Iterable[OpenSlot], zone: ZoneInfo) -> Opened:
    """The open starts under the viewer's local date."""
    found: Opened = {}
    for slot in slots:
        found.setdefault(slot.start.astimezone(zone).date(), []).append(slot.start)
    return found


def only(part: str, opened: Opened, zone: ZoneInfo) -> Opened:
    """What is open in one part of the day; everything where no part is chosen."""
    if not part:
        return opened
    kept = {day: [start for start in starts if part_of(start, zone) == part] for day, starts in opened.items()}
    return {day: starts for day, starts in kept.items() if starts}


def part_of(start: datetime, zone: ZoneInfo) -> str:
    """The part of the viewer's day that an instant is in, as in PARTS."""
    hour = start.astimezone(zone).hour
    return next(name for name, (until, *_) in PARTS.items() if hour < until)


def squares(stretch: Stretch, state: dict[date, str], opened: Opened, chosen: date | None) -> list[Day]:
    """The days of a stretch; those that `state` does not name have no hours."""
    return [
        Day(
            date=day,
            state="open" if day in opened else state.get(day, "none"),
            count=len(opened.get(day, ())),
            chosen=day == chosen,
        )
        for day in stretch.dates
    ]


def weeks(days: Sequence[Day]) -> list[list[Day | None]]:
    """The days of a month in rows from Monday to Sunday, None over its edges; weeks that are over are left out."""
    cells: list[Day | None] = [None] * days[0].date.weekday() + list(days)
    cells += [None] * (-len(cells) % WEEK_DAYS)
    rows = [cells[at : at + WEEK_DAYS] for at in range(0, len(cells), WEEK_DAYS)]
    return [row for row in rows if any(day is not None and day.state != "past" for day in row)]


def times(
    starts: Sequence[datetime], zone: ZoneInfo, chosen: datetime | None = None, present: datetime | None = None
) -> list[Time]:
    """Radio buttons for times of one day, many of them in parts of the day; `present` is when the call is now."""
    return [
        Time(
            wording.written(start),
            wording.clock(start, zone),
            wording.moment(start, zone),
            part=PARTS[part_of(start, zone)][1] if len(starts) > FEW else "",
            chosen=start == chosen,
            note="present time" if start == present else "",
        )
        for start in starts
    ]


def moments(slots: Iterable[OpenSlot], zone: ZoneInfo, chosen: datetime | None = None) -> list[Time]:
    """Radio buttons for times on different days."""
    return [
        Time(
            wording.written(slot.start),
            f"{wording.short_day(slot.start.astimezone(zone).date())}, {wording.clock(slot.start, zone)}",
            wording.moment(slot.start, zone),
            chosen=slot.start == chosen,
        )
        for slot in slots
    ]


def nearest(opened: Iterable[date], wanted: date, count: int = 6) -> list[date]:
    """The days with open times nearest to a date, in order."""
    return sorted(sorted(opened, key=lambda day: (abs(day - wanted), day))[:count])
