"""Staff book on a student's behalf: the same gate, without the rules that are there for visitors."""

from datetime import datetime
from typing import Any

import pytest

from bookings import services
from bookings.errors import KeyReused, NotOffered, PhoneNeeded, SlotTaken
from bookings.models import Booking, Coach, EventType
from leads.models import Lead
from mail.models import Message
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, history_replays

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach()


@pytest.fixture
def bob() -> Coach:
    return a_coach("bob")


@pytest.fixture
def kind(ada: Coach, bob: Coach) -> EventType:
    return a_type(ada, bob, needs_approval=True)


def book_for(kind: EventType, start: datetime = NEXT_WEEK, coach: Coach | None = None, **changes: Any) -> Booking:
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


def test_a_call_booked_by_staff_is_agreed_on_at_once(kind: EventType, ada: Coach) -> None:
    booked = Booking.objects.get(pk=book_for(kind, coach=ada).pk)
    assert (booked.status, booked.approve_by, booked.source) == ("confirmed", None, "staff")
    assert (booked.coach, booked.coach_reason) == (ada, "Staff chose this coach.")
    event = booked.events.get()
    assert (event.name, event.actor_kind, event.actor) == ("confirmed", "staff", "olivia")
    lead = Lead.objects.get()
    assert (booked.lead, lead.stage, lead.touches.count()) == (lead, "call_booked", 0)
    assert Message.objects.filter(kind="bookings.confirmed", recipient="grace@example.org").count() == 1
    assert history_replays()


@pytest.mark.parametrize(("start", "now"), [(TUESDAY_TEN, TUESDAY_TEN - 5 * MINUTE), (TUESDAY_TEN + 63 * DAY, NOW)])
def test_neither_notice_nor_booking_window_binds_staff(kind: EventType, start: datetime, now: datetime) -> None:
    with pytest.raises(NotOffered):
        book(kind, start, now=now)
    assert book_for(kind, start, now=now).start == start


@pytest.mark.parametrize(
    ("start", "reason"), [(NEXT_WEEK + 12 * HOUR, "outside hours"), (NEXT_WEEK + 5 * MINUTE, "grid")]
)
def test_hours_and_grid_bind_staff(kind: EventType, ada: Coach, start: datetime, reason: str) -> None:
    with pytest.raises(NotOffered, match=reason):
        book_for(kind, start, ada)


def test_the_past_is_not_booked(kind: EventType, ada: Coach) -> None:
    with pytest.raises(NotOffered):
        book_for(kind, TUESDAY_TEN, ada, now=TUESDAY_TEN + MINUTE)


def test_a_taken_time_is_taken_for_staff_too(kind: EventType, ada: Coach) -> None:
    book(kind, NEXT_WEEK, ada, email="other@example.org")
    with pytest.raises(SlotTaken):
        book_for(kind, coach=ada)
    assert not Lead.objects.filter(email="grace@example.org").exists()


def test_the_limit_of_calls_per_person_does_not_bind_staff(kind: EventType, ada: Coach) -> None:
    for number in range(5):
        book_for(kind, NEXT_WEEK + number * HOUR, ada)
    assert Booking.objects.filter(attendee_email="grace@example.org", status="confirmed").count() == 5


def test_without_a_wish_the_students_own_coach_comes_first(kind: EventType, bob: Coach) -> None:
    book_for(kind, NEXT_WEEK, bob)
    mine = book_for(kind, NEXT_WEEK + DAY)
    assert (mine.coach, mine.coach_reason) == (bob, "Any coach: the student's own coach (1 upcoming call).")
    assert book_for(kind, NEXT_WEEK + 2 * DAY, email="new@example.org").coach.slug == "ada"


def test_the_same_form_again_is_one_call(kind: EventType) -> None:
    first = book_for(kind, idempotency_key="k" * 32)
    assert book_for(kind, idempotency_key="k" * 32).pk == first.pk
    with pytest.raises(KeyReused):
        book_for(kind, idempotency_key="k" * 32, name="Eve")
    assert Booking.objects.count() == 1


def test_a_number_is_needed_where_the_coach_phones(kind: EventType) -> None:
    EventType.objects.filter(pk=kind.pk).update(location_kind="phone", location_detail="")
    kind.refresh_from_db()
    with pytest.raises(PhoneNeeded):
        book_for(kind)
    assert book_for(kind, phone="+12155550100").attendee_phone == "+12155550100"
