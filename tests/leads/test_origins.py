"""Where a form comes from: its CSRF proof, its Origin, and the page that led to it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from leads.models import Lead, Touch
from tests.leads.conftest import Clock, everything

pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, Any]]
MakeLead = Callable[..., Lead]
SUBSCRIBE, CONTACT = "/subscribe/", "/contact/"


@pytest.mark.parametrize("path", [SUBSCRIBE, CONTACT, "/subscribe/thanks/", "/confirm/x/", "/preferences/x/"])
@pytest.mark.parametrize("proof", [{}, {"csrfmiddlewaretoken": "A" * 64}, {"csrfmiddlewaretoken": "\x00"}])
def test_every_form_needs_its_csrf_proof(
    as_browser: Client, stopped: Clock, filled: Fill, path: str, proof: dict[str, str]
) -> None:
    as_browser.get(SUBSCRIBE)
    before = everything()
    assert as_browser.post(path, {**filled(), **proof}).status_code == 403
    assert everything() == before


def test_a_foreign_origin_is_refused_even_with_the_proof(as_browser: Client, stopped: Clock, filled: Fill) -> None:
    page = as_browser.get(SUBSCRIBE)
    proof = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert proof is not None
    form = {**filled(), "csrfmiddlewaretoken": proof[1]}
    assert as_browser.post(SUBSCRIBE, form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert as_browser.post(SUBSCRIBE, form, headers={"Origin": "null"}).status_code == 403
    assert as_browser.post(SUBSCRIBE, form, headers={"Origin": "http://testserver"}).status_code == 303


def test_the_page_that_led_here_is_carried_in_the_form(client: Client, stopped: Clock, filled: Fill) -> None:
    page = client.get(
        SUBSCRIBE + "?utm_source=news", headers={"Referer": "http://testserver/contact/?utm_campaign=may"}
    ).text
    carried = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("page", "came_from")}
    form = {name: found[1] for name, found in carried.items() if found}
    client.post(SUBSCRIBE, filled(**form))
    touch = Touch.objects.get()
    assert (touch.page, touch.referrer_page, touch.utm_source, touch.utm_campaign) == (
        "/subscribe/",
        "/contact/",
        "news",
        "may",
    )


def test_a_link_may_name_the_page_it_stands_on(client: Client, stopped: Clock, filled: Fill) -> None:
    page = client.get(SUBSCRIBE + "?from=/contact/", headers={"Referer": "http://testserver/"}).text
    assert 'name="came_from" value="/contact/"' in page
    # The page of a guide is the same for every reader: its link cannot name the campaign, the reader's own address does.
    same = client.get(SUBSCRIBE + "?from=/contact/", headers={"Referer": "http://testserver/contact/?utm_source=news"})
    assert 'name="came_from" value="/contact/?utm_source=news"' in same.text
    foreign = client.get(SUBSCRIBE + "?from=https://evil.example/").text
    assert 'name="came_from" value=' not in foreign


@pytest.mark.parametrize("referrer", ["https://evil.example/contact/", "http://[", "\xff", "//testserver/contact/ x"])
def test_foreign_referrers_are_not_carried(client: Client, referrer: str) -> None:
    assert 'name="came_from" value=' not in client.get(SUBSCRIBE, headers={"Referer": referrer}).text
