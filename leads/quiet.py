"""Quiet hours: mail that nobody waits for arrives by day, by the reader's own clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGINS, ENDS = time(8), time(20)


def not_at_night(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant itself by day, else the next eight o'clock in the morning there."""
    local = instant.astimezone(zone)
    if BEGINS <= local.time() < ENDS:
        return instant
    date = local.date() if local.time() < BEGINS else local.date() + timedelta(days=1)
    return datetime.combine(date, BEGINS, zone).astimezone(instant.tzinfo)
