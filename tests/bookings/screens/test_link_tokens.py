"""One purpose each: what a link opens, what it never opens, and that opening it changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings import links
from bookings.models import Booking, EventType
from mail import tokens
from mail.models import LinkToken, Message
from tests.bookings.house import NOW, book_unproven, hold
from tests.bookings.screens.visit import page, state

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}
PAGES = {
    "manage": "/booking/{}/",
    "reschedule": "/booking/{}/reschedule/",
    "cancel": "/booking/{}/cancel/",
    "edit": "/booking/{}/edit/",
    "calendar": "/booking/{}/calendar.ics",
    "details": "/book/consultation/details/{}/",
    "approve": "/approve/{}/",
    "prove": "/booking/{}/confirm/",
}
BUTTONS = ("reschedule", "cancel", "edit", "approve", "details", "prove")
OPENS = {
    "manage": {"manage", "reschedule", "cancel", "edit", "calendar"},
    "hold": {"details"},
    "approve": {"approve"},
    "prove": {"prove"},
}


def mint_prove(kind: EventType) -> str:
    """The link in the mail of a suspicious booking."""
    waiting = book_unproven(kind, start=NOW + timedelta(days=3, hours=2), email="maybe@example.org")
    mark = links.address_mark(waiting)
    return tokens.mint(purpose="prove", subject=waiting.topic_key, expires_at=None, now=NOW, detail=mark)


@pytest.fixture
def opened(kind: EventType, request_: Booking) -> dict[str, str]:
    """The address of every page with the link that opens it."""
    raw = {
        "manage": links.mint_manage(booking=request_, now=NOW),
        "hold": links.mint_hold(booking=hold(kind), now=NOW),
        "approve": links.mint_approve(booking=request_, now=NOW),
        "prove": mint_prove(kind),
    }
    return {name: PAGES[name].format(raw[purpose]) for purpose, names in OPENS.items() for name in names}


def test_looking_changes_nothing(visitor: Client, opened: dict[str, str]) -> None:
    before = (state(), list(LinkToken.objects.values_list()), Message.objects.count())
    for path in opened.values():
        for _ in range(5):
            assert visitor.get(path).status_code == 200
            assert visitor.head(path).status_code == 200
    for path in (
        opened["cancel"] + "?why=x",
        opened["approve"] + "?do=approve",
        opened["prove"] + "?do=confirm",
        opened["reschedule"] + "?do=ask&text=x",
    ):
        assert visitor.get(path).status_code == 200
    assert (state(), list(LinkToken.objects.values_list()), Message.objects.count()) == before


def test_every_token_page_is_private_and_names_no_other_host(visitor: Client, opened: dict[str, str]) -> None:
    for path in [*opened.values(), "/booking/unknown-unknown-unknown-un/", "/approve/unknown-unknown-unknown-un/"]:
        answer = visitor.get(path)
        assert {name: answer[name] for name in PRIVATE} == PRIVATE, path
        if "html" in answer["Content-Type"]:
            sources = [line for line in answer.content.decode().split('"') if line.startswith("http")]
            assert [s for s in sources if "meet.example.org" not in s and "testserver" not in s] == []


def test_a_token_opens_the_pages_of_its_purpose_and_no_other(
    visitor: Client, kind: EventType, request_: Booking, settings: Any
) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"token:address": "1000/minute"}
    held = hold(kind)
    opened: dict[str, set[str]] = {}
    for purpose in sorted(tokens.PURPOSES):
        if purpose == "manage":
            raw = links.mint_manage(booking=request_, now=NOW)
        elif purpose == "approve":
            raw = links.mint_approve(booking=request_, now=NOW)
        elif purpose == "prove":
            raw = mint_prove(kind)
        else:
            raw = tokens.mint(purpose=purpose, subject=held.topic_key, expires_at=None, now=NOW)
        opened[purpose] = {name for name, path in PAGES.items() if visitor.get(path.format(raw)).status_code == 200}
        for name in set(BUTTONS) - opened[purpose]:
            assert visitor.post(PAGES[name].format(raw), {"do": "approve"}).status_code == 404, (purpose, name)
    assert {purpose: pages for purpose, pages in opened.items() if pages} == OPENS


def test_unknown_expired_revoked_and_foreign_links_get_one_same_page(
    visitor: Client, kind: EventType, request_: Booking
) -> None:
    token = links.mint_manage(booking=request_, now=NOW)
    expired = tokens.mint(purpose="manage", subject=request_.topic_key, expires_at=NOW, now=NOW)
    foreign = links.mint_hold(booking=hold(kind), now=NOW)
    tokens.revoke(subject=request_.topic_key, purpose="manage", now=NOW)
    bad = [expired, foreign, token, "A" * 32, "x", "A" * 5000, "..%2f..%2fetc", "%00" * 32, "%FF%FE" * 12]
    before = state()
    answers = [visitor.get(PAGES[name].format(raw)) for raw in bad for name in ("manage", "reschedule", "approve")]
    answers += [visitor.post(PAGES["cancel"].format(raw)) for raw in bad]
    assert {answer.status_code for answer in answers} == {404}
    same = {answer.content for answer in answers[:9]}
    assert len({len(content) for content in same}) == 1
    assert "This link does not work any more" in page(answers[0]).text
    assert "/booking/find/" in page(answers[0]).links.values()
    assert state() == before


def test_guessing_is_limited_per_address(visitor: Client, opened: dict[str, str], settings: Any) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"token:address": "5/minute"}
    paths = [PAGES[name].format(f"{'B' * 31}{n}") for n, name in enumerate(("manage", "approve", "edit") * 2)]
    assert [visitor.get(path).status_code for path in [*paths, opened["approve"]]] == [404] * 5 + [429] * 2
    assert Client(REMOTE_ADDR="203.0.113.9").get(opened["manage"]).status_code == 200


@pytest.mark.parametrize("name", BUTTONS)
def test_every_form_needs_its_csrf_token_and_an_own_origin(
    opened: dict[str, str], clock: time_machine.Traveller, name: str
) -> None:
    filled = {
        "reschedule": {"start": "2027-01-14T16:00:00Z"},
        "cancel": {"why": ""},
        "edit": {"questions": "Something else."},
        "approve": {"do": "approve"},
        "prove": {"do": "confirm"},
        "details": {"name": "Grace", "email": "g@example.org"},
    }[name]
    path = opened[name]
    strict = Client(enforce_csrf_checks=True)
    before = state()
    assert strict.post(path, filled).status_code == 403
    sent = page(strict.get(path)).hidden | filled
    clock.shift(timedelta(seconds=5))
    assert strict.post(path, sent, headers={"Origin": "https://evil.example"}).status_code == 403
    assert strict.post(path, sent, headers={"Origin": "null"}).status_code == 403
    assert state() == before
    assert strict.post(path, sent, headers={"Origin": "http://testserver"}).status_code == 303
    assert state() != before
