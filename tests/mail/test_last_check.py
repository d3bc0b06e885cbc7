"""What happens to a message between its claim and its DATA: a crash, a cancel, a suppression, something newer."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from mail import claims, ledger, sender
from mail.models import LinkToken, Message, Suppression, Topic
from mail.registry import Skip
from mail.sender import drain
from tests.mail.conftest import KIND
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_a_crash_after_the_bytes_were_stored_sends_the_same_bytes_when_the_lease_has_ended(
    write: Write, sink: Sink, now: datetime
) -> None:
    message = write()
    taken = claims.claim(now=now)
    assert taken is not None
    from mail import outbox

    written = outbox.write(taken, now=now)
    assert not isinstance(written, Skip)
    claims.keep(taken, written)
    claims.may_begin(taken, now=now, need=timedelta(seconds=30))  # DATA was about to begin when the power went
    assert drain(clock=at(now + timedelta(seconds=59))).sent == 0
    assert drain(clock=at(now + timedelta(seconds=60))).sent == 1
    assert [bytes(e.content or b"").strip() for e in sink.accepted] == [written.raw.strip()]
    assert sink.mails[0]["Message-ID"] == message.message_id
    assert LinkToken.objects.count() == 1


def test_a_cancel_between_rcpt_and_data_stops_the_mail(write: Write, sink: Sink, now: datetime) -> None:
    message = write()
    plain = claims.may_begin

    def bump_first(*args: Any, **kwargs: Any) -> bool:
        assert sink.offered == ["alice@example.org"]
        with transaction.atomic():
            ledger.bump("note:one", why="The call was cancelled.")
        return plain(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "may_begin", bump_first)
        drain(clock=at(now))
    row = fresh(message)
    assert (sink.accepted, row.status, row.reason) == ([], Status.CANCELLED, "The call was cancelled.")
    assert row.raw is None


def test_without_the_last_check_the_cancelled_mail_would_go_out(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write()

    def unguarded(*args: Any, **kwargs: Any) -> bool:
        with transaction.atomic():
            ledger.bump("note:one")
        return True

    monkeypatch.setattr(claims, "may_begin", unguarded)
    drain(clock=at(now))
    assert len(sink.accepted) == 1
    assert fresh(message).status == Status.CANCELLED


def test_a_suppression_between_rcpt_and_data_stops_the_mail(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write()
    plain = claims.may_begin

    def suppress_first(*args: Any, **kwargs: Any) -> bool:
        Suppression.objects.create(address_hash=message.recipient_hash, stream="", reason="asked", created_at=now)
        return plain(*args, **kwargs)

    monkeypatch.setattr(claims, "may_begin", suppress_first)
    drain(clock=at(now))
    assert (sink.accepted, fresh(message).status) == ([], Status.SKIPPED)


def test_the_newer_mail_waits_while_an_older_one_about_the_same_thing_is_in_its_data(
    write: Write, sink: Sink, now: datetime
) -> None:
    write("reminder", about="call")
    taken = claims.claim(now=now)
    assert taken is not None
    assert claims.may_begin(taken, now=now, need=timedelta(seconds=30))
    with transaction.atomic():
        topic = ledger.bump("call")
        assert fresh(taken).status == Status.SENDING  # past recall
        ledger.enqueue(
            kind=KIND, dedupe_key="cancelled", topic=topic, recipient="alice@example.org",
            due_at=now, expires_at=now + timedelta(days=1), now=now,
        )  # fmt: skip
    assert drain(clock=at(now)).sent == 0
    assert claims.sent(taken, now=now)
    assert drain(clock=at(now)).sent == 1


def test_a_cancel_while_the_bytes_are_stored_takes_back_what_was_announced(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the server would answer the next message with what it thinks of this one."""
    sink.pipelining = True
    sink.rcpt.extend(["250 OK", "550 5.1.1 Unknown", "250 OK"])
    for number in range(3):
        write(f"n{number}")
    keep = claims.keep

    def bump_first(message: Message, written: Any) -> None:
        if message.dedupe_key == "n1":
            with transaction.atomic():
                ledger.bump("note:n1")
        keep(message, written)

    monkeypatch.setattr(claims, "keep", bump_first)
    done = drain(clock=at(now))
    assert (done.sent, done.failed, sink.connections) == (2, 0, 1)
    assert [*Message.objects.order_by("pk").values_list("status", flat=True)] == ["sent", "cancelled", "sent"]


@pytest.mark.parametrize(("cancelled", "sent"), [(True, 0), (False, 1)])
def test_a_check_that_waited_too_long_is_asked_again(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch, cancelled: bool, sent: int
) -> None:
    """It waited for a lock, or for a disk that is slow at every commit: then the second answer must not wait for it."""
    write()
    asked: list[str] = []
    may_begin, may_still_begin = claims.may_begin, claims.may_still_begin

    def slow(*args: Any, **kwargs: Any) -> bool:
        answer = may_begin(*args, **kwargs)
        if cancelled:
            Topic.objects.update(version=2)  # commits right after this answer was found
        time.sleep(0.06)
        asked.append("first")
        return answer

    def quick(*args: Any, **kwargs: Any) -> bool:
        asked.append("again")
        return may_still_begin(*args, **kwargs)

    monkeypatch.setattr(claims, "may_begin", slow)
    monkeypatch.setattr(claims, "may_still_begin", quick)
    monkeypatch.setattr(sender, "FRESH", 0.05)
    done = drain(clock=at(now), limit=1)
    assert (asked, done.sent, len(sink.accepted)) == (["first", "again"], sent, sent)
    assert Message.objects.get().status == (Status.CANCELLED if cancelled else Status.SENT)
