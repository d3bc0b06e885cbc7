"""A form of the desk counts once: the double click of somebody in a hurry writes one row."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from leads.models import CallLog, Lead
from tests.leads.conftest import Clock

MakeLead = Callable[..., Lead]


def form_of(client: Client, path: str) -> dict[str, str]:
    """The key that the form of this page carries."""
    (key,) = set(re.findall(r'name="form_key" value="([0-9a-f]{32})"', client.get(path).text))
    return {"form_key": key}


def verb(lead: Lead, name: str) -> str:
    return reverse("admin:leads_lead_do", args=[lead.pk, name])


@pytest.mark.django_db
def test_a_call_that_is_sent_twice_is_one_call(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead = make_lead(phone="+12155550123")
    sent = form_of(client, verb(lead, "call")) | {"outcome": "no_answer", "note": "rang long"}
    first, again = client.post(verb(lead, "call"), sent), client.post(verb(lead, "call"), sent)
    assert (first.status_code, again.status_code, again["Location"]) == (302, 302, first["Location"])
    assert "This form had been sent already" in client.get(again["Location"]).text
    assert CallLog.objects.count() == 1
    sent = form_of(client, verb(lead, "call")) | {"outcome": "no_answer", "note": "rang long"}
    client.post(verb(lead, "call"), sent)  # the form opened anew: it was tried once more
    assert CallLog.objects.count() == 2


@pytest.mark.django_db
def test_so_is_a_note_beside_the_timeline(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead = make_lead()
    sent = form_of(client, reverse("admin:leads_lead_change", args=[lead.pk])) | {"note": "Wants the dates."}
    for _ in range(2):
        assert client.post(verb(lead, "note"), sent).status_code == 302
    assert lead.activities.filter(kind="note").count() == 1


@pytest.mark.django_db
def test_what_was_refused_may_be_mended_and_sent_again(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead
) -> None:
    lead = make_lead(phone="+12155550123")
    sent = form_of(client, verb(lead, "call"))
    refused = client.post(verb(lead, "call"), sent | {"outcome": "call_back", "call_back_at": "2020-01-01T09:00"})
    assert (refused.status_code, CallLog.objects.count()) == (422, 0)
    assert sent["form_key"] in refused.text
    assert client.post(verb(lead, "call"), sent | {"outcome": "talked"}).status_code == 302
    assert CallLog.objects.count() == 1


@pytest.mark.django_db
def test_what_fell_over_may_be_sent_again(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = make_lead()
    sent = {"note": "Hello", "form_key": "0" * 32}

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr("leads.people.record_activity", away)
        with pytest.raises(OperationalError):
            client.post(verb(lead, "note"), sent)
    client.post(verb(lead, "note"), sent)
    assert lead.activities.filter(kind="note").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x", "\x00", "0" * 10_000, "G" * 32])
def test_a_form_with_a_strange_key_is_a_form_of_its_own(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead, key: str
) -> None:
    lead = make_lead()
    for _ in range(2):
        assert client.post(verb(lead, "note"), {"note": "Hello", "form_key": key}).status_code == 302
    assert lead.activities.filter(kind="note").count() == 2


@pytest.mark.django_db
def test_two_people_may_send_the_same_key(client: Client, bob: User, member: Any, make_lead: MakeLead) -> None:
    lead, sent = make_lead(), {"note": "Hello", "form_key": "0" * 32}
    client.post(verb(lead, "note"), sent)
    client.force_login(member("Advisor", "eve"))
    client.post(verb(lead, "note"), sent)
    assert lead.activities.filter(kind="note").count() == 2
