"""A small institute for the tests of this room: coaches with hours, kinds of call, and the verbs with usual answers."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection

from bookings import services
from bookings.errors import SlotTaken
from bookings.models import AvailabilityRule, Booking, BookingEvent, Coach, EventType, LocationKind, Schedule
from bookings.models.history import replay, snapshot

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in New York
TUESDAY_TEN = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)  # 10:00 in New York
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def a_coach(
    slug: str = "ada",
    *,
    zone: str = "America/New_York",
    hours: tuple[int, int] = (9, 17),
    weekdays: Iterable[int] = range(5),
    **fields: Any,
) -> Coach:
    coach = Coach.objects.create(slug=slug, **({"name": slug.title()} | fields))
    schedule = Schedule.objects.create(coach=coach, time_zone=zone)
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(schedule=schedule, weekday=day, opens=time(hours[0]), closes=time(hours[1] % 24))
        for day in weekdays
    )
    return coach


def a_type(*coaches: Coach, slug: str = "consultation", **fields: Any) -> EventType:
    usual: dict[str, Any] = {
        "title": "Career consultation",
        "duration": 30 * MINUTE,
        "slot_interval": 30 * MINUTE,
        "minimum_notice": 2 * HOUR,
        "booking_window": 60 * DAY,
        "cancel_window": 24 * HOUR,
        "location_kind": LocationKind.VIDEO,
        "location_detail": "https://meet.example.org/room",
        "enabled": True,
    }
    kind = EventType.objects.create(slug=slug, **(usual | fields))
    kind.coaches.set(coaches)
    return kind


def hold(kind: EventType, start: datetime = TUESDAY_TEN, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"time_zone": "America/Chicago", "now": NOW}
    return services.hold(event_type=kind, start=start, coach=coach, **(usual | changes))


def book(kind: EventType, start: datetime = TUESDAY_TEN, coach: Coach | None = None, **changes: Any) -> Booking:
    return services.confirm(event_type=kind, start=start, coach=coach, **_filled(changes))


def book_unproven(
    kind: EventType, start: datetime = TUESDAY_TEN, coach: Coach | None = None, **changes: Any
) -> Booking:
    return services.book_unproven(event_type=kind, start=start, coach=coach, **_filled(changes))


def _filled(changes: dict[str, Any]) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "hold": None,
        "name": "Grace Visitor",
        "email": "grace@example.org",
        "phone": "",
        "questions": "Which role fits me?",
        "time_zone": "America/Chicago",
        "idempotency_key": "",
        "page": "/book/consultation/",
        "now": NOW,
    }
    return usual | changes


def cancel(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": BookingEvent.ActorKind.ATTENDEE, "actor": "", "why": "", "now": NOW}
    return services.cancel(booking=booking, **(usual | changes))


def overlaps() -> int:
    """How many pairs of a coach's bookings take the same time."""
    taking = Booking.objects.filter(status__in=("held", "pending", "confirmed"))
    rows = list(taking.values_list("coach_id", "busy_start", "busy_end"))
    return sum(
        one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        for at, one in enumerate(rows)
        for other in rows[:at]
    )


def history_replays() -> bool:
    """Whether the events of every booking replay to its row."""
    return all(replay(row.events.order_by("id")) == snapshot(row) for row in Booking.objects.all())


def race(works: list[Callable[[], Any]]) -> list[Any]:
    """Start all at the same instant, each in a thread and connection of its own; what they returned or raised."""
    barrier = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(at: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            answers[at] = works[at]()
        except Exception as problem:
            answers[at] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def counted(answers: list[Any]) -> tuple[int, int]:
    """How many got a booking, how many heard that the time is taken; anything else fails the test."""
    strange = [each for each in answers if not isinstance(each, Booking | SlotTaken)]
    assert strange == []
    return sum(isinstance(each, Booking) for each in answers), sum(isinstance(each, SlotTaken) for each in answers)
