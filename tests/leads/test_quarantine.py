"""Held forms: nothing is lost, staff decide once, and what is released is what would have been sent."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from leads import abuse, quarantine
from leads.errors import NotPossible
from leads.models import Consent, Lead, Quarantine, Touch
from mail.models import Message
from tests.leads.conftest import Clock, everything

pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, Any]]
SUBSCRIBE, CONTACT = "/subscribe/", "/contact/"


def held_by(client: Client, path: str, form: dict[str, Any], stopped: Clock) -> Quarantine:
    """Send a form as a robot without script does: trapped, asked again, sent again without a proof."""
    back = client.post(path, {**form, "company_website": "x"}).text
    hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', back) for name in ("form_time", "suspected")}
    stopped.forward(seconds=3)
    answer = client.post(path, {**form, **{name: found[1] for name, found in hidden.items() if found}})
    assert (answer.status_code, answer["Location"]) == (303, "/form/received/")
    assert "A person will look at your form" in client.get(answer["Location"]).text
    return Quarantine.objects.latest("pk")


def test_a_held_form_is_no_lead_and_sends_no_mail(client: Client, stopped: Clock, filled: Fill) -> None:
    before = everything()
    row = held_by(client, SUBSCRIBE, filled(wants_list="on", page="/subscribe/?utm_source=ad"), stopped)
    assert everything() == before
    assert (row.entry, row.state, row.reason, row.email, row.name) == (
        "subscribe",
        "new",
        abuse.TRAPPED,
        "alice@example.org",
        "Alice",
    )
    assert row.payload == {
        "name": ["Alice"],
        "email": ["alice@example.org"],
        "role_of_interest": ["tpm"],
        "wants_list": ["on"],
        "page": ["/subscribe/?utm_source=ad"],
    }
    assert re.fullmatch(r"[0-9a-f]{64}", row.address_hash)


def test_a_released_form_is_what_it_would_have_been(client: Client, stopped: Clock, filled: Fill) -> None:
    form = filled(
        wants_list="on", wants_call="on", phone="+12155550123", heard_of="friend", page="/subscribe/?utm_source=ad"
    )
    row = held_by(client, SUBSCRIBE, form, stopped)
    quarantine.release(held=row, actor="bob", now=stopped.forward(hours=1))
    row.refresh_from_db()
    lead = Lead.objects.get()
    assert (row.state, row.decided_by, row.decided_at, row.lead) == ("released", "bob", stopped.now, lead)
    assert (lead.email, str(lead.phone), lead.heard_of, lead.first_source) == (
        "alice@example.org",
        "+12155550123",
        "friend",
        "ad",
    )
    assert {(c.text.purpose, c.state, c.address_hash) for c in Consent.objects.all()} == {
        ("interview-preparation", "asked", row.address_hash),
        ("phone-call", "asked", row.address_hash),
    }
    assert [row.kind for row in lead.activities.order_by("pk")] == ["subscribed", "confirmation_mail", "released"]
    assert (Message.objects.get().kind, Touch.objects.count()) == ("leads.confirm", 1)


def test_a_released_message_reaches_staff(client: Client, stopped: Clock, written: Fill) -> None:
    row = held_by(client, CONTACT, written(message="Hello\r\nthere"), stopped)
    quarantine.release(held=row, actor="bob", now=stopped.now)
    assert Lead.objects.get().activities.get(kind="enquiry").data["message"] == "Hello\nthere"
    assert Message.objects.get().kind == "leads.enquiry"


def test_a_form_is_decided_about_once(client: Client, stopped: Clock, filled: Fill) -> None:
    row = held_by(client, SUBSCRIBE, filled(), stopped)
    quarantine.refuse(held=row, actor="bob", now=stopped.now)
    for decide in (quarantine.release, quarantine.refuse):
        with pytest.raises(NotPossible, match="decided about this form already"):
            decide(held=row, actor="carol", now=stopped.now)
    assert (Lead.objects.count(), Quarantine.objects.get().decided_by) == (0, "bob")


def test_the_same_form_again_is_held_once(client: Client, stopped: Clock, filled: Fill) -> None:
    for _ in range(3):
        held_by(client, SUBSCRIBE, filled(), stopped)
    held_by(client, SUBSCRIBE, filled(name="Alicia"), stopped)
    assert Quarantine.objects.count() == 2


def test_what_cannot_be_taken_in_waits_again(now: datetime) -> None:
    common = {"received_at": now, "reason": "honeypot filled"}
    unknown = Quarantine.objects.create(entry="gone", payload={}, **common)
    empty = Quarantine.objects.create(entry="subscribe", payload={"email": ["no address"]}, **common)
    for row in (unknown, empty):
        with pytest.raises(NotPossible, match=r"\.$"):
            quarantine.release(held=row, actor="bob", now=now)
        row.refresh_from_db()
        assert (row.state, row.decided_at) == ("new", None)


def test_known_and_unknown_addresses_are_held_alike(
    client: Client, stopped: Clock, filled: Fill, make_lead: Any
) -> None:
    make_lead("alice@example.org")
    pages = []
    for email in ("alice@example.org", "carol@example.org"):
        held_by(Client(), SUBSCRIBE, filled(email=email), stopped)
        pages.append(Client().get("/form/received/").content)
    assert pages[0] == pages[1]
