"""Rows written in the transaction of the thing they are about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from mail import claims, ledger, registry
from mail.errors import NotPossible, NoTransaction, UnknownKind
from mail.models import Message, Topic
from mail.registry import Stream
from mail.sender import drain
from tests.mail.conftest import KIND
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def fail(message: Message, error: str = "550 No such user") -> Message:
    taken = claims.claim(now=message.due_at)
    assert taken is not None
    claims.failed(taken, why="Refused.", error=error)
    return fresh(message)


def test_a_message_is_a_row_with_the_stream_of_its_kind(write: Write, now: datetime) -> None:
    registry.register("tests.list", stream=Stream.LIST, render=lambda *_: registry.Skip("no"), label="List mail")
    message = write(kind="tests.list", context={"booking": 7})
    assert (message.stream, message.status, message.context) == ("interview-preparation", Status.DUE, {"booking": 7})
    assert (message.topic.key, message.topic_version, message.next_try_at) == ("note:one", 1, now)
    assert message.message_id.startswith("<")
    assert message.message_id.endswith("@testserver>")


def test_the_same_dedupe_key_is_one_message(write: Write) -> None:
    first, second = write("same"), write("same", recipient="bob@example.org")
    assert (first.pk, second.recipient) == (second.pk, "alice@example.org")


def test_a_row_that_is_rolled_back_was_never_there(write: Write) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


def test_an_unregistered_kind_is_refused(write: Write) -> None:
    with pytest.raises(UnknownKind):
        write(kind="tests.unheard")


def test_a_bump_cancels_what_was_said_before_and_nothing_else(write: Write, now: datetime) -> None:
    old, other = write("old", about="call"), write("other", about="another call")
    with transaction.atomic():
        topic = ledger.bump("call", why="The call was moved.")
    new = write("new", about="call")
    assert topic.version == 2
    assert [(m.status, m.reason) for m in map(fresh, (old, other, new))] == [
        (Status.CANCELLED, "The call was moved."),
        (Status.DUE, ""),
        (Status.DUE, ""),
    ]


def test_a_bump_leaves_what_was_sent(write: Write, now: datetime) -> None:
    message = write()
    drain(clock=lambda: now)
    with transaction.atomic():
        ledger.bump("note:one")
    assert fresh(message).status == Status.SENT


def test_a_bump_takes_a_message_from_its_sender_before_data(write: Write, now: datetime) -> None:
    write()
    taken = claims.claim(now=now)
    assert taken is not None
    with transaction.atomic():
        ledger.bump("note:one")
    assert not claims.may_begin(taken, now=now, need=timedelta(0))
    assert not claims.sent(taken, now=now)
    assert Message.objects.get().status == Status.CANCELLED


def test_a_message_of_an_older_version_is_never_claimed(write: Write, now: datetime) -> None:
    """Even where the bump had not seen the row: it was written with a topic read too early."""
    write()
    Topic.objects.update(version=2)
    assert claims.claim(now=now) is None
    assert drain(clock=lambda: now).skipped == 1
    assert Message.objects.get().status == Status.CANCELLED


def test_a_final_state_cannot_keep_raw_bytes(write: Write) -> None:
    message = write()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(status=Status.CANCELLED, raw=b"with a live link")


def test_staff_cancel_what_has_not_left(write: Write, now: datetime) -> None:
    message = write()
    ledger.cancel(message=message, now=now)
    assert (fresh(message).status, fresh(message).reason) == (Status.CANCELLED, "Cancelled by staff.")
    with pytest.raises(NotPossible):
        ledger.cancel(message=message, now=now)


def test_staff_send_a_failed_message_again_with_new_links_and_a_new_id(write: Write, sink: Sink, now: datetime) -> None:
    sink.data.append("550 5.7.1 No")
    message = write()
    drain(clock=lambda: now)
    first = bytes(sink.accepted[0].content or b"") if sink.accepted else b""
    ledger.retry(message=message, now=now + timedelta(hours=1))
    row = fresh(message)
    assert (row.status, row.needs_attention, row.attempts, row.renders, row.raw, row.masked) == (
        Status.DUE, False, 0, 0, None, None,
    )  # fmt: skip
    assert row.message_id != message.message_id
    assert drain(clock=lambda: now + timedelta(hours=1)).sent == 1
    assert [mail["Message-ID"] for mail in sink.mails] == [row.message_id]
    assert bytes(sink.accepted[-1].content or b"") != first


@pytest.mark.parametrize("status", [Status.DUE, Status.SENDING, Status.SENT, Status.CANCELLED])
def test_only_a_failed_or_skipped_message_can_be_sent_again(write: Write, now: datetime, status: str) -> None:
    message = write()
    Message.objects.filter(pk=message.pk).update(status=status, sent_at=now)
    with pytest.raises(NotPossible, match="failed or was not sent"):
        ledger.retry(message=message, now=now)


def test_what_is_no_longer_true_cannot_be_sent_again(write: Write, now: datetime) -> None:
    message = fail(write())
    with transaction.atomic():
        ledger.bump("note:one")
    with pytest.raises(NotPossible, match="no longer true"):
        ledger.retry(message=message, now=now)


def test_what_is_too_late_cannot_be_sent_again(write: Write, now: datetime) -> None:
    message = fail(write())
    with pytest.raises(NotPossible, match="time has passed"):
        ledger.retry(message=message, now=now + timedelta(days=1))


def test_a_flag_is_taken_down_once(write: Write, now: datetime) -> None:
    message = fail(write())
    assert message.needs_attention
    ledger.dealt_with(message=message, now=now)
    assert not fresh(message).needs_attention
    with pytest.raises(NotPossible):
        ledger.dealt_with(message=message, now=now)


@pytest.mark.django_db(transaction=True)
def test_row_writers_need_an_open_transaction(now: datetime) -> None:
    assert not connection.in_atomic_block
    with pytest.raises(NoTransaction):
        ledger.topic("x")
    with pytest.raises(NoTransaction):
        ledger.bump("x")
    values: dict[str, Any] = {"recipient": "a@example.org", "due_at": now, "expires_at": now, "now": now}
    with pytest.raises(NoTransaction):
        ledger.enqueue(kind=KIND, dedupe_key="x", topic=Topic(key="x"), **values)
    assert (Topic.objects.count(), Message.objects.count()) == (0, 0)
