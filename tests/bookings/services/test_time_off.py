"""Time off is entered under the coach's lock."""

from datetime import datetime

import pytest

from bookings import selectors, services
from bookings.errors import SlotTaken
from bookings.models import Coach, EventType, TimeOff
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, hold
from tests.bookings.services.verbs import approve, counted, move, reassign

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Coach:
    return a_coach()


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada)


def test_time_off_blocks_new_calls_and_keeps_booked_ones(kind: EventType, ada: Coach) -> None:
    booked = book(kind, coach=ada)
    with counted(ada):
        off = services.add_time_off(coach=ada, start=TUESDAY_TEN, end=TUESDAY_TEN + 2 * HOUR, note="ill\x00", now=NOW)
    booked.refresh_from_db()
    assert (booked.status, off.note) == ("confirmed", "ill")
    with pytest.raises(SlotTaken):
        book(kind, TUESDAY_TEN + HOUR, ada)
    with counted(ada):
        services.remove_time_off(time_off=off)
    assert book(kind, TUESDAY_TEN + HOUR, ada).status == "confirmed"


def test_time_off_that_ends_before_it_starts_is_refused(ada: Coach) -> None:
    with counted(), pytest.raises(ValueError, match="end after it starts"):
        services.add_time_off(coach=ada, start=NOW, end=NOW, note="", now=NOW)
    assert TimeOff.objects.count() == 0


def test_the_calls_in_the_way_can_be_listed_and_each_be_dealt_with(kind: EventType, ada: Coach) -> None:
    bob = a_coach("bob")
    kind.coaches.add(bob)
    calls = [book(kind, TUESDAY_TEN + n * HOUR, ada, email=f"visitor{n}@example.org") for n in range(3)]
    book(kind, TUESDAY_TEN + 4 * HOUR, ada, email="after@example.org")
    hold(kind, TUESDAY_TEN + 30 * MINUTE, ada)
    away = (TUESDAY_TEN + 10 * MINUTE, TUESDAY_TEN + 3 * HOUR)
    services.add_time_off(coach=ada, start=away[0], end=away[1], note="", now=NOW)
    listed = selectors.booked_in(ada, start=away[0], end=away[1])
    assert list(listed) == calls
    by_staff = {"actor_kind": "staff", "actor": "olivia"}
    assert reassign(calls[0]).coach == bob
    assert move(calls[1], TUESDAY_TEN + 5 * HOUR, ada, **by_staff).coach == ada
    assert cancel(calls[2], **by_staff).status == "cancelled"
    assert list(selectors.booked_in(ada, start=away[0], end=away[1])) == []


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("America/New_York", "2027-01-11T15:00Z", "2027-01-12T05:00Z"),
        ("Asia/Tokyo", "2027-01-11T15:00Z", "2027-01-12T15:00Z"),  # it is midnight there
        ("Asia/Tokyo", "2027-01-11T14:59Z", "2027-01-11T15:00Z"),
        ("America/New_York", "2027-03-14T06:30Z", "2027-03-15T04:00Z"),  # a day of 23 hours
        ("Asia/Beirut", "2027-03-27T12:00Z", "2027-03-27T22:00Z"),  # whose midnight is skipped
    ],
)
def test_unavailable_today_ends_with_the_coachs_own_day(zone: str, now: str, end: str) -> None:
    coach, at = a_coach("cyd", zone=zone), datetime.fromisoformat(now)
    with counted(coach):
        off = services.unavailable_today(coach=coach, note="ill", now=at)
    assert (off.start, off.end) == (at, datetime.fromisoformat(end))


def test_unavailable_today_twice_is_one_absence(ada: Coach) -> None:
    first = services.unavailable_today(coach=ada, note="ill", now=NOW)
    with counted():
        again = services.unavailable_today(coach=ada, note="still ill", now=NOW + HOUR)
    assert (again.pk, TimeOff.objects.count()) == (first.pk, 1)


def test_tomorrow_is_offered_again(kind: EventType, ada: Coach) -> None:
    services.unavailable_today(coach=ada, note="ill", now=NOW)
    with pytest.raises(SlotTaken):
        book(kind, NOW + 3 * HOUR, ada)
    assert book(kind, TUESDAY_TEN, ada).status == "confirmed"


def test_a_request_in_time_off_waits_until_that_is_gone(ada: Coach) -> None:
    asked = book(a_type(ada, slug="asked", needs_approval=True), TUESDAY_TEN + 7 * DAY, ada)
    off = services.add_time_off(coach=ada, start=asked.start, end=asked.end, note="", now=NOW)
    assert list(selectors.booked_in(ada, start=asked.start, end=asked.end)) == [asked]
    with pytest.raises(SlotTaken):
        approve(asked)
    services.remove_time_off(time_off=off)
    assert approve(asked).status == "confirmed"
