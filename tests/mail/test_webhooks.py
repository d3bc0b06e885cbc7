"""What mail providers post to us, and what others do in their name."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from mail import clock, incoming
from mail.models import Bounce, Message, Suppression
from mail.sender import drain

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
KEY, PASSWORD = "mailgun-signing-key-0123456789", "hooks:a-long-password-for-tests"


@pytest.fixture(autouse=True)
def _clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def mailgun(settings: Any) -> None:
    settings.MAIL_PROVIDER, settings.ANYMAIL = "mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def postmark(settings: Any) -> None:
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": PASSWORD}


@pytest.fixture
def message(write: Write, now: datetime) -> Message:
    row = write()
    drain(clock=lambda: now)
    return Message.objects.get(pk=row.pk)


def event(
    message: Message, /, *, key: str = KEY, token: str = "t" * 50, stamp: str = "1799679600", **changes: Any
) -> dict[str, Any]:
    """A bounce as Mailgun posts it."""
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "recipient": message.recipient,
        "timestamp": 1799679600.5,
        "message": {"headers": {"message-id": message.message_id.strip("<>")}},
        "delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist", "description": ""},
    } | changes
    return {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": data}


def post(client: Client, body: Any, **headers: str) -> tuple[int, str]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(reverse("mail:provider"), content, content_type="application/json", headers=headers)
    return answer.status_code, answer.content.decode()


def state(message: Message) -> tuple[str, int, int]:
    return Message.objects.get(pk=message.pk).status, Bounce.objects.count(), Suppression.objects.count()


@pytest.mark.usefixtures("mailgun")
def test_a_signed_bounce_is_noted_and_a_replay_is_harmless(client: Client, message: Message) -> None:
    for _ in range(3):
        assert post(client, event(message)) == (200, "")
    assert state(message) == ("failed", 1, 3)
    assert (Bounce.objects.get().source, Bounce.objects.get().status) == ("mailgun", "5.1.1")


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    ("stamp", "taken"),
    [
        ("1799679600", True),
        (str(1799679600 - 300), True),
        (str(1799679600 + 300), True),
        (str(1799679600 - 301), False),
        (str(1799679600 + 301), False),
        ("0", False),
        ("9" * 30, False),
        ("soon", False),
    ],
)
def test_a_signature_is_good_for_five_minutes(client: Client, message: Message, stamp: str, taken: bool) -> None:
    """What was caught on its way to us is worth nothing later, even where it never arrived."""
    answer = post(client, event(message, stamp=stamp))
    assert answer == ((200, "") if taken else (400, "Not signed by the provider.\n"))
    assert state(message) == (("failed", 1, 3) if taken else ("sent", 0, 0))


@pytest.mark.usefixtures("mailgun")
def test_a_signature_used_again_for_somebody_else_does_nothing(client: Client, message: Message, write: Write) -> None:
    """Mailgun signs a token and not the report beside it."""
    other = write("other", recipient="bob@example.org")
    drain(clock=clock.now)
    post(client, event(message, severity="temporary"))
    assert post(client, event(other)) == (200, "")
    assert (state(other), Bounce.objects.get().kind) == (("sent", 1, 0), "delayed")


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize("how", ["other key", "no signature", "no body", "not JSON", "a list", "a number", "bytes"])
def test_what_the_provider_did_not_sign_is_refused(client: Client, message: Message, how: str) -> None:
    good = event(message)
    bodies: dict[str, Any] = {
        "other key": event(message, key="guessed"),
        "no signature": {"event-data": good["event-data"]},
        "no body": b"",
        "not JSON": b"{",
        "a list": [good],
        "a number": 5,
        "bytes": b"\xff\x00\xfe",
    }
    status, words = post(client, bodies[how])
    assert (status, words in ("Not signed by the provider.\n", "Not understood.\n")) == (400, True)
    assert state(message) == ("sent", 0, 0)


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": None},
        {"recipient": ["a@example.org"]},
        {"recipient": {"a": 1}},
        {"timestamp": "soon"},
        {"timestamp": 10**400},
        {"message": None},
        {"message": {"headers": {"message-id": 5}}},
        {"delivery-status": None},
        {"delivery-status": {"message": {"a": ["\x00"]}}},
        {"delivery-status": {"message": "\x00\u2028" + "x" * 100_000}},
        {"event": 7},
        {"event": []},
        {"event": "no such event"},
        {"reason": []},
    ],
)
def test_a_signed_post_of_any_shape_is_no_server_error(
    client: Client, message: Message, changes: dict[str, Any]
) -> None:
    assert post(client, event(message, **changes))[0] in (200, 400)


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "hard"),
        ({"severity": "temporary"}, "delayed"),
        ({"event": "complained"}, "complaint"),
        ({"event": "unsubscribed"}, "unsubscribed"),
        ({"delivery-status": {"message": "552 5.2.2 Mailbox full"}}, "lost"),
        ({"delivery-status": {"message": "550 5.7.1 Spam"}}, "lost"),
        ({"delivery-status": {"message": ""}}, "hard"),
        ({"delivery-status": {"message": "450 busy"}, "reason": "generic"}, "lost"),
        ({"event": "rejected", "reject": {"reason": "spam filter"}, "reason": "generic"}, "hard"),
        ({"event": "delivered"}, None),
        ({"event": "opened"}, None),
        ({"event": "clicked"}, None),
    ],
)
def test_each_event_says_what_it_means(
    client: Client, message: Message, changes: dict[str, Any], kind: str | None
) -> None:
    assert post(client, event(message, **changes)) == (200, "")
    assert list(Bounce.objects.values_list("kind", flat=True)) == ([kind] if kind else [])


def bounce(message: Message, /, **changes: Any) -> dict[str, Any]:
    """A bounce as Postmark posts it: it knows its own id of the message and not ours."""
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "Email": message.recipient,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist",
        "Description": "The server was unable to deliver your message",
        "BouncedAt": "2027-01-11T15:00:00Z",
    } | changes


def basic(words: str) -> str:
    return f"Basic {base64.b64encode(words.encode()).decode()}"


@pytest.mark.usefixtures("postmark")
def test_postmark_signs_in_with_a_password(client: Client, message: Message) -> None:
    for words in ("hooks:wrong", "", "hooks"):
        assert post(client, bounce(message), Authorization=basic(words))[0] == 400
    assert post(client, bounce(message))[0] == 400
    assert state(message) == ("sent", 0, 0)
    for _ in range(2):
        assert post(client, bounce(message), Authorization=basic(PASSWORD)) == (200, "")
    assert state(message) == ("failed", 1, 3)


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"Type": "SoftBounce", "Details": "smtp;452 4.2.2 Over quota"}, "lost"),
        ({"Type": "Transient", "Details": ""}, "delayed"),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Details": ""}, "complaint"),
        ({"Type": "Blocked", "Details": ""}, "lost"),
        ({"Type": "BadEmailAddress", "Details": ""}, "hard"),
        ({"RecordType": "Delivery"}, None),
    ],
)
def test_postmarks_words(client: Client, message: Message, changes: dict[str, Any], kind: str | None) -> None:
    assert post(client, bounce(message, **changes), Authorization=basic(PASSWORD)) == (200, "")
    assert list(Bounce.objects.values_list("kind", flat=True)) == ([kind] if kind else [])


def test_without_a_provider_there_is_no_such_page(client: Client, message: Message) -> None:
    assert post(client, event(message))[0] == 404


@pytest.mark.usefixtures("mailgun")
def test_looking_changes_nothing(client: Client) -> None:
    place = reverse("mail:provider")
    assert (client.get(place).status_code, client.head(place).status_code) == (405, 200)


@pytest.mark.usefixtures("mailgun")
def test_while_the_database_is_away_the_provider_is_asked_to_come_again(
    client: Client, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(incoming, "note", away)
    assert post(client, event(message)) == (503, "Try again later.\n")
