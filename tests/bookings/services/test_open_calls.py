"""One person has so many coming calls, however many forms are sent at once."""

import pytest
from django.db import connection
from pytest_django import Settings

from bookings.errors import TooManyOpen
from bookings.models import Booking, EventType
from leads import people
from leads.models import Lead
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, race

pytestmark = pytest.mark.django_db(transaction=True)
NEXT_WEEK = TUESDAY_TEN + 7 * DAY
CROWD = 20


@pytest.fixture
def kind() -> EventType:
    return a_type(*(a_coach(f"coach{number}") for number in range(CROWD)))


def twenty_forms_of_one_person(kind: EventType) -> tuple[int, int]:
    """Each for another coach, so that no coach's lock orders them: how many were booked, how many refused."""
    answers = race([lambda coach=coach: book(kind, NEXT_WEEK, coach) for coach in kind.coaches.all()])
    assert [each for each in answers if not isinstance(each, Booking | TooManyOpen)] == []
    return sum(isinstance(each, Booking) for each in answers), sum(isinstance(each, TooManyOpen) for each in answers)


def test_the_fourth_coming_call_is_refused_and_a_cancelled_one_makes_room(kind: EventType) -> None:
    booked = [book(kind, NEXT_WEEK + n * HOUR) for n in range(3)]
    with pytest.raises(TooManyOpen):
        book(kind, NEXT_WEEK + 3 * HOUR, email=" GRACE@example.org")
    assert book(kind, NEXT_WEEK + 3 * HOUR, email="other@example.org").status == "confirmed"
    cancel(booked[0])
    assert book(kind, NEXT_WEEK + 3 * HOUR).status == "confirmed"


def test_calls_that_are_over_and_requests_that_ran_out_are_not_counted(kind: EventType) -> None:
    for n in range(3):
        book(kind, TUESDAY_TEN + n * HOUR)
    assert book(kind, NEXT_WEEK, now=TUESDAY_TEN + 3 * HOUR).status == "confirmed"
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True)
    kind.refresh_from_db()
    for n in range(3):
        book(kind, NEXT_WEEK + n * HOUR, email="asks@example.org")
    with pytest.raises(TooManyOpen):
        book(kind, NEXT_WEEK + 4 * HOUR, email="asks@example.org")
    assert book(kind, NEXT_WEEK + 4 * HOUR, email="asks@example.org", now=NOW + DAY).status == "pending"


def test_of_twenty_forms_sent_at_once_three_are_booked(kind: EventType, settings: Settings) -> None:
    assert twenty_forms_of_one_person(kind) == (settings.OPEN_CALLS_PER_PERSON, 17)


def test_without_the_lock_on_the_person_more_are_booked(
    kind: EventType, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test above can fail. SQLite locks the whole file: it has no such case."""
    if connection.vendor == "sqlite":
        return
    Lead.objects.create(email="grace@example.org", name="Grace Visitor", time_zone="America/Chicago", created_at=NOW)
    monkeypatch.setattr(people, "_locked", lambda email: Lead.objects.filter(email=email).first())
    assert twenty_forms_of_one_person(kind)[0] > settings.OPEN_CALLS_PER_PERSON
