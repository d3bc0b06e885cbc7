"""A small institute to book at: coaches with hours, kinds of call, and the steps a visitor takes."""

from collections.abc import Iterable
from datetime import time, timedelta
from typing import Any

from bookings.models import AvailabilityRule, Coach, EventType, LocationKind, Schedule


def make_coach(
    slug: str = "ada",
    *,
    zone: str = "America/New_York",
    opens: time = time(9),
    closes: time = time(17),
    weekdays: Iterable[int] = range(5),
    **fields: Any,
) -> Coach:
    """A coach with the same hours on each of the weekdays."""
    coach = Coach.objects.create(slug=slug, **({"name": slug.title()} | fields))
    schedule = Schedule.objects.create(coach=coach, time_zone=zone)
    for weekday in weekdays:
        AvailabilityRule.objects.create(schedule=schedule, weekday=weekday, opens=opens, closes=closes)
    return coach


def make_event_type(slug: str = "career-consultation", *coaches: Coach, **fields: Any) -> EventType:
    """A kind of call that these coaches take: half an hour by video, a day's notice to cancel."""
    usual: dict[str, Any] = {
        "title": "Career consultation",
        "summary": "Where you are, where you want to go, and the next step.",
        "duration": timedelta(minutes=30),
        "slot_interval": timedelta(minutes=30),
        "minimum_notice": timedelta(hours=2),
        "booking_window": timedelta(days=60),
        "cancel_window": timedelta(hours=24),
        "location_kind": LocationKind.VIDEO,
        "location_detail": "https://meet.example.org/room",
        "price_text": "Free",
        "enabled": True,
    }
    kind = EventType.objects.create(slug=slug, **(usual | fields))
    kind.coaches.set(coaches)
    return kind
