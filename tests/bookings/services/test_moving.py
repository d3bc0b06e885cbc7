"""Moving a call: the same row goes on with a new version, through the same gate."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from bookings import services
from bookings.errors import NotActive, NotOffered, SlotTaken, TooLate
from bookings.models import Booking, BookingEvent, Coach, EventType
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
    overlaps,
)

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach(user=User.objects.create_user("ada", "ada@institute.example"))


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
    return a_type(ada, bob, slot_interval=15 * MINUTE, buffer_after=10 * MINUTE)


@pytest.fixture
def booking(kind: EventType, ada: Coach) -> Booking:
    return book(kind, NEXT_WEEK, ada)


def move(booking: Booking, start: datetime, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": "attendee", "actor": "", "why": "", "now": NOW + HOUR}
    return services.reschedule(booking=booking, start=start, coach=coach, **(usual | changes))


def by_staff(booking: Booking, start: datetime, coach: Coach | None = None, **changes: Any) -> Booking:
    return move(booking, start, coach, **({"actor_kind": "staff", "actor": "olivia"} | changes))


def reassign(booking: Booking, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor": "olivia", "why": "", "now": NOW + HOUR}
    return services.reassign(booking=booking, coach=coach, **(usual | changes))


def versions(*coaches: Coach) -> list[int]:
    return [Coach.objects.get(pk=each.pk).version for each in coaches]


def test_a_moved_call_is_the_same_row_at_another_time(kind: EventType, booking: Booking, ada: Coach) -> None:
    (before,) = versions(ada)
    moved = move(booking, NEXT_WEEK + DAY, why="A meeting,\r\nsorry")
    row = Booking.objects.get(pk=booking.pk)
    assert (row.uid, row.status, row.version, row.version_at) == (booking.uid, "confirmed", 2, NOW + HOUR)
    assert (row.start, row.end - row.start, row.busy_end - row.end) == (NEXT_WEEK + DAY, 30 * MINUTE, 10 * MINUTE)
    assert (moved.coach, versions(ada)[0] > before) == (ada, True)
    event = BookingEvent.objects.get(booking=row, name="rescheduled")
    assert (event.actor_kind, event.why, set(event.new)) == (
        "attendee",
        "A meeting, sorry",
        {"start", "end", "busy_start", "busy_end", "version", "version_at"},
    )
    assert history_replays()
    assert book(kind, NEXT_WEEK, ada, email="next@example.org").status == "confirmed"


def test_a_moved_call_has_the_mails_and_reminders_of_its_new_time_only(booking: Booking) -> None:
    move(booking, NEXT_WEEK + DAY)
    assert Topic.objects.get(key=booking.topic_key).version == 2
    live = Message.objects.exclude(status="cancelled").order_by("kind", "due_at")
    assert [(each.kind, each.topic_version, each.due_at) for each in live] == [
        ("bookings.coach_reminder", 2, NEXT_WEEK),
        ("bookings.coach_reminder", 2, NEXT_WEEK + 23 * HOUR),
        ("bookings.coach_rescheduled", 2, NOW + HOUR),
        ("bookings.reminder", 2, NEXT_WEEK),
        ("bookings.reminder", 2, NEXT_WEEK + 23 * HOUR),
        ("bookings.rescheduled", 2, NOW + HOUR),
    ]


def test_the_same_move_again_changes_nothing(booking: Booking) -> None:
    move(booking, NEXT_WEEK + DAY)
    again = move(booking, NEXT_WEEK + DAY, now=NEXT_WEEK)
    assert (again.version, again.start) == (2, NEXT_WEEK + DAY)
    assert booking.events.filter(name="rescheduled").count() == 1
    assert Message.objects.filter(kind="bookings.rescheduled").count() == 1


def test_the_calls_own_time_is_free_for_it(booking: Booking, ada: Coach) -> None:
    for start in (NEXT_WEEK + 15 * MINUTE, NEXT_WEEK - 15 * MINUTE, NEXT_WEEK):
        moved = move(booking, start, ada)
        assert (moved.start, moved.coach, overlaps()) == (start, ada, 0)
    assert moved.version == 4
    assert history_replays()


def test_an_attendee_can_move_until_the_policy_window_begins(booking: Booking) -> None:
    with pytest.raises(TooLate):
        move(booking, NEXT_WEEK + DAY, now=NEXT_WEEK - DAY + MINUTE)
    booking.refresh_from_db()
    assert (booking.start, booking.version) == (NEXT_WEEK, 1)
    assert move(booking, NEXT_WEEK + DAY, now=NEXT_WEEK - DAY).start == NEXT_WEEK + DAY


def test_staff_can_move_later_too(booking: Booking) -> None:
    moved = by_staff(booking, NEXT_WEEK + DAY, now=NEXT_WEEK - MINUTE)
    assert (moved.start, moved.events.get(name="rescheduled").actor) == (NEXT_WEEK + DAY, "olivia")


@pytest.mark.parametrize(
    ("start", "now", "reason"),
    [
        (TUESDAY_TEN, TUESDAY_TEN - HOUR, "notice"),
        (TUESDAY_TEN + 63 * DAY, NOW, "window"),
    ],
)
def test_notice_and_booking_window_bind_attendees_and_not_staff(
    booking: Booking, start: datetime, now: datetime, reason: str
) -> None:
    with pytest.raises(NotOffered, match=reason):
        move(booking, start, now=now)
    assert by_staff(booking, start, now=now).start == start


@pytest.mark.parametrize(
    ("start", "reason"), [(NEXT_WEEK + 12 * HOUR, "outside hours"), (NEXT_WEEK + 5 * MINUTE, "grid")]
)
def test_hours_and_grid_bind_staff_too(booking: Booking, start: datetime, reason: str) -> None:
    with pytest.raises(NotOffered, match=reason):
        by_staff(booking, start)


def test_a_taken_time_is_refused_and_the_call_stays(kind: EventType, booking: Booking, ada: Coach) -> None:
    book(kind, NEXT_WEEK + HOUR, ada, email="other@example.org")
    for verb in (move, by_staff):
        with pytest.raises(SlotTaken):
            verb(booking, NEXT_WEEK + 75 * MINUTE, ada)
    booking.refresh_from_db()
    assert (booking.start, booking.version, overlaps()) == (NEXT_WEEK, 1, 0)


def test_limits_bind_and_the_moved_call_is_not_counted(kind: EventType, booking: Booking, ada: Coach) -> None:
    Coach.objects.filter(pk=ada.pk).update(limit_per_day=1)
    book(kind, NEXT_WEEK + DAY, ada, email="other@example.org")
    for verb in (move, by_staff):
        with pytest.raises(SlotTaken):
            verb(booking, NEXT_WEEK + DAY + 2 * HOUR, ada)
    assert move(booking, NEXT_WEEK + 2 * HOUR, ada).start == NEXT_WEEK + 2 * HOUR


def test_without_a_wish_the_present_coach_comes_first(kind: EventType, booking: Booking, ada: Coach) -> None:
    book(kind, NEXT_WEEK + 4 * HOUR, ada, email="other@example.org")
    moved = move(booking, NEXT_WEEK + DAY)
    assert (moved.coach, moved.coach_reason) == (ada, "The visitor chose this coach.")


def test_where_the_present_coach_is_taken_another_takes_the_call(
    kind: EventType, booking: Booking, ada: Coach, bob: Coach
) -> None:
    book(kind, NEXT_WEEK + DAY, ada, email="other@example.org")
    before = versions(ada, bob)
    moved = move(booking, NEXT_WEEK + DAY)
    row = Booking.objects.get(pk=booking.pk)
    assert (moved.coach, row.coach, row.version) == (bob, bob, 2)
    assert row.coach_reason == "Any coach: the only one free (0 upcoming calls)."
    assert row.location_detail == "https://meet.example.org/bob"
    assert [new > old for new, old in zip(versions(ada, bob), before, strict=True)] == [True, True]
    mails = Message.objects.filter(topic__key=row.topic_key, topic_version=2).values_list("kind", "recipient")
    assert {each for each in mails if "reminder" not in each[0]} == {
        ("bookings.rescheduled", "grace@example.org"),
        ("bookings.coach_confirmed", "bob@institute.example"),
        ("bookings.coach_moved_away", "ada@institute.example"),
    }
    assert history_replays()


def test_a_call_keeps_its_length_unless_another_is_asked_for(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(other_durations=[60])
    kind.refresh_from_db()
    booking = book(kind, NEXT_WEEK, ada, duration=HOUR)
    assert move(booking, NEXT_WEEK + DAY).duration == HOUR
    assert move(booking, NEXT_WEEK + DAY, duration=30 * MINUTE).duration == 30 * MINUTE
    with pytest.raises(NotOffered):
        move(booking, NEXT_WEEK + DAY, duration=timedelta(minutes=50))


def test_what_is_no_coming_call_cannot_be_moved(kind: EventType, booking: Booking, ada: Coach) -> None:
    cancelled = cancel(book(kind, NEXT_WEEK + 4 * HOUR, ada, email="other@example.org"))
    held = hold(kind, NEXT_WEEK + 5 * HOUR, ada)
    for verb in (move, by_staff):
        for each in (cancelled, held):
            with pytest.raises(NotActive):
                verb(each, NEXT_WEEK + DAY)
    with pytest.raises(NotActive):
        by_staff(booking, NEXT_WEEK + DAY, now=NEXT_WEEK)
    with pytest.raises(NotActive):
        reassign(booking, now=NEXT_WEEK)


def test_a_request_that_ran_out_cannot_be_moved(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True)
    kind.refresh_from_db()
    asked = book(kind, NEXT_WEEK, ada)
    assert move(asked, NEXT_WEEK + HOUR).approve_by == NOW + DAY
    with pytest.raises(NotActive):
        move(asked, NEXT_WEEK + DAY, now=NOW + DAY)


def test_staff_give_a_call_to_the_coach_they_name(booking: Booking, ada: Coach, bob: Coach) -> None:
    before = versions(ada, bob)
    for _ in range(2):
        given = reassign(booking, bob, why="Ada is ill")
        assert (given.coach, given.coach_reason, given.version) == (bob, "Staff chose this coach.", 2)
    assert (given.start, given.uid, given.location_detail) == (NEXT_WEEK, booking.uid, "https://meet.example.org/bob")
    assert [new > old for new, old in zip(versions(ada, bob), before, strict=True)] == [True, True]
    assert booking.events.filter(name="rescheduled").count() == 1
    assert history_replays()


def test_staff_give_a_call_to_anybody_but_its_coach(kind: EventType, booking: Booking, bob: Coach) -> None:
    given = reassign(booking)
    assert (given.coach, given.coach_reason) == (bob, "Any coach: the only one free (0 upcoming calls).")
    booking.refresh_from_db()
    kind.coaches.set([bob])
    with pytest.raises(NotOffered):
        reassign(booking)


def test_a_coach_who_is_taken_is_given_no_call(kind: EventType, booking: Booking, bob: Coach) -> None:
    book(kind, NEXT_WEEK + 15 * MINUTE, bob, email="other@example.org")
    for coach in (bob, None):
        with pytest.raises(SlotTaken):
            reassign(booking, coach)
    assert (Booking.objects.get(pk=booking.pk).version, overlaps()) == (1, 0)
