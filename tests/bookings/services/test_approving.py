"""A request for a call: yes, no, or silence."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from bookings import services
from bookings.errors import NotActive, SlotTaken
from bookings.models import Booking, Coach, EventType
from leads.models import Lead
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
    overlaps,
)

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach(user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, needs_approval=True)


@pytest.fixture
def asked(kind: EventType) -> Booking:
    return book(kind, NEXT_WEEK)


def approve(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": "staff", "actor": "ada", "now": NOW + HOUR}
    return services.approve(booking=booking, **(usual | changes))


def decline(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": "staff", "actor": "ada", "why": "Away", "now": NOW + HOUR}
    return services.decline(booking=booking, **(usual | changes))


def live(kind: str = "") -> list[str]:
    return sorted(Message.objects.filter(status="due", kind__startswith=kind).values_list("kind", flat=True))


def test_a_request_keeps_the_time_and_asks_the_coach(kind: EventType, asked: Booking) -> None:
    assert (asked.status, asked.approve_by, asked.version) == ("pending", NOW + DAY, 1)
    assert live() == ["bookings.coach_pending", "bookings.pending"]
    with pytest.raises(SlotTaken):
        book(kind, NEXT_WEEK, email="other@example.org")
    assert [each.name for each in asked.events.all()] == ["pending"]


def test_a_yes_makes_it_a_call_like_any_other(asked: Booking) -> None:
    approve(asked)
    row = Booking.objects.get(pk=asked.pk)
    assert (row.status, row.approve_by, row.version, row.version_at) == ("confirmed", None, 2, NOW + HOUR)
    assert Topic.objects.get(key=row.topic_key).version == 2
    assert live() == [
        "bookings.coach_confirmed",
        "bookings.coach_reminder",
        "bookings.coach_reminder",
        "bookings.confirmed",
        "bookings.reminder",
        "bookings.reminder",
    ]
    assert Lead.objects.get().stage == "call_booked"
    assert history_replays()


def test_a_yes_said_twice_is_one_yes(asked: Booking) -> None:
    approve(asked)
    assert approve(asked, now=NOW + 3 * DAY).version == 2
    assert (live("bookings.confirmed"), asked.events.filter(name="approved").count()) == (["bookings.confirmed"], 1)


def test_a_no_frees_the_time_and_tells_the_attendee(kind: EventType, asked: Booking) -> None:
    for _ in range(2):
        declined = decline(asked)
        assert (declined.status, declined.cancel_reason, declined.version) == ("declined", "Away", 2)
    assert (live(), asked.events.filter(name="declined").count()) == (["bookings.declined"], 1)
    assert book(kind, NEXT_WEEK, email="other@example.org").status == "pending"
    assert history_replays()


def test_a_no_is_not_turned_into_a_yes_nor_a_yes_into_a_no(kind: EventType, asked: Booking) -> None:
    approve(asked)
    with pytest.raises(NotActive):
        decline(asked)
    other = decline(book(kind, NEXT_WEEK + HOUR, email="other@example.org"))
    with pytest.raises(NotActive):
        approve(other)


def test_a_request_that_was_taken_back_is_not_answered(asked: Booking) -> None:
    cancel(asked)
    for verb in (approve, decline):
        with pytest.raises(NotActive):
            verb(asked)


def test_a_yes_after_the_deadline_is_too_late(asked: Booking) -> None:
    with pytest.raises(NotActive):
        approve(asked, now=NOW + DAY)
    assert approve(asked, now=NOW + DAY - MINUTE).status == "confirmed"


def test_silence_is_a_no_at_the_deadline(asked: Booking) -> None:
    assert services.decline_unanswered(now=NOW + DAY - MINUTE) == 0
    assert [services.decline_unanswered(now=NOW + DAY) for _ in range(2)] == [1, 0]
    asked.refresh_from_db()
    assert (asked.status, asked.cancel_reason, live()) == (
        "declined",
        "Nobody answered in time.",
        ["bookings.declined"],
    )
    assert asked.events.get(name="declined").actor_kind == "system"
    assert history_replays()


def test_an_unanswered_request_blocks_nobody(kind: EventType, asked: Booking) -> None:
    other = book(kind, NEXT_WEEK, email="other@example.org", now=NOW + DAY)
    asked.refresh_from_db()
    assert (asked.status, other.status, overlaps()) == ("declined", "pending", 0)
    assert history_replays()


def test_a_yes_goes_through_the_gate(asked: Booking, ada: Coach) -> None:
    """The coach blocked the hour meanwhile, and then presses yes in an old mail."""
    services.add_time_off(coach=ada, start=NEXT_WEEK, end=NEXT_WEEK + HOUR, note="", now=NOW)
    with pytest.raises(SlotTaken):
        approve(asked)
    asked.refresh_from_db()
    assert (asked.status, asked.version, live()) == ("pending", 1, ["bookings.coach_pending", "bookings.pending"])


@pytest.mark.parametrize(
    ("start", "notice", "deadline"),
    [
        (timedelta(days=7), timedelta(hours=2), timedelta(days=1)),
        (timedelta(hours=26), timedelta(hours=2), timedelta(days=1)),
        (timedelta(hours=20), timedelta(hours=2), timedelta(hours=18)),
        (timedelta(hours=20), timedelta(hours=0), timedelta(hours=20)),
        (timedelta(hours=2), timedelta(hours=2), timedelta(hours=1)),
        (timedelta(hours=2), timedelta(hours=12), timedelta(hours=1)),
        (timedelta(minutes=30), timedelta(hours=2), timedelta(minutes=30)),
    ],
)
def test_the_coach_has_a_day_or_until_notice_but_an_hour_in_any_case(
    start: timedelta, notice: timedelta, deadline: timedelta, now: datetime
) -> None:
    assert services.approval_deadline(start=now + start, notice=notice, now=now) == now + deadline
