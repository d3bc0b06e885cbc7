"""What the mail room's tests share: a kind of message, a way to write rows, and a mail server that misbehaves on order."""

import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from mail import ledger, registry
from mail.models import Message
from mail.registry import Minter, Rendered, Stream
from tests.mail.sink import Sink

KIND = "tests.note"


def render_note(message: Message, mint: Minter, now: datetime) -> Rendered:
    raw = mint("manage", f"note:{message.pk}", now + timedelta(days=1))
    link = f"http://testserver/booking/{raw}/"
    return Rendered("Your note", f"Open {link}\n", f'<p>Open <a href="{link}">your note</a></p>')


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    registry.register(KIND, stream=Stream.BOOKING, render=render_note, label="Note")


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_FILE_DIR = tmp_path / "mail"


@pytest.fixture
def write(now: datetime) -> Callable[..., Message]:
    """Write one message, due at `now` and good for a day unless told otherwise."""

    def _write(key: str = "one", *, about: str = "", **changes: Any) -> Message:
        with transaction.atomic():
            values: dict[str, Any] = {
                "kind": KIND,
                "dedupe_key": key,
                "recipient": "alice@example.org",
                "due_at": now,
                "expires_at": now + timedelta(days=1),
                "now": now,
            } | changes
            return ledger.enqueue(topic=ledger.topic(about or f"note:{key}"), **values)

    return _write


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server on a loopback port that the sender is told to use."""
    server = Sink()
    server.start()
    settings.MAIL_TRANSPORT = "smtp"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    yield server
    server.stop()


@pytest.fixture
def closed_port(settings: Any) -> int:
    """A port that nobody listens on, set as the mail server's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings.MAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return port
