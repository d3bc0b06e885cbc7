"""Where a server answers at once, bytes and links are stored with the last check, and before it in every other case."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from mail import claims, ledger, outbox
from mail.models import LinkToken, Message
from mail.sender import drain
from mail.transports import smtp
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[..., Message]
NEED = timedelta(seconds=30)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of the two statements stored something."""
    said: list[str] = []

    def spied(name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        def spy(*args: Any, **kwargs: Any) -> Any:
            answer = verb(*args, **kwargs)
            said.append(name)
            return answer

        return spy

    for name in ("keep", "may_begin", "keep_and_begin"):
        monkeypatch.setattr(claims, name, spied(name, getattr(claims, name)))
    return said


@pytest.fixture
def quick(sink: Sink) -> Sink:
    """A server that takes MAIL and RCPT in one go and answers both at once."""
    sink.pipelining = True
    return sink


def test_what_goes_out_is_stored_before_its_data(
    write: Write, quick: Sink, now: datetime, stored: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "AT_ONCE", 5.0)
    write()
    found: list[tuple[bytes, int]] = []
    data = smtp.SMTPTransport.data

    def seen(self: smtp.SMTPTransport, content: bytes, *, message_id: str) -> None:
        row = Message.objects.get()
        found.append((bytes(row.raw or b""), LinkToken.objects.count()))
        assert found[-1][0] == content
        data(self, content, message_id=message_id)

    monkeypatch.setattr(smtp.SMTPTransport, "data", seen)
    assert drain(clock=lambda: now).sent == 1
    assert (stored, found[0][1]) == (["keep_and_begin"], 1)


@pytest.mark.parametrize("answer", ["450 4.2.0 Later", "550 5.1.1 Unknown", "421 4.3.2 Bye"])
def test_what_the_server_does_not_take_is_stored_as_well(
    write: Write, quick: Sink, now: datetime, stored: list[str], monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """When it is tried again the same bytes go out, and no try at writing it is counted."""
    monkeypatch.setattr(smtp, "AT_ONCE", 5.0)
    quick.rcpt.append(answer)
    write()
    drain(clock=lambda: now)
    assert stored == ["keep"]
    row = Message.objects.get()
    if answer.startswith("550"):
        assert (row.status, row.raw) == (Message.Status.FAILED, None)
        assert row.masked
        return
    before = bytes(row.raw or b"")
    assert (row.status, row.renders) == (Message.Status.DUE, 1)
    assert drain(clock=lambda: now + timedelta(minutes=2)).sent == 1
    assert bytes(quick.accepted[0].content or b"").splitlines() == before.splitlines()
    assert stored == ["keep", "may_begin"]


def test_a_server_that_thinks_does_so_while_the_bytes_are_stored(
    write: Write, quick: Sink, now: datetime, stored: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp.SMTPTransport, "answers_at_once", lambda self: False)
    write()
    assert drain(clock=lambda: now).sent == 1
    assert stored == ["keep", "may_begin"]


def test_without_pipelining_the_bytes_are_stored_first(
    write: Write, sink: Sink, now: datetime, stored: list[str]
) -> None:
    write()
    assert drain(clock=lambda: now).sent == 1
    assert stored == ["keep", "may_begin"]


def test_files_are_written_with_one_commit(write: Write, now: datetime, stored: list[str], settings: Any) -> None:
    settings.MAIL_TRANSPORT = "files"
    write()
    assert drain(clock=lambda: now).sent == 1
    assert stored == ["keep_and_begin"]


def test_a_cancel_at_the_last_moment_stores_nothing(write: Write, now: datetime) -> None:
    write()
    taken, written = rendered(now)
    with transaction.atomic():
        ledger.bump("note:one")
    assert not claims.keep_and_begin(taken, written, now=now, need=NEED)
    assert (LinkToken.objects.count(), Message.objects.get().raw) == (0, None)


@pytest.mark.parametrize(
    ("changes", "later"),
    [({"claim": "another"}, 0), ({}, 31), ({"status": "due"}, 0), ({"topic_version": 7}, 0), ({"expires_at": None}, 0)],
)
def test_what_may_not_begin_is_not_stored(write: Write, now: datetime, changes: dict[str, Any], later: int) -> None:
    write()
    taken, written = rendered(now)
    if "expires_at" in changes:
        changes = {"expires_at": now}
    Message.objects.update(**changes)
    assert not claims.keep_and_begin(taken, written, now=now + timedelta(seconds=later), need=NEED)
    assert (LinkToken.objects.count(), Message.objects.get().raw) == (0, None)


def rendered(now: datetime) -> tuple[Message, outbox.Written]:
    """The message in hand, and what it became."""
    taken = claims.claim(now=now)
    assert taken is not None
    written = outbox.write(taken, now=now)
    assert isinstance(written, outbox.Written)
    return taken, written
