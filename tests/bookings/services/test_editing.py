"""What an attendee can change without moving the call, and asking where it is too late to move it alone."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from bookings import services
from bookings.errors import NotActive, PhoneNeeded, TooManyRequests
from bookings.models import Answer, Booking, EventType
from mail.models import Message, Topic
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, history_replays

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def kind() -> EventType:
    return a_type(a_coach(user=User.objects.create_user("ada", "ada@institute.example")))


@pytest.fixture
def booking(kind: EventType) -> Booking:
    return book(kind, NEXT_WEEK)


def edit(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {
        "phone": "",
        "questions": "Which role fits me?",
        "access_needs": "",
        "answers": (),
        "actor_kind": "attendee",
        "actor": "",
        "now": NOW + HOUR,
    }
    return services.edit_details(booking=booking, **(usual | changes))


def ask(booking: Booking, text: str, **changes: Any) -> None:
    services.ask_late_change(booking=booking, text=text, **({"now": NEXT_WEEK - HOUR} | changes))


def test_what_the_coach_should_know_is_changed_and_the_coach_is_told(booking: Booking) -> None:
    answers = [Answer(3, "Where are you\r\n now?", "In a\x00 bakery"), Answer(4, "Anything else?", " ")]
    edit(booking, phone="+12155550100", questions="Another", access_needs="Captions", answers=answers)
    row = Booking.objects.get(pk=booking.pk)
    assert (row.attendee_phone, row.questions, row.access_needs) == ("+12155550100", "Another", "Captions")
    assert row.answers == [{"question": 3, "label": "Where are you now?", "value": "In a bakery"}]
    assert (row.start, row.version, Topic.objects.get(key=row.topic_key).version) == (NEXT_WEEK, 1, 1)
    assert Message.objects.filter(kind="bookings.coach_updated").count() == 1
    assert Message.objects.filter(status="cancelled").count() == 0
    assert history_replays()


def test_nothing_changed_is_nothing_told(booking: Booking) -> None:
    edit(booking)
    assert (booking.events.count(), Message.objects.filter(kind="bookings.coach_updated").count()) == (1, 0)


def test_a_new_number_on_a_call_by_phone_is_a_new_version(kind: EventType) -> None:
    EventType.objects.filter(pk=kind.pk).update(location_kind="phone", location_detail="")
    kind.refresh_from_db()
    booking = book(kind, NEXT_WEEK, phone="+12155550100")
    with pytest.raises(PhoneNeeded):
        edit(booking, phone=" ")
    edited = edit(booking, phone="+12155550199")
    assert (edited.version, edited.version_at, Topic.objects.get(key=edited.topic_key).version) == (2, NOW + HOUR, 2)
    live = Message.objects.filter(kind__in=("bookings.confirmed", "bookings.reminder")).exclude(status="cancelled")
    assert sorted(live.values_list("kind", "topic_version")) == [
        ("bookings.confirmed", 2),
        ("bookings.reminder", 2),
        ("bookings.reminder", 2),
    ]
    assert history_replays()


def test_a_call_that_began_or_was_cancelled_is_not_edited(booking: Booking) -> None:
    with pytest.raises(NotActive):
        edit(booking, questions="Late", now=NEXT_WEEK)
    cancel(booking)
    with pytest.raises(NotActive):
        edit(booking, questions="Never")


def test_a_late_request_reaches_the_coach(booking: Booking) -> None:
    ask(booking, "May we move\r\nto Friday?")
    event = booking.events.get(name="asked to change")
    assert (event.why, event.actor_kind, event.new) == ("May we move to Friday?", "attendee", {})
    message = Message.objects.get(kind="bookings.late_request")
    assert (message.recipient, message.expires_at) == ("ada@institute.example", NEXT_WEEK + 30 * MINUTE)
    assert history_replays()


def test_the_same_request_again_is_one_request(booking: Booking) -> None:
    for _ in range(5):
        ask(booking, "Friday?")
    assert Message.objects.filter(kind="bookings.late_request").count() == 1


def test_the_coach_is_asked_at_most_three_times_a_day(booking: Booking) -> None:
    for number in range(3):
        ask(booking, f"Friday at {number}?", now=NEXT_WEEK - DAY - HOUR)
    with pytest.raises(TooManyRequests):
        ask(booking, "Saturday?", now=NEXT_WEEK - 2 * HOUR)
    assert Message.objects.filter(kind="bookings.late_request").count() == 3
    ask(booking, "Saturday?", now=NEXT_WEEK - HOUR)


def test_there_is_nothing_to_ask_after_the_call_or_of_none(booking: Booking) -> None:
    with pytest.raises(NotActive):
        ask(booking, "Sorry", now=NEXT_WEEK + 30 * MINUTE)
    cancel(booking)
    with pytest.raises(NotActive):
        ask(booking, "Sorry")
