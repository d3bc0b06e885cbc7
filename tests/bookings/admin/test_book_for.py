"""Booking on a student's behalf: real free times, the student's details, the same gate."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, EventType, IntakeQuestion
from mail.models import Message
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import page_of, starts, text, value
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN

WEDNESDAY_TEN = TUESDAY_TEN + DAY


def offered(answer: Any) -> list[str]:
    return re.findall(r"start=(2[^\"&]+)", answer.content.decode().replace("%3A", ":"))


def asked(kind: EventType, coach: Any = "any", **more: Any) -> str:
    values = {"type": kind.pk, "coach": coach, "length": 30, "zone": "America/Chicago"} | more
    return reverse("admin:bookings_booking_book_call") + "?" + "&".join(f"{key}={each}" for key, each in values.items())


def student(start: datetime, **changes: str) -> dict[str, str]:
    return {
        "start": value(start),
        "name": "Ada Student",
        "email": "Ada@Example.org",
        "phone": "",
        "questions": "Where do I begin?",
        "access_needs": "Captions, please.",
        "idempotency_key": "k" * 32,
    } | changes


def test_staff_book_a_free_time_on_a_students_behalf(owner: Client, alices: Own, kind: EventType) -> None:
    question = IntakeQuestion.objects.create(event_type=kind, label="Which role?", required=True)
    times = offered(owner.get(asked(kind)))
    assert value(TUESDAY_TEN) in times
    assert value(alices.booking.start) not in times, "booked"
    page = text(owner.get(asked(kind, start=value(TUESDAY_TEN))))
    assert "Career consultation, 30 minutes, Tue 12 January 2027, 10:00 AM (New York, UTC−5)." in page
    assert "For the student: Tue 12 January 2027, 9:00 AM (Chicago, UTC−6)." in page
    form = student(TUESDAY_TEN) | {f"question_{question.pk}": "TPM"}
    answer = owner.post(asked(kind, start=value(TUESDAY_TEN)), form)
    made = Booking.objects.get(attendee_email="ada@example.org")
    assert answer["Location"] == page_of(made, "change")
    assert (made.start, made.status, made.source, made.attendee_time_zone, made.access_needs) == (
        TUESDAY_TEN,
        "confirmed",
        "staff",
        "America/Chicago",
        "Captions, please.",
    )
    assert [each["value"] for each in made.answers] == ["TPM"]
    event = made.events.get()
    assert (event.actor_kind, event.actor) == ("staff", "olga")
    assert Message.objects.filter(kind="bookings.confirmed", recipient="ada@example.org").exists()


def test_notice_window_and_required_answers_do_not_bind_staff(owner: Client, alices: Own, kind: EventType) -> None:
    IntakeQuestion.objects.create(event_type=kind, label="Which role?", required=True)
    soon = NOW + HOUR
    assert value(soon) in offered(owner.get(asked(kind)))
    assert owner.post(asked(kind, start=value(soon)), student(soon)).status_code == 302
    assert Booking.objects.get(attendee_email="ada@example.org").start == soon


def test_the_same_form_twice_books_once(owner: Client, alices: Own, kind: EventType) -> None:
    for _ in range(2):
        assert owner.post(asked(kind), student(TUESDAY_TEN)).status_code == 302
    assert Booking.objects.filter(attendee_email="ada@example.org").count() == 1
    other = owner.post(asked(kind), student(WEDNESDAY_TEN))
    assert other.status_code == 422
    assert "This form has made a booking already, with other details." in text(other)


def test_a_taken_time_keeps_the_filled_form_and_shows_the_nearest(owner: Client, alices: Own, kind: EventType) -> None:
    answer = owner.post(asked(kind), student(alices.booking.start))
    assert answer.status_code == 422
    page = text(answer)
    assert "Somebody else has this time now. Nothing was changed; please choose another." in page
    assert 'value="Ada Student"' in page
    assert [value(alices.booking.start + step * HOUR / 2) for step in (-2, -1, 1, 2, 3, 4)] == starts(answer)
    assert owner.post(asked(kind), student(alices.booking.start + HOUR)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Enter the student’s name."),
        ({"name": "…"}, "Enter the student’s name."),
        ({"email": ""}, "Enter the address that the confirmation goes to."),
        ({"email": "ada@example"}, "Enter an email address like name@example.org."),
        ({"phone": "12"}, "Enter a phone number like (215) 555-0123"),
        ({"start": "2027-01-12T03:07:00Z"}, "This time cannot be booked. Outside the weekly hours."),
        ({"start": "2027-01-12T15:07:00Z"}, "This time cannot be booked. Off the grid"),
    ],
)
def test_what_cannot_be_booked_is_a_sentence(
    owner: Client, alices: Own, kind: EventType, changes: dict[str, str], sentence: str
) -> None:
    answer = owner.post(asked(kind), student(TUESDAY_TEN) | changes)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert Booking.objects.count() == 1


def test_a_call_by_phone_needs_the_number(owner: Client, alices: Own, kind: EventType) -> None:
    EventType.objects.update(location_kind="phone")
    answer = owner.post(asked(kind), student(TUESDAY_TEN))
    assert "Enter the number that the coach dials." in text(answer)
    assert owner.post(asked(kind), student(TUESDAY_TEN, phone="(215) 430-2201")).status_code == 302


def test_a_coach_books_into_the_own_calendar_only(alice: Client, alices: Own, bobs: Own, kind: EventType) -> None:
    assert "Bob" not in text(alice.get(asked(kind)))
    assert alice.get(asked(kind, bobs.coach.pk)).status_code == 404
    assert alice.post(asked(kind, bobs.coach.pk), student(TUESDAY_TEN)).status_code == 404
    answer = alice.post(asked(kind), student(TUESDAY_TEN) | {"coach": str(bobs.coach.pk)})
    assert answer.status_code == 302
    assert Booking.objects.get(attendee_email="ada@example.org").coach == alices.coach


def test_the_week_of_times_asks_the_same_queries_however_many_coaches(
    owner: Client, alices: Own, kind: EventType, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.bookings.house import a_coach

    with CaptureQueriesContext(connection) as one:
        owner.get(asked(kind))
    for number in range(3):
        kind.coaches.add(a_coach(f"more-{number}"))
    with CaptureQueriesContext(connection) as four:
        owner.get(asked(kind))
    assert len(four) == len(one)


def test_a_longer_call_is_booked_and_offered_where_it_fits(owner: Client, alices: Own, kind: EventType) -> None:
    EventType.objects.update(other_durations=[60])
    last = value(TUESDAY_TEN.replace(hour=21, minute=30))
    assert last in offered(owner.get(asked(kind)))
    assert last not in offered(owner.get(asked(kind, length=60)))
    owner.post(asked(kind, length=60), student(TUESDAY_TEN))
    assert Booking.objects.get(attendee_email="ada@example.org").duration == timedelta(hours=1)
