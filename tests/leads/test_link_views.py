"""The pages behind links in mails: looking changes nothing, a button does."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import LIST, Consent, Lead
from mail.models import Suppression
from tests.leads.conftest import Clock, everything

pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, Any]]
MakeLead = Callable[..., Lead]
MakeLink = Callable[..., str]
SUBSCRIBE = "/subscribe/"


def test_the_link_shows_a_button_and_the_button_confirms(
    client: Client, stopped: Clock, filled: Fill, link: MakeLink
) -> None:
    client.post(SUBSCRIBE, filled(wants_list="on"))
    lead, asked = Lead.objects.get(), Consent.objects.get()
    path = reverse("leads:confirm", args=[link(lead, "confirm")])
    page = client.get(path).text
    assert asked.text.words in page
    assert f'name="consent" value="{asked.pk}"' in page
    answer = client.post(path, {"consent": str(asked.pk)})
    assert (answer.status_code, answer["Location"]) == (303, path)
    assert "Your address is confirmed" in client.get(path).text
    assert Consent.objects.get().state == "confirmed"


def test_the_address_can_be_confirmed_without_agreeing(
    client: Client, stopped: Clock, filled: Fill, link: MakeLink
) -> None:
    client.post(SUBSCRIBE, filled(wants_list="on"))
    lead, asked = Lead.objects.get(), Consent.objects.get()
    path = reverse("leads:confirm", args=[link(lead, "confirm")])
    client.post(path, {"consent": str(asked.pk), "only": "address"})
    lead.refresh_from_db()
    assert (lead.confirmed_at, Consent.objects.get().state) == (stopped.now, "withdrawn")
    assert "Your address is confirmed" in client.get(path).text


def test_nobody_agrees_to_be_called_at_a_number_we_do_not_have(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink
) -> None:
    lead = make_lead()
    path = reverse("leads:preferences", args=[link(lead, "preferences")])
    assert "wants_call" not in client.get(path).text
    client.post(path, {"wants_call": "on"})
    assert Consent.objects.count() == 0
    make_lead(phone="+12155550123")
    client.post(path, {"wants_call": "on"})
    assert Consent.objects.get().state == "confirmed"


@pytest.mark.parametrize("stem", ["confirm", "preferences", "unsubscribe"])
def test_looking_changes_nothing(client: Client, stopped: Clock, filled: Fill, link: MakeLink, stem: str) -> None:
    client.post(SUBSCRIBE, filled(wants_list="on"))
    path = reverse(f"leads:{stem}", args=[link(Lead.objects.get(), stem)])
    before = everything()
    for _ in range(5):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert client.get(path, headers={"Purpose": "prefetch"}).status_code == 200
    assert everything() == before


def test_choices_are_saved_from_the_link(client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink) -> None:
    path = reverse("leads:preferences", args=[link(make_lead(), "preferences")])
    answer = client.post(path, {"wants_list": "on"})
    assert answer.status_code == 303
    page = client.get(answer["Location"]).text
    assert "Your choices are saved" in page
    assert re.search(r'name="wants_list"[^>]* checked', page)
    assert not re.search(r'name="wants_call"[^>]* checked', page)
    client.post(path, {})
    assert Consent.objects.get().state == "withdrawn"


def test_a_mail_client_unsubscribes_in_one_click(
    as_browser: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink
) -> None:
    lead = make_lead()
    Client().post(reverse("leads:preferences", args=[link(lead, "preferences")]), {"wants_list": "on"})
    assert Consent.objects.get().state == "confirmed"
    path = reverse("leads:unsubscribe", args=[link(lead, "unsubscribe", hours=None)])
    for _ in range(2):
        answer = as_browser.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, "You are unsubscribed" in answer.text, answer.cookies) == (200, True, {})
    assert Suppression.objects.get().stream == LIST
    assert [row.kind for row in lead.activities.all()].count("consent_withdrawn") == 1


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=", "List-Unsubscribe=one-click", "x=%00", "\x00"])
def test_any_other_body_shows_the_page_and_changes_nothing(
    as_browser: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, body: str
) -> None:
    path = reverse("leads:unsubscribe", args=[link(make_lead(), "unsubscribe")])
    before = everything()
    answer = as_browser.post(path, body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "Stop the interview-preparation emails?" in answer.text) == (200, True)
    assert everything() == before
