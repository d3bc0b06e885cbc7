"""Who can be booked, and for what."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Coach, EventType
from tests.bookings.house import a_coach, a_type
from tests.bookings.screens.visit import page


def test_coaches_lead_to_the_calls_they_take(visitor: Client, kind: EventType) -> None:
    a_coach("bob", active=False)
    shown = page(visitor.get("/coaches/"))
    assert {words: link for words, link in shown.links.items() if "coach=" in link} == {
        "Career consultation with Ada Lovelace": "/book/consultation/?coach=ada"
    }
    assert "Works in New York · Eastern Time (UTC−5)" in shown.text
    assert "Bob" not in shown.text


def test_kinds_of_call_say_length_place_price_and_policy(visitor: Client, kind: EventType) -> None:
    a_type(slug="hidden", title="Hidden", enabled=False)
    shown = page(visitor.get("/book/"))
    for words in (
        "Career consultation",
        "30 minutes",
        "Video call",
        "Free",
        "Free to move or cancel until 24 hours before",
    ):
        assert words in shown.text
    assert "Hidden" not in shown.text
    assert shown.links["Choose a time for Career consultation"] == "/book/consultation/"


@pytest.mark.parametrize("path", ["/coaches/", "/book/"])
def test_an_empty_house_gives_the_phone_number(visitor: Client, db: None, path: str) -> None:
    assert "Call us on +1 (215) 430-2201 (Monday to Friday, 9 AM to 5 PM Eastern)" in page(visitor.get(path)).text


@pytest.mark.parametrize("path", ["/coaches/", "/book/", "/book/consultation/"])
def test_these_pages_set_no_cookie_and_know_their_own_address(visitor: Client, kind: EventType, path: str) -> None:
    answer = visitor.get(path)
    assert answer.cookies == {}
    assert f'<link rel="canonical" href="http://testserver{path}">' in answer.content.decode()


@pytest.mark.parametrize("path", ["/coaches/", "/book/", "/api/coaches", "/api/event-types"])
def test_more_coaches_cost_no_more_queries(visitor: Client, kind: EventType, path: str) -> None:
    with CaptureQueriesContext(connection) as one:
        visitor.get(path)
    for slug in ("bob", "cleo"):
        a_type(a_coach(slug), slug=f"with-{slug}")
    with CaptureQueriesContext(connection) as three:
        visitor.get(path)
    assert Coach.objects.count() == 3
    assert len(three) == len(one)


def test_demo_coaches_are_not_shown_on_a_public_site(visitor: Client, ada: Coach, settings: Any) -> None:
    a_type(a_coach("demo-dana", name="Dana Demo", is_demo=True), slug="trial", is_demo=True)
    assert "Dana Demo" in page(visitor.get("/coaches/")).text
    settings.SITE_IS_PUBLIC, settings.DEBUG = True, False
    assert "Dana Demo" not in page(visitor.get("/coaches/")).text
    assert visitor.get("/book/trial/").status_code == 404
    assert visitor.get("/api/event-types/trial/slots").status_code == 404


def test_wrong_methods_are_refused(visitor: Client, kind: EventType, clock: time_machine.Traveller) -> None:
    for path in ("/coaches/", "/book/"):
        assert visitor.post(path).status_code == 405
