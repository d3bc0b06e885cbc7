"""A form that looks like a robot's books when the mailbox says so; the pages say what happens in plain words."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client

from bookings import services
from bookings.models import Booking, Coach, EventType
from leads import challenge
from leads.models import Consent, Lead, Quarantine
from mail import sender
from mail.models import LinkToken, Message
from tests.bookings.house import HOUR, MINUTE, NOW, book, history_replays
from tests.bookings.screens.visit import held_page, page, state

SHORTLY = timedelta(seconds=5)
TRAP = {"company_website": "https://spam.example"}


def send_twice(visitor: Client, path: str, form: dict[str, str], clock: Any, **changes: str) -> Any:
    """The form comes back with a sum for the browser, and is sent again without the answer."""
    asked = visitor.post(path, form | TRAP | changes)
    assert asked.status_code == 422
    clock.shift(SHORTLY)
    return visitor.post(path, form | page(asked).hidden | changes)


def mailed_page(now: Any = NOW + MINUTE) -> str:
    """The page that the mail opens."""
    assert sender.drain(clock=lambda: now).sent == 1
    texts = [file.read_text() for file in site.MAIL_FILE_DIR.glob("*.eml")]
    (path,) = {found for text in texts for found in re.findall(r"/booking/[\w-]{32}/confirm/", text.replace("=\n", ""))}
    return str(path)


@pytest.fixture
def waiting(visitor: Client, path: str, form: dict[str, str], clock: time_machine.Traveller) -> str:
    """The page that a suspicious form leads to."""
    return str(send_twice(visitor, path, form, clock)["Location"])


@pytest.fixture
def asked(waiting: str, settings: Any, tmp_path: Any) -> str:
    """The page behind the link in the mail."""
    settings.MAIL_FILE_DIR = tmp_path
    return mailed_page()


def test_the_first_suspicion_is_answered_with_a_sum_and_the_second_with_the_mailbox(
    visitor: Client, path: str, form: dict[str, str], clock: time_machine.Traveller
) -> None:
    answer = send_twice(visitor, path, form, clock)
    assert answer.status_code == 303
    row = Booking.objects.get()
    assert (row.status, row.unproven, row.attendee_email) == ("pending", True, "grace@example.org")
    assert (Lead.objects.count(), Quarantine.objects.count()) == (0, 0)
    assert list(Message.objects.values_list("kind", "recipient")) == [("bookings.prove", "grace@example.org")]
    assert answer.cookies["hold"]["max-age"] == 0
    shown = page(visitor.get(answer["Location"])).text
    assert "One more step: confirm your address" in shown
    assert "We are sending a mail to grace@example.org with a button." in shown
    assert "Press it by 9:30 AM (Central Time), and your call is booked" in shown
    assert "We could not tell by ourselves that a person filled in the form" in shown
    assert "Tuesday 12 January" in shown


def test_a_letter_that_was_ticked_is_not_mailed_before_the_address_is_confirmed(
    visitor: Client, path: str, form: dict[str, str], clock: time_machine.Traveller
) -> None:
    send_twice(visitor, path, form, clock, wants_list="on")
    assert (Message.objects.count(), Consent.objects.count()) == (1, 0)


def test_looking_at_either_page_changes_nothing(visitor: Client, waiting: str, asked: str) -> None:
    before = (state(), list(LinkToken.objects.values_list()), Message.objects.count())
    for path in (waiting, asked, f"{waiting}?do=give_up", f"{asked}?do=confirm"):
        for _ in range(5):
            assert (visitor.get(path).status_code, visitor.head(path).status_code) == (200, 200)
    assert (state(), list(LinkToken.objects.values_list()), Message.objects.count()) == before


def test_the_button_books_and_twice_is_once(visitor: Client, asked: str) -> None:
    shown = page(visitor.get(asked))
    assert "Is this coaching call yours?" in shown.text
    assert "Book Tue 12 January, 9:00 AM Central" in shown.text
    assert "checked" not in shown.source
    answers = [visitor.post(asked, {"do": "confirm"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert "Your call is booked" in page(visitor.get(answers[1]["Location"])).text
    row = Booking.objects.get()
    assert (row.status, row.unproven, row.lead) == ("confirmed", False, Lead.objects.get())
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1
    assert (Consent.objects.count(), Message.objects.filter(kind="leads.confirm").count()) == (0, 0)
    assert "You have confirmed this call" in page(visitor.get(asked)).text
    assert history_replays()


def test_the_letters_can_be_asked_for_with_the_yes(visitor: Client, asked: str) -> None:
    visitor.post(asked, {"do": "confirm", "wants_list": "on"})
    assert (Consent.objects.get().state, Message.objects.filter(kind="leads.confirm").count()) == ("asked", 1)


def test_a_call_that_the_coach_has_to_agree_to_says_so(visitor: Client, asked: str, kind: EventType) -> None:
    EventType.objects.update(needs_approval=True)
    assert "you ask Ada Lovelace for the call" in page(visitor.get(asked)).text
    answer = visitor.post(asked, {"do": "confirm"})
    assert "Your request is with your coach" in page(visitor.get(answer["Location"])).text


@pytest.mark.parametrize("which", ["waiting", "asked"])
def test_either_page_gives_the_time_free(visitor: Client, waiting: str, asked: str, which: str) -> None:
    here = {"waiting": waiting, "asked": asked}[which]
    answers = [visitor.post(here, {"do": "give_up"}) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, here)] * 2
    assert Booking.objects.get().status == "expired"
    for path in (waiting, asked):
        shown = page(visitor.get(path))
        assert "This time is not kept any more" in shown.text
        assert "Book a new call with Ada Lovelace" in shown.links
    assert visitor.post(asked, {"do": "confirm"})["Location"] == asked
    assert list(Message.objects.values_list("kind", flat=True)) == ["bookings.prove"]


def test_who_comes_too_late_reads_that_the_time_is_gone(
    visitor: Client, waiting: str, asked: str, clock: time_machine.Traveller
) -> None:
    clock.shift(HOUR)
    for path in (waiting, asked):
        assert "This time is not kept any more" in page(visitor.get(path)).text
    assert visitor.post(asked, {"do": "confirm"})["Location"] == asked
    services.decline_unanswered(now=NOW + HOUR)
    assert "This time is not kept any more" in page(visitor.get(asked)).text
    clock.shift(timedelta(hours=48))
    assert visitor.get(asked).status_code == 404
    assert list(Message.objects.values_list("kind", flat=True)) == ["bookings.prove"]


def test_the_mail_can_be_asked_for_twice_more(visitor: Client, waiting: str) -> None:
    answers = [visitor.post(waiting, {"do": "again"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "We are sending the mail again" in page(visitor.get(answers[0]["Location"])).text
    assert "that is as often as we send it" in page(answers[2]).text
    assert Message.objects.count() == 3


def test_sent_once_more_the_form_leads_to_the_same_page(
    visitor: Client, path: str, form: dict[str, str], waiting: str
) -> None:
    for sent in (form, form | {"email": "other@example.org"}, form | TRAP):
        assert visitor.post(path, sent)["Location"] == path
    assert "One more step" in page(visitor.get(path)).text
    assert (Booking.objects.count(), Message.objects.count()) == (1, 1)


def test_after_the_yes_the_browser_that_sent_the_form_gets_no_further(
    visitor: Client, waiting: str, asked: str, path: str
) -> None:
    Client().post(asked, {"do": "confirm"})
    for here in (waiting, path):
        assert "A call has been booked from it already" in page(visitor.get(here)).text


def test_a_second_time_for_the_same_address_is_told_where_the_first_mail_is(
    visitor: Client, waiting: str, kind: EventType, clock: time_machine.Traveller
) -> None:
    other = held_page(visitor, kind, "2027-01-12T16:00:00Z")
    hidden = page(visitor.get(other)).hidden | {"name": "Grace", "email": "grace@example.org"}
    clock.shift(SHORTLY)
    answer = send_twice(visitor, other, hidden, clock)
    assert answer.status_code == 429
    shown = page(answer)
    assert "that mail has been sent" in shown.text
    assert "call us and we book it with you" in shown.text
    assert "12 January" not in shown.text.partition("that mail has been sent")[2].partition("Your name")[0]
    assert shown.fields["name"] == "Grace"
    assert Message.objects.count() == 1


def test_limits_count_for_robots_too(
    visitor: Client, path: str, form: dict[str, str], clock: time_machine.Traveller, settings: Any, kind: EventType
) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"booking:address": "1/hour"}
    book(kind, email="other@example.org", start=NOW + timedelta(days=2))
    assert send_twice(visitor, path, form, clock).status_code == 303
    other = held_page(visitor, kind, "2027-01-12T16:00:00Z")
    hidden = page(visitor.get(other)).hidden | {"name": "Grace", "email": "robot@example.org"}
    clock.shift(SHORTLY)
    assert send_twice(visitor, other, hidden, clock).status_code == 429


def test_who_solves_the_sum_books_like_everybody_else(
    visitor: Client, path: str, form: dict[str, str], clock: time_machine.Traveller, ada: Coach
) -> None:
    asked = visitor.post(path, form | TRAP)
    sums = re.search(r"challenge='([^']+)'|challenge=\"([^\"]+)\"", asked.content.decode())
    assert sums is not None
    proof = challenge.solve(html.unescape(sums[1] or sums[2]))
    clock.shift(SHORTLY)
    assert visitor.post(path, form | page(asked).hidden | {"proof": proof}).status_code == 303
    assert (Booking.objects.get().status, Booking.objects.get().unproven) == ("confirmed", False)
