"""Holds: a coach's time kept for ten minutes while somebody fills the form."""

from datetime import datetime

from bookings.models import Booking, Coach, EventType


def hold(
    *,
    event_type: EventType,
    start: datetime,
    coach: Coach | None,
    time_zone: str,
    now: datetime,
    previous_hold: Booking | None = None,
) -> Booking:
    """Keep this time for ten minutes, giving up `previous_hold`; `coach` None lets the house choose one.

    Raises SlotTaken, NotOffered, Busy.
    """
    raise NotImplementedError


def renew_hold(*, booking: Booking, now: datetime) -> Booking:
    """Give a live hold ten more minutes, at most ten times; after that it is returned as it is. Raises NotActive."""
    raise NotImplementedError


def release_hold(*, booking: Booking, now: datetime) -> Booking:
    """Give a held time free again; a hold that is over already stays as it is."""
    raise NotImplementedError


def expire_holds(*, now: datetime) -> int:
    """Mark the holds that ran out; tidies the desk's lists, no guard needs it. Returns their number."""
    raise NotImplementedError
