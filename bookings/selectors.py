"""What pages, the API and the booking gate read: rows in, plain frozen values out, a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings.models import Booking, Coach, EventType


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """An instant (aware UTC) at which a call can start, and the slugs of the coaches who are free then."""

    start: datetime
    coaches: tuple[str, ...]


def event_types() -> QuerySet[EventType]:
    """The kinds of call that can be booked, in the order staff gave them."""
    raise NotImplementedError


def coaches(event_type: EventType | None = None) -> QuerySet[Coach]:
    """The coaches who can be booked (for this kind of call, if one is given)."""
    raise NotImplementedError


def coach_zone(coach: Coach, *, at: datetime) -> ZoneInfo:
    """The zone of the coach's schedule that is valid at that instant, or UTC where the coach has no schedule."""
    raise NotImplementedError


def month_of_slots(
    *,
    event_type: EventType,
    coach: Coach | None,
    since: datetime,
    until: datetime,
    now: datetime,
    own_hold: Booking | None = None,
) -> list[OpenSlot]:
    """The starts on offer in [since, until), sorted; `coach` None means any; one's own hold never counts as busy."""
    raise NotImplementedError


def nearest_slots(
    *, event_type: EventType, coach: Coach | None, around: datetime, now: datetime, count: int = 6
) -> list[OpenSlot]:
    """The free starts nearest to an instant, sorted by time; fewer than `count` only where no more exist."""
    raise NotImplementedError
