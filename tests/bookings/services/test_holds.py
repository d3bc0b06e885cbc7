"""A hold keeps a time for ten minutes, and never longer than that."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.errors import NotActive, NotOffered, SlotTaken
from bookings.models import Booking, Coach, EventType
from tests.bookings.house import (
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    history_replays,
    hold,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Coach:
    return a_coach()


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, buffer_before=5 * MINUTE, buffer_after=10 * MINUTE)


def test_a_hold_takes_the_call_and_its_buffers_for_ten_minutes(kind: EventType, ada: Coach) -> None:
    held = Booking.objects.get(pk=hold(kind, coach=ada).pk)
    assert (held.status, held.held_until, held.hold_renewals) == ("held", NOW + 10 * MINUTE, 0)
    assert (held.start, held.end) == (TUESDAY_TEN, TUESDAY_TEN + 30 * MINUTE)
    assert (held.busy_start, held.busy_end) == (TUESDAY_TEN - 5 * MINUTE, TUESDAY_TEN + 40 * MINUTE)
    assert (held.location_kind, held.location_detail) == ("video", "https://meet.example.org/room")
    assert (held.coach_reason, held.attendee_time_zone) == ("The visitor chose this coach.", "America/Chicago")
    assert history_replays()


def test_a_held_time_is_taken_for_everybody_else(kind: EventType, ada: Coach) -> None:
    hold(kind, coach=ada)
    with pytest.raises(SlotTaken):
        hold(kind, coach=ada)
    with pytest.raises(SlotTaken):
        hold(kind, TUESDAY_TEN + 30 * MINUTE, ada)  # the buffers of both would meet
    assert hold(kind, TUESDAY_TEN + HOUR, ada).status == "held"


def test_a_hold_that_ran_out_never_blocks_and_says_so_in_its_history(kind: EventType, ada: Coach) -> None:
    first = hold(kind, coach=ada)
    second = hold(kind, coach=ada, now=NOW + 10 * MINUTE)
    first.refresh_from_db()
    assert (first.status, second.status) == ("expired", "held")
    assert [event.name for event in first.events.all()] == ["held", "expired"]
    assert history_replays()


def test_a_hold_is_renewed_ten_times_and_no_more(kind: EventType, ada: Coach) -> None:
    held, now = hold(kind, coach=ada), NOW
    for turn in range(1, 11):
        now += 9 * MINUTE
        held = services.renew_hold(booking=held, now=now)
        assert (held.hold_renewals, held.held_until) == (turn, now + 10 * MINUTE)
    last = services.renew_hold(booking=held, now=now + MINUTE)
    assert (last.hold_renewals, last.held_until, last.renewals_left) == (10, now + 10 * MINUTE, 0)
    assert history_replays()


def test_a_hold_that_ran_out_cannot_be_renewed(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    with pytest.raises(NotActive):
        services.renew_hold(booking=held, now=NOW + 10 * MINUTE)


def test_choosing_another_time_gives_up_the_first(kind: EventType, ada: Coach) -> None:
    first = hold(kind, coach=ada)
    second = hold(kind, TUESDAY_TEN + 30 * MINUTE, ada, previous_hold=first)
    first.refresh_from_db()
    assert (first.status, second.status) == ("expired", "held")
    assert hold(kind, TUESDAY_TEN - 30 * MINUTE, ada).status == "held"


def test_one_keeps_the_first_time_where_the_other_is_refused(kind: EventType, ada: Coach) -> None:
    book(kind, TUESDAY_TEN + 2 * HOUR, ada)
    first = hold(kind, coach=ada)
    with pytest.raises(SlotTaken):
        hold(kind, TUESDAY_TEN + 2 * HOUR, ada, previous_hold=first)
    first.refresh_from_db()
    assert first.status == "held"


def test_holding_the_same_time_again_is_no_clash_with_oneself(kind: EventType, ada: Coach) -> None:
    first = hold(kind, coach=ada)
    again = hold(kind, coach=ada, previous_hold=first)
    assert (again.status, again.pk == first.pk) == ("held", False)


def test_the_previous_hold_of_another_coach_is_given_up_too(kind: EventType, ada: Coach) -> None:
    bob = a_coach("bob")
    kind.coaches.add(bob)
    first = hold(kind, coach=bob)
    hold(kind, coach=ada, previous_hold=first)
    first.refresh_from_db()
    assert first.status == "expired"


def test_a_call_that_is_booked_is_never_given_up_as_a_hold(kind: EventType, ada: Coach) -> None:
    booked = book(kind, coach=ada)
    hold(kind, TUESDAY_TEN + 2 * HOUR, ada, previous_hold=booked)
    services.release_hold(booking=booked, now=NOW)
    booked.refresh_from_db()
    assert booked.status == "confirmed"


def test_a_released_time_is_free_again(kind: EventType, ada: Coach) -> None:
    assert services.release_hold(booking=hold(kind, coach=ada), now=NOW).status == "expired"
    assert hold(kind, coach=ada).status == "held"


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (TUESDAY_TEN + 7 * MINUTE, "off the grid"),
        (TUESDAY_TEN + timedelta(microseconds=1), "off the grid"),
        (TUESDAY_TEN + 12 * HOUR, "outside hours"),
        (TUESDAY_TEN + timedelta(days=4), "outside hours"),
        (NOW + HOUR, "under minimum notice"),
        (NOW - 7 * 24 * HOUR, "under minimum notice"),
        (NOW + 60 * 24 * HOUR, "beyond the booking window"),
        (NOW + 730 * 24 * HOUR, "beyond the booking window"),
    ],
)
def test_a_time_that_was_never_offered_is_refused_without_a_row(
    kind: EventType, ada: Coach, start: object, reason: str
) -> None:
    for coach in (ada, None):
        with pytest.raises(NotOffered) as refused:
            hold(kind, start, coach)  # type: ignore[arg-type]
        assert refused.value.reason == reason
    assert Booking.objects.count() == 0


def test_a_disabled_type_and_a_coach_of_another_type_are_refused(kind: EventType, ada: Coach) -> None:
    stranger = a_coach("bob")
    with pytest.raises(NotOffered, match="coach not eligible"):
        hold(kind, coach=stranger)
    Coach.objects.filter(pk=ada.pk).update(active=False)
    with pytest.raises(NotOffered, match="coach not eligible"):
        hold(kind, coach=ada)
    EventType.objects.filter(pk=kind.pk).update(enabled=False)
    with pytest.raises(NotOffered, match="type disabled"):
        hold(kind, coach=ada)
    with pytest.raises(NotOffered, match="type disabled"):
        hold(EventType.objects.get(pk=kind.pk))
    assert Booking.objects.count() == 0


def test_the_gate_asks_fresh_rows_and_not_the_callers_copy(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(minimum_notice=timedelta(days=3))
    with pytest.raises(NotOffered, match="under minimum notice"):
        hold(kind, coach=ada)


def test_holds_that_ran_out_are_tidied_and_live_ones_are_not(kind: EventType, ada: Coach) -> None:
    old = hold(kind, coach=ada)
    young = hold(kind, TUESDAY_TEN + HOUR, ada, now=NOW + 5 * MINUTE)
    assert services.expire_holds(now=NOW + 10 * MINUTE) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == ("expired", "held")
    assert services.expire_holds(now=NOW + 10 * MINUTE) == 0
    assert history_replays()
