"""A call goes to another coach: because the attendee likes, because staff give it away, or because the first is taken."""

import pytest
from django.contrib.auth.models import User

from bookings import links
from bookings.errors import NotOffered, SlotTaken
from bookings.models import Booking, Coach, EventType
from mail.errors import LinkUnknown
from tests.bookings.emails.inbox import calendar_of, sent
from tests.bookings.house import (
    DAY,
    HOUR,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
)
from tests.bookings.services.verbs import STAFF, approve, counted, mails, move, reassign
from tests.faults.invariants import broken

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada", user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def bob() -> Coach:
    return a_coach(
        "bob",
        user=User.objects.create_user("bob", "bob@institute.example"),
        location_kind="video",
        location_detail="https://meet.example.org/bob",
    )


@pytest.fixture
def kind(ada: Coach, bob: Coach) -> EventType:
    return a_type(ada, bob)


@pytest.fixture
def booking(kind: EventType, ada: Coach) -> Booking:
    return book(kind, START, ada)


def test_the_present_coach_is_kept_while_free(kind: EventType, booking: Booking, ada: Coach, bob: Coach) -> None:
    for hour in range(1, 4):
        book(kind, START + hour * HOUR, ada, email=f"other{hour}@example.org")
    assert move(booking, START + 4 * HOUR).coach == ada, "though Bob has fewer calls"
    assert move(booking, START + HOUR).coach == bob


def test_another_coach_brings_another_place_and_a_reason(booking: Booking, ada: Coach, bob: Coach) -> None:
    with counted(ada, bob):
        moved = move(booking, START, bob)
    assert (moved.coach, moved.coach_reason) == (bob, "The visitor chose this coach.")
    assert moved.location_detail == "https://meet.example.org/bob"
    assert move(moved, START, ada).location_detail == "https://meet.example.org/room"
    assert broken(now=NOW) == []


def test_a_change_of_coach_takes_the_call_out_of_one_calendar_and_puts_it_into_the_other(
    booking: Booking, bob: Coach
) -> None:
    moved = move(booking, START + HOUR, bob)
    assert mails(moved) == [
        ("coach_confirmed", "bob@institute.example", "due"),
        ("coach_moved_away", "ada@institute.example", "due"),
        ("coach_reminder", "bob@institute.example", "due"),
        ("coach_reminder", "bob@institute.example", "due"),
        ("reminder", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
        ("rescheduled", "grace@example.org", "due"),
    ]
    for mail, method, start in (
        ("coach_moved_away", "CANCEL", START),
        ("coach_confirmed", "REQUEST", START + HOUR),
        ("rescheduled", "REQUEST", START + HOUR),
    ):
        calendar = calendar_of(sent(f"bookings.{mail}", version=2))
        (event,) = calendar.walk("VEVENT")
        told = (str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt)
        assert told == (method, str(booking.uid), 2, start)


def test_a_coach_of_another_kind_of_call_is_refused(booking: Booking) -> None:
    with pytest.raises(NotOffered, match="coach not eligible"):
        move(booking, START + HOUR, a_coach("cyd"))


def test_a_request_that_is_moved_is_asked_anew_and_keeps_its_deadline(kind: EventType, ada: Coach, bob: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True)
    asked = book(kind, START, ada)
    raw = links.mint_approve(booking=asked, now=NOW)
    moved = move(asked, START + HOUR, bob)
    assert (moved.status, moved.approve_by, moved.version) == ("pending", NOW + DAY, 2)
    assert mails(moved) == [
        ("coach_pending", "bob@institute.example", "due"),
        ("pending", "grace@example.org", "due"),
    ]
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose=links.APPROVE, now=NOW)
    sooner = move(asked, TUESDAY_TEN + HOUR, actor_kind=STAFF)
    assert sooner.approve_by == min(NOW + DAY, TUESDAY_TEN + HOUR)
    assert broken(now=NOW) == []


def test_an_approved_call_stays_approved_when_it_is_moved(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True)
    approved = approve(book(kind, START, ada))
    assert move(approved, START + HOUR, ada).status == "confirmed"


def test_a_reassigned_call_is_at_the_same_time_with_another_coach(booking: Booking, ada: Coach, bob: Coach) -> None:
    with counted(ada, bob):
        given = reassign(booking, why="Ada is ill")
    assert (given.coach, given.start, given.version, given.status) == (bob, START, 2, "confirmed")
    event = given.events.get(name="rescheduled")
    assert (event.actor_kind, event.actor, event.why) == ("staff", "olivia", "Ada is ill")
    assert ("coach_moved_away", "ada@institute.example", "due") in mails(given)
    assert broken(now=NOW) == []


def test_a_reassigned_call_is_not_given_back_by_the_same_press(booking: Booking, bob: Coach) -> None:
    given = reassign(booking, bob)
    assert reassign(booking, bob).version == given.version
    assert Booking.objects.get().coach == bob


def test_where_nobody_else_is_free_a_call_cannot_be_reassigned(kind: EventType, booking: Booking, bob: Coach) -> None:
    book(kind, START, bob, email="other@example.org")
    for coach in (None, bob):
        with pytest.raises(SlotTaken):
            reassign(booking, coach)
    kind.coaches.remove(bob)
    with pytest.raises(NotOffered):
        reassign(booking)


def test_a_returning_students_own_coach_is_asked_first(kind: EventType, booking: Booking, ada: Coach) -> None:
    """The latest call of this student was with Cyd, who has more calls than Bob."""
    cyd = a_coach("cyd")
    kind.coaches.add(cyd)
    book(kind, START + DAY, cyd)
    for hour in (2, 3):
        book(kind, START + hour * HOUR, cyd, email=f"other{hour}@example.org")
    given = reassign(booking)
    assert (given.coach, given.coach_reason) == (cyd, "Any coach: the student's own coach (3 upcoming calls).")


def test_moving_a_call_that_was_moved_away_meanwhile_moves_it_from_where_it_is(booking: Booking, bob: Coach) -> None:
    """Two pages of one call, opened before any move: the row counts, not the page's copy."""
    stale = Booking.objects.select_related("coach", "event_type", "lead").get(pk=booking.pk)
    move(booking, START + HOUR, bob)
    moved = move(stale, START + 2 * HOUR)
    assert (moved.start, moved.version) == (START + 2 * HOUR, 3)
    assert broken(now=NOW) == []


def test_a_call_that_a_third_coach_has_by_now_is_moved_from_there(
    kind: EventType, booking: Booking, bob: Coach
) -> None:
    """The page's copy names a coach who has the call no more: a free time must not be called taken."""
    cyd = a_coach("cyd")
    kind.coaches.add(cyd)
    stale = Booking.objects.select_related("coach", "event_type", "lead").get(pk=booking.pk)
    reassign(booking, cyd)
    assert move(stale, START + HOUR, bob).coach == bob
    stale.coach = cyd
    assert reassign(stale, cyd).coach == cyd
    assert broken(now=NOW) == []


def test_a_call_that_moved_meanwhile_is_given_away_at_its_new_time(booking: Booking, bob: Coach) -> None:
    stale = Booking.objects.get(pk=booking.pk)
    moved = move(booking, START + 2 * HOUR)
    given = reassign(stale, bob)
    assert (given.coach, given.start, given.version) == (bob, moved.start, 3)
    assert reassign(stale, bob).version == 3, "the same form, sent once more"
