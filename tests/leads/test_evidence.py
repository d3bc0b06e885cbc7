"""The evidence file: words, version, when, how, hashes; the same facts to read and for a machine."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leads import evidence, services
from leads.models import LIST, Lead
from mail.addresses import fingerprint
from tests.leads.test_services import subscribe

pytestmark = pytest.mark.django_db


def test_a_consent_is_told_from_the_asking_to_the_withdrawal(now: datetime, link: Callable[..., str]) -> None:
    subscribe(now, wants_list=True)
    lead = Lead.objects.get()
    row = lead.consents.get()
    services.confirm(token=link(lead, "confirm"), shown=[row.pk], now=now + timedelta(hours=1))
    services.withdraw(lead=lead, purpose=LIST, now=now + timedelta(days=1), how="One-click link in an email")
    lead.refresh_from_db()
    told = json.loads(evidence.as_json(lead, now=now + timedelta(days=2)))
    words = "Send me interview-preparation emails (about five). Each one has a link that stops them."
    assert told["consents"] == [
        {
            "purpose": "Interview-preparation emails",
            "words": words,
            "words_version": 1,
            "words_sha256": hashlib.sha256(words.encode()).hexdigest(),
            "asked_at": "2027-01-11T15:00:00+00:00",
            "how": "Form at /subscribe/",
            "network_address_hash": row.address_hash,
            "confirmed_at": "2027-01-11T16:00:00+00:00",
            "withdrawn_at": "2027-01-12T15:00:00+00:00",
            "withdrawn_how": "One-click link in an email",
            "state": "withdrawn",
        }
    ]
    assert told["email_hash"] == fingerprint("alice@example.org")
    digest = told.pop("sha256")
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert digest == hashlib.sha256(canonical.encode()).hexdigest()
    text = evidence.as_text(lead, now=now + timedelta(days=2))
    assert [said for said in (words, "Form at /subscribe/", "version 1", digest) if said not in text] == []
    assert "alice" not in text + json.dumps(told)


def test_who_was_never_asked_has_that_said(now: datetime, make_lead: Callable[..., Lead]) -> None:
    assert "No consent was ever asked for." in evidence.as_text(make_lead(), now=now)
