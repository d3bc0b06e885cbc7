"""Quiet hours: nobody gets a letter at night. Mail about calls, and what somebody has just asked for, goes out at once."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from mail import clock, identity

# The reader's evening and morning, by the reader's wall clock.
FROM, UNTIL = time(21), time(8)


def next_allowed(at: datetime, zone: tzinfo | str = "") -> datetime:
    """`at` itself, or the end of the quiet hours it falls into, in UTC; a zone nobody knows is the institute's own."""
    there = zone if isinstance(zone, tzinfo) else _zone(zone)
    local = at.astimezone(there)
    if UNTIL <= local.time() < FROM:
        return at.astimezone(UTC)
    morning = local.date() + timedelta(days=1) if local.time() >= FROM else local.date()
    return datetime.combine(morning, UNTIL, tzinfo=there).astimezone(UTC)


def _zone(name: str) -> tzinfo:
    if name in clock.zone_names():
        return ZoneInfo(name)
    return ZoneInfo(str(identity.current().default_time_zone))
