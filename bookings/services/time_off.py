"""A coach's time off, entered under the same lock that every booking of this coach waits for."""

from datetime import datetime

from bookings.models import Coach, TimeOff


def add_time_off(*, coach: Coach, start: datetime, end: datetime, note: str, now: datetime) -> TimeOff:
    """Block the coach's time in [start, end); calls already booked stay. Raises Busy, ValueError where end <= start."""
    raise NotImplementedError


def remove_time_off(*, time_off: TimeOff) -> None:
    """Give the time free again. Raises Busy."""
    raise NotImplementedError
