"""Office hours: how long somebody has waited while the office was open, and whether it is daytime for a person."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# When a phone may ring at a person's home.
DAY_BEGINS, DAY_ENDS = time(9), time(20)


@dataclass(frozen=True, slots=True)
class Hours:
    """The office's weekly hours by its own wall clock; weekdays from 0 for Monday."""

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))


def elapsed(start: datetime, end: datetime, hours: Hours) -> timedelta:
    """How much of [start, end) lies within the office's hours; nothing where `end` comes first."""
    total = timedelta()
    if end <= start:
        return total
    date, last = start.astimezone(hours.zone).date(), end.astimezone(hours.zone).date()
    whole = (last - date).days
    if whole > 60:  # a lead of last year: whole weeks are counted, not walked through
        weeks = whole // 7 - 1
        total += weeks * len(hours.weekdays) * _length(hours)
        date += timedelta(weeks=weeks)
        start = datetime.combine(date, start.astimezone(hours.zone).timetz()).astimezone(UTC)
    while date <= last:
        if date.weekday() in hours.weekdays:
            opens = datetime.combine(date, hours.opens, hours.zone).astimezone(UTC)
            closes = datetime.combine(date, hours.closes, hours.zone).astimezone(UTC)
            total += max(timedelta(), min(closes, end) - max(opens, start))
        date += DAY
    return total


def _length(hours: Hours) -> timedelta:
    opens, closes = (timedelta(hours=each.hour, minutes=each.minute) for each in (hours.opens, hours.closes))
    return closes - opens


def is_open(now: datetime, hours: Hours) -> bool:
    """Whether the office is open."""
    local = now.astimezone(hours.zone)
    return local.weekday() in hours.weekdays and hours.opens <= local.time() < hours.closes


def is_daytime(now: datetime, zone: ZoneInfo) -> bool:
    """Whether a phone may ring there: from nine to eight in the evening."""
    return DAY_BEGINS <= now.astimezone(zone).time() < DAY_ENDS
