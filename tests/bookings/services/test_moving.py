"""Moving a call: the same row goes on, at another time."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User

from bookings import links, services
from bookings.errors import NotActive, NotOffered, SlotTaken, TooLate
from bookings.models import Booking, Coach, EventType
from leads.models import Activity
from mail.models import Message
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
from tests.bookings.services.verbs import STAFF, counted, edit, mails, move, topic_version
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


def test_a_moved_call_is_the_same_row_with_a_new_version(booking: Booking, ada: Coach) -> None:
    with counted(ada):
        moved = move(booking, START + 2 * HOUR, why="Train\r\nlate", now=NOW + HOUR)
    row = Booking.objects.get()
    assert (row.pk, row.uid, row.coach, row.status) == (booking.pk, booking.uid, ada, "confirmed")
    assert (row.start, row.end) == (START + 2 * HOUR, START + 2 * HOUR + 30 * MINUTE)
    assert (row.version, row.version_at, topic_version(moved)) == (2, NOW + HOUR, 2)
    event = row.events.get(name="rescheduled")
    assert (event.actor_kind, event.actor, event.why) == ("attendee", "booking link", "Train late")
    assert event.old["start"] == START.isoformat()
    assert (
        Activity.objects.order_by("id").last().summary.startswith("Moved from Tuesday 19 January 2027, 3:00 PM UTC to")
    )
    assert broken(now=NOW) == []


def test_the_mails_of_the_old_time_are_withdrawn_and_those_of_the_new_one_written(booking: Booking) -> None:
    moved = move(booking, START + 2 * HOUR)
    assert mails(moved, version=1) == [
        ("coach_confirmed", "ada@institute.example", "cancelled"),
        ("coach_reminder", "ada@institute.example", "cancelled"),
        ("coach_reminder", "ada@institute.example", "cancelled"),
        ("confirmed", "grace@example.org", "cancelled"),
        ("reminder", "grace@example.org", "cancelled"),
        ("reminder", "grace@example.org", "cancelled"),
    ]
    assert mails(moved) == [
        ("coach_reminder", "ada@institute.example", "due"),
        ("coach_reminder", "ada@institute.example", "due"),
        ("coach_rescheduled", "ada@institute.example", "due"),
        ("reminder", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
        ("rescheduled", "grace@example.org", "due"),
    ]
    due = Message.objects.filter(kind="bookings.reminder", status="due").order_by("due_at")
    assert [each.due_at for each in due] == [START + 2 * HOUR - DAY, START + HOUR]


def test_a_call_that_is_there_already_stays_unchanged(booking: Booking, ada: Coach) -> None:
    moved = move(booking, START + HOUR)
    with counted():
        again = move(booking, START + HOUR)
        same = move(moved, START + HOUR, ada)
    assert (again.version, same.version, booking.events.filter(name="rescheduled").count()) == (2, 2, 1)


def test_a_call_can_move_into_its_own_time(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(slot_interval=10 * MINUTE, buffer_after=10 * MINUTE)
    kind.refresh_from_db()
    booking = book(kind, START, ada)
    assert move(booking, START + 10 * MINUTE, ada).start == START + 10 * MINUTE
    book(kind, START + 50 * MINUTE, ada, email="next@example.org")
    with pytest.raises(SlotTaken):
        move(booking, START + 20 * MINUTE, ada)
    assert broken(now=NOW) == []


def test_a_taken_time_is_refused_and_the_call_stays_where_it_was(kind: EventType, booking: Booking, ada: Coach) -> None:
    book(kind, START + HOUR, ada, email="other@example.org")
    with counted(), pytest.raises(SlotTaken):
        move(booking, START + HOUR, ada)
    booking.refresh_from_db()
    assert (booking.start, booking.version) == (START, 1)
    assert {state for _, _, state in mails(booking)} == {"due"}


def test_a_held_time_is_taken_until_the_hold_runs_out(kind: EventType, booking: Booking, ada: Coach) -> None:
    held = hold(kind, START + HOUR, ada)
    with pytest.raises(SlotTaken):
        move(booking, START + HOUR, ada, now=NOW + 9 * MINUTE)
    assert move(booking, START + HOUR, ada, now=NOW + 10 * MINUTE).start == START + HOUR
    held.refresh_from_db()
    assert (held.status, history_replays()) == ("expired", True)


@pytest.mark.parametrize(
    ("now", "error"),
    [(START - DAY, None), (START - DAY + MINUTE, TooLate), (START, NotActive), (START + HOUR, NotActive)],
)
def test_attendees_move_a_call_until_the_policy_window_begins(
    booking: Booking, now: datetime, error: type[Exception] | None
) -> None:
    if error is None:
        assert move(booking, START + 2 * DAY, now=now).version == 2
        return
    with pytest.raises(error):
        move(booking, START + 2 * DAY, now=now)
    booking.refresh_from_db()
    assert booking.version == 1


def test_a_form_that_comes_again_after_the_window_began_is_no_late_request(booking: Booking) -> None:
    moved = move(booking, START + HOUR, now=START - 25 * HOUR)
    assert move(booking, START + HOUR, now=START - 22 * HOUR).version == moved.version


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (NOW + HOUR, "under minimum notice"),
        (NOW + 60 * DAY, "beyond the booking window"),
        (START + 7 * MINUTE, "off the grid"),
        (START + 12 * HOUR, "outside hours"),
    ],
)
def test_a_time_that_was_never_offered_is_none_to_move_to(booking: Booking, start: datetime, reason: str) -> None:
    for coach in (None, booking.coach):
        with pytest.raises(NotOffered) as refused:
            move(booking, start, coach)
        assert refused.value.reason == reason


def test_staff_are_bound_by_hours_and_grid_only(booking: Booking) -> None:
    by_staff = {"actor_kind": STAFF, "actor": "olivia"}
    assert move(booking, START + HOUR, now=START - MINUTE, **by_staff).start == START + HOUR, "after the policy window"
    assert move(booking, NOW + HOUR, **by_staff).start == NOW + HOUR, "under minimum notice"
    assert move(booking, START + 84 * DAY, **by_staff).start == START + 84 * DAY, "beyond the booking window"
    for start, reason in ((START + 7 * MINUTE, "off the grid"), (START + 12 * HOUR, "outside hours")):
        with pytest.raises(NotOffered, match=reason):
            move(booking, start, **by_staff)


def test_a_limit_counts_the_moved_call_once(kind: EventType, booking: Booking, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(limit_per_day=1)
    assert move(booking, START + HOUR, ada).version == 2, "its own place of the day is its own"
    other = book(kind, START + DAY, ada, email="other@example.org")
    with pytest.raises(SlotTaken):
        move(other, START + 2 * HOUR, ada)


def test_a_call_keeps_its_length_even_where_that_is_offered_no_more(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(other_durations=[60])
    kind.refresh_from_db()
    booking = book(kind, START, ada, duration=HOUR)
    EventType.objects.filter(pk=kind.pk).update(other_durations=[])
    assert move(booking, START + 2 * HOUR, ada).duration == HOUR
    with pytest.raises(NotOffered):
        move(booking, START + 2 * HOUR, ada, duration=45 * MINUTE)
    assert move(booking, START + 2 * HOUR, ada, duration=30 * MINUTE).duration == 30 * MINUTE


def test_the_busy_time_is_that_of_the_present_buffers(kind: EventType, booking: Booking) -> None:
    EventType.objects.filter(pk=kind.pk).update(buffer_before=5 * MINUTE, buffer_after=15 * MINUTE)
    moved = move(booking, START + HOUR)
    assert (moved.busy_start, moved.busy_end) == (START + 55 * MINUTE, START + HOUR + 45 * MINUTE)


def test_what_is_no_coming_call_cannot_be_moved(kind: EventType, booking: Booking, ada: Coach) -> None:
    held = hold(kind, START + DAY, ada)
    cancel(booking)
    for each in (held, booking):
        with pytest.raises(NotActive):
            move(each, START + 2 * DAY)


def test_old_links_open_the_moved_call(booking: Booking) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    moved = move(booking, START + 14 * DAY)
    found = links.find_booking(raw, purpose=links.MANAGE, now=START + 10 * DAY)
    assert (found.pk, found.start) == (moved.pk, START + 14 * DAY)


def test_a_request_that_ran_out_cannot_be_moved(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True)
    asked = book(kind, START, ada)
    with pytest.raises(NotActive):
        move(asked, START + DAY, now=NOW + DAY)


def test_numbers_of_a_call_by_phone_survive_the_move(ada: Coach) -> None:
    phone = a_type(ada, slug="phone", location_kind="phone", location_detail="")
    booking = book(phone, START, ada, phone="+12155550100")
    edited = edit(booking, phone="+12155550199")
    moved = move(edited, START + HOUR)
    assert (moved.attendee_phone, moved.location_kind, moved.version) == ("+12155550199", "phone", 3)


def test_time_off_in_the_way_does_not_hinder_moving_out_of_it(booking: Booking, ada: Coach) -> None:
    services.add_time_off(coach=ada, start=START - HOUR, end=START + HOUR, note="ill", now=NOW)
    with pytest.raises(SlotTaken):
        move(booking, START + 30 * MINUTE, ada)
    assert move(booking, START + HOUR, ada).start == START + HOUR


def test_a_form_that_comes_again_moves_nothing_where_the_coach_has_gone_away_since(
    booking: Booking, ada: Coach
) -> None:
    moved = move(booking, START + HOUR, ada)
    services.add_time_off(coach=ada, start=START, end=START + 2 * HOUR, note="ill", now=NOW)
    again = move(Booking.objects.get(), START + HOUR, ada)
    assert (again.start, again.version) == (START + HOUR, moved.version)


def test_where_the_own_coach_has_gone_away_anybody_else_takes_the_same_time(
    booking: Booking, ada: Coach, bob: Coach
) -> None:
    services.add_time_off(coach=ada, start=START, end=START + HOUR, note="", now=NOW)
    stale = Booking.objects.get(pk=booking.pk)
    moved = move(booking, START, None, now=NOW + HOUR)
    assert (moved.coach, moved.start, moved.version) == (bob, START, 2)
    again = move(stale, START, None, now=NOW + HOUR)  # the same form, sent once more
    assert (again.coach, again.version) == (bob, 2)


def test_with_the_own_coach_away_and_nobody_else_free_the_call_stays(
    kind: EventType, booking: Booking, ada: Coach, bob: Coach
) -> None:
    services.add_time_off(coach=ada, start=START, end=START + HOUR, note="", now=NOW)
    book(kind, START, bob)
    with pytest.raises(SlotTaken):
        move(booking, START, None, now=NOW + HOUR)
    booking.refresh_from_db()
    assert (booking.coach, booking.version) == (ada, 1)
