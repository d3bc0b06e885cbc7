"""History is written once, and replays."""

import json

import pytest

from bookings.models import BookingEvent
from bookings.models.history import difference, replay, snapshot
from tests.bookings.house import MINUTE, NOW, a_coach, a_type, book, hold

pytestmark = pytest.mark.django_db


def test_the_events_of_a_booking_replay_to_its_row() -> None:
    kind = a_type(a_coach())
    booked = book(kind, hold=hold(kind), now=NOW + MINUTE)
    booked.refresh_from_db()
    events = list(booked.events.order_by("id"))
    assert [event.name for event in events] == ["held", "confirmed"]
    assert replay(events) == snapshot(booked)
    assert (events[1].old["status"], events[1].new["status"]) == ("held", "confirmed")
    assert "start" not in events[1].new, "what did not change is not repeated"
    assert json.loads(json.dumps(snapshot(booked))) == snapshot(booked)


def test_a_change_that_left_no_event_is_noticed() -> None:
    booked = book(a_type(a_coach()))
    booked.attendee_name = "Somebody else"
    assert replay(booked.events.all()) != snapshot(booked)


def test_an_event_is_never_rewritten() -> None:
    event = book(a_type(a_coach())).events.get()
    event.why = "Something else"
    with pytest.raises(TypeError, match="never rewritten"):
        event.save()
    assert BookingEvent.objects.get().why == ""


def test_a_difference_holds_only_what_changed() -> None:
    assert difference({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})
    assert difference({}, {"a": 1}) == ({}, {"a": 1})
