"""A suspicious booking: half an hour for the mailbox to say yes, one mail a day for an address, and nobody else hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from bookings import emails, selectors, services
from bookings.errors import (
    KeyReused,
    NotActive,
    SlotTaken,
    TooManyOpen,
)
from bookings.models import Booking, BookingEvent, Coach, EventType
from leads.models import Activity, Lead, Stage
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
    book_unproven,
    cancel,
    history_replays,
    hold,
    race,
)
from tests.bookings.services.verbs import approve, counted, decline, edit, mails, move, reassign
from tests.faults.invariants import broken

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY
SOON = NOW + MINUTE
LATE = NOW + 30 * MINUTE


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada", user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, reminder_offsets=[24 * 60])


@pytest.fixture
def waiting(kind: EventType, ada: Coach) -> Booking:
    return book_unproven(kind, START, ada, hold=hold(kind, START, ada), idempotency_key="k" * 32)


def prove(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {
        "actor_kind": "attendee",
        "actor": "mailed link",
        "page": "/book/consultation/",
        "now": SOON,
    }
    return services.prove(booking=booking, **(usual | changes))


def release(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": "attendee", "actor": "", "why": "Given up.", "now": SOON}
    return services.release_unproven(booking=booking, **(usual | changes))


def test_the_time_is_kept_and_only_the_address_is_asked(kind: EventType, waiting: Booking, ada: Coach) -> None:
    assert (waiting.status, waiting.unproven, waiting.approve_by, waiting.held_until, waiting.lead) == (
        "pending", True, LATE, None, None,
    )  # fmt: skip
    assert mails(waiting) == [("prove", "grace@example.org", "due")]
    assert Message.objects.get().expires_at == LATE
    assert (Lead.objects.count(), Activity.objects.count()) == (0, 0), "a robot is no lead"
    with pytest.raises(SlotTaken):
        hold(kind, START, ada)
    assert waiting.state_label == "Waiting for its address"
    assert history_replays()
    assert broken(now=NOW) == []


def test_a_call_that_starts_sooner_is_kept_until_its_start(ada: Coach) -> None:
    kind = a_type(ada, slug="at-once", minimum_notice=timedelta(), slot_interval=15 * MINUTE)
    soon = book_unproven(kind, NOW + 15 * MINUTE, ada)
    assert soon.approve_by == NOW + 15 * MINUTE
    with pytest.raises(NotActive):
        prove(soon, now=NOW + 15 * MINUTE)


def test_a_yes_makes_it_a_call_with_all_its_mails_and_twice_is_once(waiting: Booking, ada: Coach) -> None:
    with counted(ada):
        booked = [prove(waiting), prove(waiting), prove(Booking.objects.get())][-1]
    assert (booked.status, booked.unproven, booked.approve_by, booked.version) == ("confirmed", False, None, 2)
    assert mails(booked) == [
        ("coach_confirmed", "ada@institute.example", "due"),
        ("coach_reminder", "ada@institute.example", "due"),
        ("confirmed", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
    ]
    assert mails(booked, version=1) == [("prove", "grace@example.org", "cancelled")]
    lead = Lead.objects.get()
    assert (booked.lead, lead.email, lead.stage) == (lead, "grace@example.org", Stage.CALL_BOOKED)
    event = booked.events.order_by("id").last()
    assert event is not None
    assert (event.name, event.actor_kind, event.actor) == ("address confirmed", "attendee", "mailed link")
    assert history_replays()
    assert broken(now=SOON) == []


def test_a_yes_to_a_call_that_needs_the_coach_asks_the_coach_with_a_day_to_answer(ada: Coach) -> None:
    kind = a_type(ada, needs_approval=True)
    asked = prove(book_unproven(kind, START, ada))
    assert (asked.status, asked.unproven, asked.approve_by) == ("pending", False, SOON + DAY)
    assert mails(asked) == [("coach_pending", "ada@institute.example", "due"), ("pending", "grace@example.org", "due")]
    assert approve(asked, now=NOW + HOUR).status == "confirmed"
    assert history_replays()


def test_without_an_answer_the_time_is_free_and_nobody_is_told(kind: EventType, waiting: Booking, ada: Coach) -> None:
    assert services.decline_unanswered(now=LATE - MINUTE) == 0
    with counted(ada):
        assert services.decline_unanswered(now=LATE) == 1
    row = Booking.objects.get()
    assert (row.status, row.unproven, row.approve_by, row.state_label) == (
        "expired", True, None, "Address not confirmed",
    )  # fmt: skip
    assert list(Message.objects.values_list("kind", "status")) == [("bookings.prove", "cancelled")]
    assert hold(kind, START, ada, now=LATE).status == "held"
    with pytest.raises(NotActive):
        prove(row, now=LATE)
    assert history_replays()
    assert broken(now=LATE) == []


def test_no_sweeper_is_needed_for_the_time_to_be_free_again(kind: EventType, waiting: Booking, ada: Coach) -> None:
    assert book(kind, START, ada, email="other@example.org", now=LATE).status == "confirmed"
    assert Booking.objects.get(pk=waiting.pk).status == "expired"
    assert set(Message.objects.filter(recipient="grace@example.org").values_list("kind", "status")) == {
        ("bookings.prove", "cancelled")
    }
    assert history_replays()


@pytest.mark.parametrize("actor_kind", ["attendee", "staff"])
def test_given_up_the_time_is_free_at_once_and_nobody_is_told(
    kind: EventType, waiting: Booking, ada: Coach, actor_kind: str
) -> None:
    assert [release(waiting, actor_kind=actor_kind).status for _ in range(2)] == ["expired"] * 2
    assert list(Message.objects.values_list("kind", "status")) == [("bookings.prove", "cancelled")]
    assert hold(kind, START, ada, now=SOON).status == "held"
    with pytest.raises(NotActive):
        prove(waiting)
    with pytest.raises(NotActive):
        release(book(kind, START + DAY, ada))


def test_it_is_no_request_and_no_call_for_anything_else(kind: EventType, waiting: Booking, ada: Coach) -> None:
    before = (list(Booking.objects.values_list()), Message.objects.count(), BookingEvent.objects.count())
    kind.coaches.add(a_coach("bob"))
    for verb in (approve, decline, edit, cancel, reassign, lambda row: move(row, START + DAY)):
        with pytest.raises(NotActive):
            verb(waiting)
    with pytest.raises(NotActive):
        services.change_email(booking=waiting, email="other@example.org", actor="olga", now=NOW)
    with pytest.raises(NotActive):
        services.ask_late_change(booking=waiting, text="Later?", now=NOW)
    services.mail_links(email="grace@example.org", now=NOW)
    assert list(emails.coming_calls("grace@example.org", now=NOW)) == []
    assert list(selectors.calls_for_feed(ada, now=NOW)) == []
    assert list(selectors.booked_in(ada, start=START, end=START + HOUR)) == []
    assert (list(Booking.objects.values_list()), Message.objects.count(), BookingEvent.objects.count()) == before


def test_the_same_form_again_is_the_same_call_and_one_mail(kind: EventType, waiting: Booking, ada: Coach) -> None:
    same: dict[str, Any] = {"hold": Booking.objects.get(), "idempotency_key": "k" * 32}
    assert book_unproven(kind, START, ada, **same) == waiting
    assert book(kind, START, ada, **same) == waiting
    with pytest.raises(KeyReused):
        book_unproven(kind, START, ada, **(same | {"email": "other@example.org"}))
    with pytest.raises(KeyReused):
        book(kind, START, ada, **(same | {"idempotency_key": "z" * 32, "email": "other@example.org"}))
    assert (Booking.objects.count(), Message.objects.count()) == (1, 1)


def test_the_limit_of_calls_holds_for_the_yes_and_not_for_staff(kind: EventType, waiting: Booking, ada: Coach) -> None:
    for n in range(3):
        book(kind, START + (n + 1) * HOUR, ada)
    with pytest.raises(TooManyOpen):
        prove(waiting)
    assert Booking.objects.get(pk=waiting.pk).awaits_proof(SOON)
    assert prove(waiting, actor_kind="staff", actor="olga").status == "confirmed"


def test_time_off_that_came_meanwhile_is_a_taken_time(waiting: Booking, ada: Coach) -> None:
    services.add_time_off(coach=ada, start=START, end=START + HOUR, note="", now=NOW)
    with pytest.raises(SlotTaken):
        prove(waiting)
    assert (Lead.objects.count(), Booking.objects.get().unproven) == (0, True)


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_call_and_a_double_yes_is_one(kind: EventType, ada: Coach) -> None:
    held_time = hold(kind, START, ada)
    send = lambda: book_unproven(kind, START, ada, hold=held_time, idempotency_key="a" * 32)  # noqa: E731
    first, second = race([send, send])
    assert first == second
    assert Message.objects.count() == 1
    booked = race([lambda: prove(first), lambda: prove(first)])
    assert [each.status for each in booked] == ["confirmed"] * 2
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1
    assert Lead.objects.count() == 1
    assert history_replays()
