"""A request for a call: the coach says yes or no, and silence is a no."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from bookings import links, services
from bookings.errors import NotActive, SlotTaken
from bookings.models import Booking, Coach, EventType
from leads.models import Activity, Lead
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
from tests.bookings.services.verbs import approve, counted, decline, mails
from tests.faults.invariants import broken

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada", user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, needs_approval=True)


@pytest.fixture
def asked(kind: EventType, ada: Coach) -> Booking:
    return book(kind, START, ada, hold=hold(kind, START, ada))


def test_a_request_keeps_the_time_and_tells_both_sides_by_when(kind: EventType, asked: Booking, ada: Coach) -> None:
    assert (asked.status, asked.version, asked.approve_by, asked.held_until) == ("pending", 1, NOW + DAY, None)
    assert mails(asked) == [
        ("coach_pending", "ada@institute.example", "due"),
        ("pending", "grace@example.org", "due"),
    ]
    assert {each.expires_at for each in Message.objects.all()} == {NOW + DAY}
    assert Lead.objects.get().stage == "new", "nothing is agreed on yet"
    with pytest.raises(SlotTaken):
        hold(kind, START, ada)
    assert broken(now=NOW) == []


@pytest.mark.parametrize(
    ("ahead", "notice", "deadline"),
    [
        (7 * DAY, 2 * HOUR, DAY),  # a day
        (DAY + 2 * HOUR, 2 * HOUR, DAY),
        (DAY + HOUR, 2 * HOUR, 23 * HOUR),  # minimum notice comes first
        (3 * HOUR, 2 * HOUR, HOUR),
        (2 * HOUR, 2 * HOUR, HOUR),  # an hour in any case
        (150 * MINUTE, 2 * HOUR, HOUR),
        (30 * MINUTE, timedelta(), 30 * MINUTE),  # but not after the start
        (HOUR, timedelta(), HOUR),
        (5 * HOUR, timedelta(), 5 * HOUR),
        (3 * DAY, 3 * DAY, HOUR),
    ],
)
def test_the_deadline_of_an_answer(ahead: timedelta, notice: timedelta, deadline: timedelta) -> None:
    assert services.approval_deadline(start=NOW + ahead, notice=notice, now=NOW) == NOW + deadline


def test_yes_makes_it_a_call_with_all_that_belongs_to_it(asked: Booking, ada: Coach) -> None:
    with counted(ada):
        call = approve(asked, now=NOW + HOUR)
    assert (call.status, call.version, call.version_at, call.approve_by) == ("confirmed", 2, NOW + HOUR, None)
    assert mails(call) == [
        ("coach_confirmed", "ada@institute.example", "due"),
        ("coach_reminder", "ada@institute.example", "due"),
        ("coach_reminder", "ada@institute.example", "due"),
        ("confirmed", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
    ]
    assert {state for _, _, state in mails(call, version=1)} == {"cancelled"}
    assert Lead.objects.get().stage == "call_booked"
    assert (
        Activity.objects.filter(kind="booking").order_by("id").last().summary == "Approved Career consultation with Ada"
    )
    assert broken(now=NOW) == []


def test_yes_twice_is_the_same_as_once(asked: Booking) -> None:
    approve(asked)
    with counted():
        assert approve(asked, now=NOW + HOUR).version == 2
    assert asked.events.filter(name="approved").count() == 1


def test_no_frees_the_time_and_tells_the_attendee_why(kind: EventType, asked: Booking, ada: Coach) -> None:
    with counted(ada):
        declined = decline(asked, why="Away that\nday", now=NOW + HOUR)
    assert (declined.status, declined.version, declined.approve_by) == ("declined", 2, None)
    assert (declined.cancelled_at, declined.cancel_reason) == (NOW + HOUR, "Away that day")
    assert mails(declined) == [("declined", "grace@example.org", "due")]
    assert broken(now=NOW) == []
    assert hold(kind, START, ada).status == "held"


def test_no_twice_is_the_same_as_once(asked: Booking) -> None:
    decline(asked)
    assert decline(asked, why="again").cancel_reason == ""
    assert Message.objects.filter(kind="bookings.declined").count() == 1


def test_a_no_is_final(asked: Booking) -> None:
    decline(asked)
    with pytest.raises(NotActive):
        approve(asked)


def test_a_yes_is_taken_back_by_cancelling_only(asked: Booking) -> None:
    approve(asked)
    with pytest.raises(NotActive):
        decline(asked)
    assert cancel(asked, actor_kind="staff").status == "cancelled"


@pytest.mark.parametrize("verb", [approve, decline])
def test_only_a_request_is_answered(kind: EventType, ada: Coach, verb: object) -> None:
    held = hold(kind, START, ada)
    with pytest.raises(NotActive):
        verb(held)  # type: ignore[operator]


def test_an_answer_that_comes_too_late_is_none(asked: Booking) -> None:
    assert asked.awaits_approval(NOW + DAY - MINUTE)
    with pytest.raises(NotActive):
        approve(asked, now=NOW + DAY)


def test_a_request_that_ran_out_blocks_nobody_even_before_it_is_declined(
    kind: EventType, asked: Booking, ada: Coach
) -> None:
    other = book(kind, START, ada, email="other@example.org", now=NOW + DAY)
    asked.refresh_from_db()
    assert (asked.status, asked.cancel_reason, other.status) == ("declined", "Nobody answered in time.", "pending")
    assert mails(asked) == [("declined", "grace@example.org", "due")]
    assert broken(now=NOW) == []


def test_the_system_declines_what_nobody_answered(kind: EventType, asked: Booking, ada: Coach) -> None:
    later = book(kind, START + HOUR, ada, email="other@example.org", now=NOW + HOUR)
    assert services.decline_unanswered(now=NOW + DAY - MINUTE) == 0
    with counted(ada):
        assert services.decline_unanswered(now=NOW + DAY) == 1
    asked.refresh_from_db()
    later.refresh_from_db()
    assert (asked.status, later.status) == ("declined", "pending")
    event = asked.events.get(name="declined")
    assert (event.actor_kind, event.why) == ("system", "Nobody answered in time.")
    assert services.decline_unanswered(now=NOW + DAY) == 0
    assert history_replays()


def test_the_attendee_can_withdraw_a_request_and_no_calendar_hears_of_it(asked: Booking) -> None:
    withdrawn = cancel(asked)
    assert (withdrawn.status, withdrawn.approve_by) == ("cancelled", None)
    kinds = [(kind, recipient) for kind, recipient, _ in mails(withdrawn)]
    assert kinds == [("cancelled", "grace@example.org"), ("coach_cancelled", "ada@institute.example")]
    assert all(each.context["never_agreed"] for each in Message.objects.filter(topic_version=2))
    with pytest.raises(NotActive):
        approve(asked)


def test_busy_time_is_asked_again_before_a_yes(asked: Booking, ada: Coach) -> None:
    services.add_time_off(coach=ada, start=START, end=START + HOUR, note="ill", now=NOW)
    with pytest.raises(SlotTaken):
        approve(asked)
    asked.refresh_from_db()
    assert asked.status == "pending"


def test_rules_that_changed_since_do_not_hinder_a_yes(kind: EventType, asked: Booking) -> None:
    EventType.objects.filter(pk=kind.pk).update(minimum_notice=30 * DAY, booking_window=DAY, enabled=False)
    assert approve(asked).status == "confirmed"


def test_the_same_form_again_is_the_same_request(kind: EventType, ada: Coach) -> None:
    first = book(kind, START, ada, idempotency_key="k" * 32)
    again = book(kind, START, ada, idempotency_key="k" * 32, now=NOW + HOUR)
    assert (again.pk, again.status, Booking.objects.count()) == (first.pk, "pending", 1)
    assert Message.objects.filter(kind="bookings.coach_pending").count() == 1


def test_a_coach_without_a_sign_in_is_answered_for_by_staff(kind: EventType, ada: Coach) -> None:
    Coach.objects.update(user=None)
    asked = book(kind, START, Coach.objects.get())
    (request,) = [recipient for kind, recipient, _ in mails(asked) if kind == "coach_pending"]
    assert request not in ("", "grace@example.org")


def test_a_request_is_answered_by_a_link_of_one_purpose(asked: Booking) -> None:
    raw = links.mint_approve(booking=asked, now=NOW)
    assert links.find_booking(raw, purpose=links.APPROVE, now=NOW) == asked


@pytest.mark.parametrize("answered_at", [NOW, NOW + 22 * HOUR])
def test_reminders_of_an_approved_call_are_planned_from_the_yes_on(
    kind: EventType, ada: Coach, answered_at: datetime
) -> None:
    start = NOW + 25 * HOUR
    approve(book(kind, start, ada), now=answered_at)
    due = [each.due_at for each in Message.objects.filter(kind="bookings.reminder").order_by("due_at")]
    assert due == [each for each in (start - DAY, start - HOUR) if each > answered_at]
