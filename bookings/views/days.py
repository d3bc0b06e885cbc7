"""A stretch of days with the times that are open on them, in the viewer's zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at
from bookings.selectors import OpenSlot
from bookings.views import wording
from bookings.views.asked import written

STRETCH = 14
FEW = 10
PARTS = ((6, "Night"), (12, "Morning"), (17, "Afternoon"), (24, "Evening"))


@dataclass(frozen=True)
class Time:
    """One radio button."""

    value: str
    label: str
    moment: str
    part: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Day:
    """One square of the day list; `state` is "open", "full" (nobody is free) or "none" (nobody works)."""

    date: date
    state: str
    count: int
    chosen: bool


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local date, in UTC; a midnight skipped by the clocks is the moment they move."""
    return instant(opens_at(day, MIDNIGHT, zone))


def bounds(first: date, count: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The stretch of local dates as a half-open interval of instants."""
    return midnight(first, zone), midnight(first + timedelta(days=count), zone)


def by_day(slots: Iterable[OpenSlot], zone: ZoneInfo) -> dict[date, list[datetime]]:
    """The open starts under the viewer's local date."""
    found: dict[date, list[datetime]] = {}
    for slot in slots:
        found.setdefault(slot.start.astimezone(zone).date(), []).append(slot.start)
    return found


def squares(
    first: date, count: int, opened: dict[date, list[datetime]], worked: set[date], chosen: date | None
) -> list[Day]:
    """The days of a stretch; one with hours but no open time is full."""
    days = [first + timedelta(days=number) for number in range(count)]
    return [
        Day(
            date=day,
            state="open" if day in opened else "full" if day in worked else "none",
            count=len(opened.get(day, ())),
            chosen=day == chosen,
        )
        for day in days
    ]


def times(starts: Sequence[datetime], zone: ZoneInfo, chosen: datetime | None = None) -> list[Time]:
    """Radio buttons for times of one day; many of them come in parts of the day."""
    return [
        Time(
            written(start),
            wording.clock(start, zone),
            wording.moment(start, zone),
            part=_part(start.astimezone(zone).hour) if len(starts) > FEW else "",
            chosen=start == chosen,
        )
        for start in starts
    ]


def _part(hour: int) -> str:
    return next(name for until, name in PARTS if hour < until)


def moments(slots: Iterable[OpenSlot], zone: ZoneInfo) -> list[Time]:
    """Radio buttons for times on different days."""
    return [
        Time(
            written(slot.start),
            f"{wording.short_day(slot.start.astimezone(zone).date())}, {wording.clock(slot.start, zone)}",
            wording.moment(slot.start, zone),
        )
        for slot in slots
    ]


def nearest(opened: dict[date, list[datetime]], wanted: date, count: int = 6) -> list[date]:
    """The days with open times nearest to a date, in order."""
    return sorted(sorted(opened, key=lambda day: (abs(day - wanted), day))[:count])
