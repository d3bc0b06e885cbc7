"""The verbs of a call that is booked, with usual answers, and what the ledger says afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bookings import services
from bookings.models import Booking, Coach, EventType
from mail.models import Message, Topic
from tests.bookings.house import NOW, TUESDAY_TEN

STAFF, ATTENDEE = "staff", "attendee"


def move(booking: Booking, start: datetime, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": ATTENDEE, "actor": "booking link", "why": "", "now": NOW}
    return services.reschedule(booking=booking, start=start, coach=coach, **(usual | changes))


def reassign(booking: Booking, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor": "olivia", "why": "", "now": NOW}
    return services.reassign(booking=booking, coach=coach, **(usual | changes))


def approve(booking: Booking, **changes: Any) -> Booking:
    return services.approve(booking=booking, **({"actor_kind": STAFF, "actor": "ada", "now": NOW} | changes))


def decline(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": STAFF, "actor": "ada", "why": "", "now": NOW}
    return services.decline(booking=booking, **(usual | changes))


def book_for(kind: EventType, start: datetime = TUESDAY_TEN, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {
        "name": "Grace Visitor",
        "email": "grace@example.org",
        "phone": "",
        "questions": "",
        "time_zone": "America/Chicago",
        "idempotency_key": "",
        "actor": "olivia",
        "now": NOW,
    }
    return services.book_for(event_type=kind, start=start, coach=coach, **(usual | changes))


def edit(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {
        "phone": booking.attendee_phone,
        "questions": booking.questions,
        "access_needs": booking.access_needs,
        "answers": (),
        "actor_kind": ATTENDEE,
        "actor": "booking link",
        "now": NOW,
    }
    return services.edit_details(booking=booking, **(usual | changes))


def mails(booking: Booking, *, version: int | None = None) -> list[tuple[str, str, str]]:
    """Kind without its room, recipient and state of the mails about a booking's present (or that) version, sorted."""
    found = Message.objects.filter(topic__key=booking.topic_key, topic_version=version or booking.version)
    rows = found.values_list("kind", "recipient", "status")
    return sorted((kind.removeprefix("bookings."), recipient, status) for kind, recipient, status in rows)


def topic_version(booking: Booking) -> int:
    return Topic.objects.get(key=booking.topic_key).version


@contextmanager
def counted(*coaches: Coach) -> Iterator[None]:
    """What happens inside counts a write to each of these coaches, and to nobody else."""
    before = dict(Coach.objects.values_list("pk", "version"))
    yield
    after = dict(Coach.objects.values_list("pk", "version"))
    assert {pk for pk in before if after[pk] > before[pk]} == {coach.pk for coach in coaches}
