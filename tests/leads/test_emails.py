"""The mails as bytes: what they say, what they never repeat, and that every link in them works."""

import email
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from leads import services
from leads.models import Consent, Lead
from mail import outbox
from mail.models import Message
from mail.registry import Skip
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db
TYPED = "Click http://evil.example now"


def subscribe(now: datetime, **other: Any) -> None:
    asked: dict[str, Any] = {
        "email": "alice@example.org",
        "name": TYPED,
        "role_of_interest": "tpm",
        "phone": "+12155550123",
        "best_time_to_call": TYPED,
        "wants_list": False,
        "wants_call": False,
        "page": "/subscribe/",
        "address": "203.0.113.9",
    }
    services.subscribe(**{**asked, **other}, now=now)


def written(now: datetime) -> tuple[EmailMessage, str, str]:
    """The newest message as a mail client reads it: itself, its text part, its HTML part. Its links are stored."""
    done = outbox.write(Message.objects.latest("pk"), now=now)
    assert not isinstance(done, Skip)
    for row in done.links:
        row.save()
    mail = email.message_from_bytes(done.raw, policy=default)
    assert isinstance(mail, EmailMessage)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return mail, text.get_content(), html.get_content()


def test_the_confirmation_repeats_nothing_that_was_typed(now: datetime) -> None:
    subscribe(now, wants_list=True, wants_call=True)
    mail, text, html = written(now)
    assert mail["Subject"] == "Please confirm your email address for Tpm Institute"
    assert (mail["To"], mail["List-Unsubscribe"]) == ("alice@example.org", None)
    for part in (text, html):
        assert "Interview-preparation emails" in part
        assert "A phone call from an advisor" in part
        for typed in ("Click", "evil", "2155550123", "555"):
            assert typed not in part


def test_the_links_in_the_confirmation_open_their_pages(client: Client, stopped: Clock, settings: Settings) -> None:
    subscribe(stopped.now, wants_list=True)
    _, text, html = written(stopped.now)
    links = re.findall(r"http://testserver(/(?:confirm|preferences)/[\w-]{32}/)", text)
    assert [path.split("/")[1] for path in links] == ["confirm", "preferences"]
    assert sorted(set(re.findall(r'href="http://testserver(/[a-z]+/[\w-]{32}/)"', html))) == sorted(links)
    assert [client.get(path).status_code for path in links] == [200, 200]
    client.post(links[0], {"consent": str(Consent.objects.get().pk)})
    assert Lead.objects.get().confirmed_at == stopped.now
    stopped.forward(hours=48)
    assert [client.get(path).status_code for path in links] == [404, 200]
    stopped.forward(days=365)
    assert [client.get(path).status_code for path in links] == [404, 404]


def test_a_proven_address_that_asks_again_gets_the_guide(now: datetime) -> None:
    subscribe(now)
    Lead.objects.update(confirmed_at=now)
    later = now + timedelta(days=2)
    subscribe(later)
    mail, text, html = written(later)
    assert mail["Subject"] == "Your guide from Tpm Institute"
    for part in (text, html):
        assert "http://testserver/guides/tpm-vs-product-vs-project-manager/" in part
        assert "/confirm/" not in part


def test_a_confirmation_for_an_address_that_changed_is_not_sent(now: datetime) -> None:
    subscribe(now)
    Lead.objects.update(email="alice@new.example")
    assert outbox.write(Message.objects.get(), now=now) == Skip("The lead has another address now, or is gone.")
    Lead.objects.all().delete()
    assert outbox.write(Message.objects.get(), now=now) == Skip("The lead has another address now, or is gone.")


def test_an_enquiry_goes_to_staff_and_its_answer_to_the_visitor(now: datetime, settings: Settings) -> None:
    settings.STAFF_EMAIL = "desk@example.org"
    services.contact(
        name=f"Mallory\r\nBcc: x@example.org {TYPED}",
        email="mallory@example.org",
        phone="+12155550199",
        message="Hello <b>there</b>\nsecond line {{ settings.SECRET_KEY }}",
        page="/contact/",
        now=now,
    )
    mail, text, html = written(now)
    assert (mail["To"], mail["Reply-To"], mail["Bcc"]) == ("desk@example.org", "mallory@example.org", None)
    assert "http://evil.example" not in str(mail["Subject"]) + text + html
    assert "Hello <b>there</b>\nsecond line {{ settings.SECRET_KEY }}" in text.replace("\r\n", "\n")
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in html
    assert f"http://testserver/admin/leads/lead/{Lead.objects.get().pk}/change/" in text


def test_an_enquiry_that_was_erased_is_not_sent(now: datetime) -> None:
    services.contact(name="A", email="a@example.org", phone="", message="x", page="/contact/", now=now)
    Lead.objects.all().delete()
    assert outbox.write(Message.objects.get(), now=now) == Skip("The message was erased.")


def test_without_a_staff_address_the_institute_gets_its_own_mail(now: datetime, settings: Settings) -> None:
    settings.STAFF_EMAIL, settings.DEFAULT_FROM_EMAIL = "", "Tpm Institute <hello@institute.example>"
    services.contact(name="A", email="a@example.org", phone="", message="x", page="/contact/", now=now)
    assert Message.objects.get().recipient == "hello@institute.example"
