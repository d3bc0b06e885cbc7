"""The coach's yes or no from a mailed link: GET shows, a button answers, and every late or second click gets a clear page."""

import pytest
import time_machine
from django.test import Client

from bookings import links, services
from bookings.models import Booking, EventType
from mail.models import Message
from tests.bookings.house import DAY, HOUR, NOW, a_coach, book, cancel, history_replays
from tests.bookings.screens.conftest import FRIDAY_TEN
from tests.bookings.screens.visit import page


@pytest.fixture
def path(request_: Booking) -> str:
    """The page on which the coach answers."""
    return f"/approve/{links.mint_approve(booking=request_, now=NOW)}/"


def test_the_request_is_shown_in_both_zones_with_what_was_said_and_until_when(visitor: Client, path: str) -> None:
    text = page(visitor.get(path)).text.replace("\xa0", " ")
    assert "Grace Visitor asks for a call" in text
    assert "Friday 15 January 10:00 AM to 10:30 AM New York · Eastern Time (UTC−5)" in text
    assert "For the student Friday 15 January 2027 at 9:00 AM, Central Time (UTC−6)" in text
    assert "at most until Tuesday 12 January 2027 at 10:00 AM, Eastern Time (UTC−5)" in text
    assert "Which role fits me?" in text
    assert "Confirm the call on Fri 15 January, 10:00 AM Eastern" in text


def test_a_yes_confirms_the_call_and_twice_is_once(visitor: Client, path: str) -> None:
    answers = [visitor.post(path, {"do": "approve", "why": ""}) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, path)] * 2
    row = Booking.objects.get()
    event = row.events.order_by("id").last()
    assert event is not None
    assert (row.status, event.name, event.actor_kind, event.actor) == (
        "confirmed", "approved", "staff", "Ada Lovelace, by the mailed link",
    )  # fmt: skip
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1
    assert "This call is confirmed" in page(visitor.get(path)).text
    assert history_replays()


def test_a_no_tells_the_student_why_and_twice_is_once(visitor: Client, path: str, request_: Booking) -> None:
    for _ in range(2):
        assert visitor.post(path, {"do": "decline", "why": "I am away\nthat day."}).status_code == 303
    row = Booking.objects.get()
    assert (row.status, row.cancel_reason) == ("declined", "I am away that day.")
    assert Message.objects.filter(kind="bookings.declined").count() == 1
    shown = page(visitor.get(path)).text
    assert "This request is declined" in shown
    assert "grace@example.org" not in shown, "an old mail opens no more than it must"
    student = page(visitor.get(f"/booking/{links.mint_manage(booking=request_, now=NOW)}/"))
    assert "This call did not come about" in student.text
    assert "“I am away that day.”" in student.text
    assert student.links["Book a new call with Ada Lovelace"].endswith("coach=ada")


def test_a_yes_after_a_no_and_a_no_after_a_yes_change_nothing(visitor: Client, kind: EventType, path: str) -> None:
    visitor.post(path, {"do": "approve"})
    answer = visitor.post(path, {"do": "decline"})
    assert "This call is confirmed" in page(visitor.get(answer["Location"])).text
    other = book(EventType.objects.get(), start=FRIDAY_TEN + HOUR, email="other@example.org")
    path = f"/approve/{links.mint_approve(booking=other, now=NOW)}/"
    visitor.post(path, {"do": "decline"})
    answer = visitor.post(path, {"do": "approve"})
    assert "This request is declined" in page(visitor.get(answer["Location"])).text
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["confirmed", "declined"]


@pytest.mark.parametrize("do", ["", "perhaps"])
def test_neither_button_is_a_sentence(visitor: Client, path: str, do: str) -> None:
    answer = visitor.post(path, {"do": do})
    assert answer.status_code == 422
    assert "Please choose one of the two buttons." in page(answer).text
    assert Booking.objects.get().status == "pending"


def test_a_reason_that_is_too_long_is_kept_and_nothing_is_declined(visitor: Client, path: str) -> None:
    answer = visitor.post(path, {"do": "decline", "why": "x" * 501})
    assert answer.status_code == 422
    assert "Use at most 500 characters; this has 501." in page(answer).text
    assert page(answer).fields["why"].strip() == "x" * 501
    assert Booking.objects.get().status == "pending"


def test_after_the_deadline_both_sides_see_that_it_did_not_come_about(
    visitor: Client, path: str, request_: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + DAY)
    assert "It is too late to answer this request" in page(visitor.get(path)).text
    assert visitor.post(path, {"do": "approve"}).status_code == 303
    assert Booking.objects.get().status == "pending"
    student = f"/booking/{links.mint_manage(booking=request_, now=NOW)}/"
    assert "Ada Lovelace could not say yes in time" in page(visitor.get(student)).text
    services.decline_unanswered(now=NOW + DAY)
    assert "This call did not come about" in page(visitor.get(student)).text
    assert "This request is declined" in page(visitor.get(path)).text


def test_a_request_withdrawn_meanwhile_says_so(visitor: Client, path: str, request_: Booking) -> None:
    cancel(request_)
    assert "This request was withdrawn" in page(visitor.get(path)).text
    answer = visitor.post(path, {"do": "approve"})
    assert (answer.status_code, Booking.objects.get().status) == (303, "cancelled")


def test_time_off_entered_meanwhile_is_told_to_the_coach(visitor: Client, path: str, request_: Booking) -> None:
    services.add_time_off(coach=request_.coach, start=FRIDAY_TEN, end=FRIDAY_TEN + HOUR, note="", now=NOW)
    answer = visitor.post(path, {"do": "approve"})
    assert answer.status_code == 409
    assert "Something else stands in your calendar at that time now" in page(answer).text
    assert Booking.objects.get().status == "pending"


def test_the_link_of_a_coach_who_has_lost_the_call_is_dead(visitor: Client, path: str, request_: Booking) -> None:
    request_.event_type.coaches.add(a_coach("bob"))
    services.reassign(booking=request_, actor="olga", why="", now=NOW)
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, {"do": "approve"}).status_code == 404
    assert Booking.objects.get().status == "pending"
