"""Mails around the call itself: the coach's brief before it, and what the attendee hears after it."""

from datetime import timedelta
from typing import Any

import pytest

from bookings import services
from bookings.models import Answer, Booking, EventType
from leads import people
from mail.models import Message
from mail.registry import Skip
from tests.bookings.emails.inbox import parts, render, sent
from tests.bookings.house import DAY, HOUR, MINUTE, TUESDAY_TEN, book, cancel

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY
OVER = START + HOUR


def record(booking: Booking, outcome: str = "completed", **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor": "ada", "now": OVER, "next_step": "Practise two system stories."}
    return services.record_outcome(booking=booking, outcome=outcome, **(usual | changes))


def waiting(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind, status="due").values_list("recipient", flat=True))


def test_the_coach_is_reminded_with_a_brief(kind: EventType) -> None:
    booking = book(kind, START, questions="Which role?", answers=[Answer(1, "Years of experience", "7")])
    message = sent("bookings.coach_reminder", now=START - DAY)
    text = parts(message)["text/plain"]
    assert message["Subject"] == "Tue 19 January, 10:00 AM EST: your call with Grace Visitor"
    assert (message["To"], message["Reply-To"]) == ("ada@institute.example", booking.attendee_email)
    assert "Years of experience\n7" in text
    assert "WHAT LED HERE\nFirst came to /book/consultation/, directly\n" in text
    assert "text/calendar" not in parts(message)
    due = [message.due_at for message in Message.objects.filter(kind="bookings.coach_reminder").order_by("due_at")]
    assert due == [START - DAY, START - HOUR]


def test_a_cancelled_call_reminds_no_coach(kind: EventType) -> None:
    cancel(book(kind, START))
    assert waiting("bookings.coach_reminder") == []


def test_after_the_call_the_attendee_reads_the_next_step_once(kind: EventType) -> None:
    booking = record(book(kind, START))
    message = sent("bookings.follow_up", 2, now=OVER)
    assert "YOUR NEXT STEP\nPractise two system stories." in parts(message)["text/plain"]
    assert Message.objects.get(kind="bookings.follow_up").due_at == OVER + 15 * MINUTE
    Message.objects.filter(kind="bookings.follow_up").update(status="sent", sent_at=OVER)
    record(booking, next_step="Something else.", now=OVER + HOUR)
    assert waiting("bookings.follow_up") == []


def test_a_slip_that_is_corrected_in_time_is_never_mailed(kind: EventType) -> None:
    booking = record(book(kind, START), "no_show", next_step="")
    record(booking, now=OVER + 5 * MINUTE)
    assert (waiting("bookings.no_show"), waiting("bookings.follow_up")) == ([], ["grace@example.org"])
    assert isinstance(render("bookings.no_show", 2, now=OVER), Skip)


def test_a_missed_call_is_met_kindly_and_leads_to_another_time(kind: EventType) -> None:
    record(book(kind, START), "no_show", next_step="")
    text = parts(sent("bookings.no_show", 2, now=OVER))["text/plain"]
    assert "Ada waited for you on Tuesday 19 January 2027, 9:00 AM (Chicago, UTC−6)" in text
    assert "https://institute.example/book/consultation/" in text


@pytest.mark.parametrize(("late", "mails"), [(timedelta(days=3) - HOUR, 1), (timedelta(days=3), 0)])
def test_old_news_is_not_mailed(kind: EventType, late: timedelta, mails: int) -> None:
    record(book(kind, START), now=OVER + late)
    assert len(waiting("bookings.follow_up")) == mails


def test_enrolment_alone_mails_nothing_more(kind: EventType) -> None:
    booking = record(book(kind, START))
    before = Message.objects.count()
    booking = record(booking, programme="TPM intensive", now=OVER + 5 * MINUTE)
    assert Message.objects.count() == before
    assert booking.lead is not None
    booking.lead.refresh_from_db()
    assert booking.lead.stage == "enrolled"
    assert people.normalise_email("Grace@Example.org") == booking.lead.email
