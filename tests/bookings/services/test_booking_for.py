"""Staff book on a student's behalf: through the same gate, at once, with few rules of their own."""

import pytest
from django.contrib.auth.models import User

from bookings.errors import KeyReused, NotOffered, PhoneNeeded, SlotTaken, TooManyOpen
from bookings.models import Booking, Coach, EventType, LocationKind
from leads.models import Lead
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, hold
from tests.bookings.services.verbs import book_for, counted, mails
from tests.faults.invariants import broken

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada", user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def bob() -> Coach:
    return a_coach("bob")


@pytest.fixture
def kind(ada: Coach, bob: Coach) -> EventType:
    return a_type(ada, bob)


def test_a_call_that_staff_book_is_a_call_like_any_other(kind: EventType, ada: Coach) -> None:
    with counted(ada):
        booked = book_for(kind, START, ada, name="Grace\r\nVisitor", email=" Grace@EXAMPLE.org")
    assert (booked.status, booked.source, booked.coach_reason) == ("confirmed", "staff", "Staff chose this coach.")
    assert (booked.attendee_name, booked.attendee_email) == ("Grace Visitor", "grace@example.org")
    event = booked.events.get()
    assert (event.name, event.actor_kind, event.actor) == ("confirmed", "staff", "olivia")
    assert [kind for kind, _, _ in mails(booked)] == [
        "coach_confirmed",
        "coach_reminder",
        "coach_reminder",
        "confirmed",
        "reminder",
        "reminder",
    ]
    assert Lead.objects.get().stage == "call_booked"
    assert broken(now=NOW) == []


def test_approval_notice_and_window_do_not_bind_staff(kind: EventType) -> None:
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True, minimum_notice=5 * DAY, booking_window=7 * DAY)
    for start in (NOW + 30 * MINUTE, TUESDAY_TEN, START + 84 * DAY):
        assert book_for(kind, start).status == "confirmed"


def test_nobody_books_the_past(kind: EventType, ada: Coach) -> None:
    for coach in (ada, None):
        with pytest.raises(NotOffered):
            book_for(kind, NOW - HOUR, coach)


def test_hours_grid_and_busy_time_bind_staff_too(kind: EventType, ada: Coach) -> None:
    for start, reason in ((START + 7 * MINUTE, "off the grid"), (START + 12 * HOUR, "outside hours")):
        with pytest.raises(NotOffered, match=reason):
            book_for(kind, start, ada)
    hold(kind, START, ada)
    with pytest.raises(SlotTaken):
        book_for(kind, START, ada)
    EventType.objects.filter(pk=kind.pk).update(limit_per_day=1)
    book_for(kind, START + DAY, ada)
    with pytest.raises(SlotTaken):
        book_for(kind, START + DAY + HOUR, ada)


def test_one_person_may_have_more_calls_than_they_could_book_alone(kind: EventType) -> None:
    for hour in range(3):
        book(kind, START + hour * HOUR)
    with pytest.raises(TooManyOpen):
        book(kind, START + 4 * HOUR)
    assert book_for(kind, START + 4 * HOUR).status == "confirmed"


def test_a_students_own_coach_comes_first(kind: EventType, ada: Coach, bob: Coach) -> None:
    book(kind, START, bob)
    for hour in (2, 3):
        book(kind, START + hour * HOUR, bob, email=f"other{hour}@example.org")
    booked = book_for(kind, START + DAY)
    assert (booked.coach, booked.coach_reason) == (bob, "Any coach: the student's own coach (3 upcoming calls).")
    assert book_for(kind, START + DAY, email="new@example.org").coach == ada, "who knows nobody gets who is least busy"


def test_a_missed_or_cancelled_call_makes_nobody_ones_own_coach(kind: EventType, ada: Coach, bob: Coach) -> None:
    cancel(book(kind, START, bob))
    Booking.objects.filter(pk=book(kind, START, bob).pk).update(status="no_show")
    for hour in (2, 3):
        book(kind, START + hour * HOUR, bob, email=f"other{hour}@example.org")
    assert book_for(kind, START + DAY).coach == ada


def test_the_same_form_again_is_the_first_booking(kind: EventType) -> None:
    first = book_for(kind, START, idempotency_key="k" * 32)
    assert book_for(kind, START, idempotency_key="k" * 32, now=NOW + HOUR).pk == first.pk
    with pytest.raises(KeyReused):
        book_for(kind, START + HOUR, idempotency_key="k" * 32)
    assert Booking.objects.count() == 1


def test_every_length_on_offer_can_be_booked_and_no_other(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(other_durations=[60, 45])
    kind.refresh_from_db()
    booked = book_for(kind, START, ada, duration=HOUR)
    assert (booked.duration, booked.end) == (HOUR, START + HOUR)
    with pytest.raises(SlotTaken):
        book_for(kind, START + 30 * MINUTE, ada)
    with pytest.raises(NotOffered):
        book_for(kind, START + 2 * HOUR, ada, duration=50 * MINUTE)
    held = hold(kind, START + 3 * HOUR, ada, duration=45 * MINUTE)
    longer = book(kind, START + 3 * HOUR, ada, hold=held, duration=45 * MINUTE)
    assert (longer.pk, longer.duration) == (held.pk, 45 * MINUTE)


def test_where_the_coach_phones_staff_need_the_number_too(ada: Coach) -> None:
    phone = a_type(ada, slug="phone", location_kind=LocationKind.PHONE, location_detail="")
    with pytest.raises(PhoneNeeded):
        book_for(phone, START)
    assert book_for(phone, START, phone="+12155550100").attendee_phone == "+12155550100"
