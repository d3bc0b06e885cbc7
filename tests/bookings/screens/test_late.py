"""Too late to move or cancel alone: a message to the coach, never a dead end."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.models import Booking
from mail.models import Message
from tests.bookings.house import HOUR
from tests.bookings.screens.conftest import FRIDAY_TEN
from tests.bookings.screens.visit import page

WORDS = "I cannot make it.\r\nThursday instead?"


@pytest.fixture
def late(token: str, clock: time_machine.Traveller) -> str:
    """The call's address, three hours before it begins."""
    clock.move_to(FRIDAY_TEN - 3 * HOUR)
    return f"/booking/{token}/"


@pytest.mark.parametrize("where", ["reschedule", "cancel"])
def test_the_message_reaches_the_coach_and_the_call_stays(visitor: Client, late: str, where: str) -> None:
    shown = page(visitor.get(f"{late}{where}/"))
    assert "You could move or cancel it here until Thursday 14 January 2027 at 9:00 AM" in shown.text.replace(
        "\xa0", " "
    )
    answer = visitor.post(f"{late}{where}/", shown.hidden | {"do": "ask", "text": WORDS})
    assert (answer.status_code, answer["Location"]) == (303, f"{late}?asked=1")
    told = page(visitor.get(answer["Location"]))
    assert "We have passed your message on to Ada Lovelace." in told.text
    row = Booking.objects.get()
    event = row.events.order_by("id").last()
    assert event is not None
    assert (row.status, row.start, event.why) == ("confirmed", FRIDAY_TEN, "I cannot make it. Thursday instead?")
    assert Message.objects.filter(kind="bookings.late_request").count() == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * 501, "a\x00b"])
def test_a_message_that_cannot_be_used_is_kept_and_said(visitor: Client, late: str, text: str) -> None:
    answer = visitor.post(f"{late}cancel/", {"do": "ask", "text": text})
    assert answer.status_code == 422
    assert "Not sent yet. Please check 1 thing:" in page(answer).text
    assert Message.objects.filter(kind="bookings.late_request").count() == 0


def test_a_reason_typed_just_before_the_hour_becomes_the_message(visitor: Client, late: str) -> None:
    answer = visitor.post(f"{late}cancel/", {"why": "My train is cancelled."})
    assert answer.status_code == 409
    assert page(answer).fields["text"].strip() == "My train is cancelled."
    assert Booking.objects.get().status == "confirmed"


def test_the_coach_is_not_flooded(visitor: Client, late: str) -> None:
    answers: list[Any] = [visitor.post(f"{late}cancel/", {"do": "ask", "text": f"Please, {n}"}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert "Your coach has your messages of today already." in page(answers[3]).text
    assert page(answers[3]).fields["text"].strip() == "Please, 3"


def test_the_page_of_the_call_leads_there(visitor: Client, late: str, clock: time_machine.Traveller) -> None:
    assert page(visitor.get(late)).links["Ask your coach to change this call"] == f"{late}reschedule/"
    clock.move_to(FRIDAY_TEN - HOUR / 6)
    soon = page(visitor.get(late))
    assert soon.links["Join the video call"] == "https://meet.example.org/room"
    assert soon.links["Ask your coach to change it"] == f"{late}reschedule/"


def test_a_call_that_is_over_takes_no_message(visitor: Client, late: str, clock: time_machine.Traveller) -> None:
    clock.move_to(FRIDAY_TEN + HOUR)
    assert "This call is over" in page(visitor.get(f"{late}cancel/")).text
    answer = visitor.post(f"{late}cancel/", {"do": "ask", "text": "Sorry"})
    assert (answer.status_code, answer["Location"]) == (303, late)
    assert Message.objects.filter(kind="bookings.late_request").count() == 0
