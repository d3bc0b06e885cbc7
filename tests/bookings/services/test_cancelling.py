"""Cancelling: the time is free again, nothing said before is true any more."""

import pytest
from django.contrib.auth.models import User

from bookings.errors import NotActive, TooLate
from bookings.models import Booking, BookingEvent, Coach, EventType
from leads.models import Activity
from mail.models import Message, Topic
from tests.bookings.house import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    cancel,
    history_replays,
    hold,
)

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def kind() -> EventType:
    return a_type(a_coach(user=User.objects.create_user("ada", "ada@institute.example")))


@pytest.fixture
def booking(kind: EventType) -> Booking:
    return book(kind, NEXT_WEEK)


def test_cancelling_frees_the_time_and_mails_both_sides(kind: EventType, booking: Booking) -> None:
    cancelled = cancel(booking, why="Ill,\r\nsorry", now=NOW + HOUR)
    row = Booking.objects.get(pk=booking.pk)
    assert (row.status, row.version, row.version_at, row.cancelled_at) == ("cancelled", 2, NOW + HOUR, NOW + HOUR)
    assert (row.cancel_reason, cancelled.uid) == ("Ill, sorry", booking.uid)
    assert Topic.objects.get(key=booking.topic_key).version == 2
    states = Message.objects.order_by("topic_version", "kind").values_list("kind", "topic_version", "status")
    assert sorted(states) == [
        ("bookings.cancelled", 2, "due"),
        ("bookings.coach_cancelled", 2, "due"),
        ("bookings.coach_confirmed", 1, "cancelled"),
        ("bookings.coach_reminder", 1, "cancelled"),
        ("bookings.coach_reminder", 1, "cancelled"),
        ("bookings.confirmed", 1, "cancelled"),
        ("bookings.reminder", 1, "cancelled"),
        ("bookings.reminder", 1, "cancelled"),
    ]
    event = BookingEvent.objects.get(booking=booking, name="cancelled")
    assert (event.actor_kind, event.why, event.old["status"], event.new["status"]) == (
        "attendee",
        "Ill, sorry",
        "confirmed",
        "cancelled",
    )
    assert Activity.objects.filter(kind="booking").order_by("id").last().summary == (
        "Cancelled Career consultation with Ada: Ill, sorry"
    )
    assert history_replays()
    assert book(kind, NEXT_WEEK, email="next@example.org").status == "confirmed"


def test_an_attendee_can_cancel_until_the_policy_window_begins(booking: Booking) -> None:
    with pytest.raises(TooLate):
        cancel(booking, now=NEXT_WEEK - DAY + MINUTE)
    booking.refresh_from_db()
    assert (booking.status, Message.objects.filter(status="cancelled").count()) == ("confirmed", 0)
    assert cancel(booking, now=NEXT_WEEK - DAY).status == "cancelled"


def test_staff_can_cancel_later_too(booking: Booking) -> None:
    cancelled = cancel(booking, actor_kind="staff", actor="olivia", now=NEXT_WEEK + 5 * MINUTE)
    assert cancelled.events.get(name="cancelled").actor == "olivia"
    assert {each.expires_at for each in Message.objects.filter(topic_version=2)} == {NEXT_WEEK + DAY + 30 * MINUTE}


def test_a_call_is_cancelled_once(booking: Booking) -> None:
    cancel(booking)
    with pytest.raises(NotActive):
        cancel(booking)
    assert Message.objects.filter(kind="bookings.cancelled").count() == 1


def test_a_hold_is_no_call_to_cancel(kind: EventType) -> None:
    with pytest.raises(NotActive):
        cancel(hold(kind))


def test_the_policy_asked_is_that_of_the_row_and_not_of_the_callers_copy(kind: EventType, booking: Booking) -> None:
    booking.event_type.cancel_window = 0 * DAY
    booking.start = NEXT_WEEK + 30 * DAY
    with pytest.raises(TooLate):
        cancel(booking, now=NEXT_WEEK - HOUR)


def test_the_coach_is_not_mailed_without_a_sign_in(kind: EventType) -> None:
    Coach.objects.update(user=None)
    cancel(book(kind, NEXT_WEEK))
    assert not Message.objects.filter(kind="bookings.coach_cancelled").exists()
