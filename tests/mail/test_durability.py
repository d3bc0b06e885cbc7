"""Which commits wait for the disk, and what a sender does about a mark that a crash of the database took back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from institute.settings import SQLITE_OPTIONS
from mail import claims, outbox, sender
from mail.errors import ClaimLost
from mail.models import LinkToken, Message
from mail.sender import drain
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[..., Message]


def hard() -> bool:
    """Whether the commit of this moment waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit" if connection.vendor == "postgresql" else "PRAGMA synchronous")
        return cursor.fetchone()[0] in ("on", 2)


def test_only_a_commit_that_a_later_one_waits_for_need_not_be_on_the_disk(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        # All of them wait there; the tests' own settings do without, so the site's are looked at.
        assert "PRAGMA synchronous=FULL;" in SQLITE_OPTIONS["init_command"]
        return
    said: list[tuple[str, bool]] = []

    def spied(name: str, answer_of: Callable[..., Any]) -> Callable[..., Any]:
        def spy(*args: Any, **kwargs: Any) -> Any:
            with transaction.atomic():  # whose commit does what that of the statement alone would
                answer = answer_of(*args, **kwargs)
                said.append((name, hard()))
            return answer

        return spy

    for name in ("claim", "keep", "may_begin", "sent_then_claim", "sent"):
        monkeypatch.setattr(claims, name, spied(name, getattr(claims, name)))
    for number in range(3):
        write(f"n{number}")
    assert drain(clock=lambda: now).sent == 3
    first = [("claim", True), ("keep", False), ("may_begin", True), ("sent", True)]
    second = [("claim", True), ("keep", False), ("may_begin", True), ("sent_then_claim", False)]
    last = [("keep", False), ("may_begin", True), ("sent_then_claim", True), ("claim", True)]
    assert said == first + second + last
    assert hard()


def test_a_mark_that_a_crash_of_the_database_took_back_is_made_again(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "RECONNECT", 0.01)
    messages = [write(f"n{number}") for number in range(3)]
    before: list[dict[str, Any]] = []
    marked, may_begin = claims.sent_then_claim, claims.may_begin

    def remembered(message: Message, *, now: datetime) -> tuple[bool, Message | None]:
        before[:] = Message.objects.filter(pk=message.pk).values()
        return marked(message, now=now)

    def gone(message: Message, **kwargs: Any) -> bool:
        if message.pk == messages[2].pk:
            Message.objects.filter(pk=messages[1].pk).update(**before[0])  # as the log on the disk has it
            raise OperationalError("server closed the connection unexpectedly")
        return may_begin(message, **kwargs)

    monkeypatch.setattr(claims, "sent_then_claim", remembered)
    monkeypatch.setattr(claims, "may_begin", gone)
    with pytest.raises(OperationalError):
        drain(clock=lambda: now)
    assert [*Message.objects.order_by("pk").values_list("status", flat=True)] == ["sent", "sent", "sending"]
    assert len(sink.accepted) == 2


def test_bytes_and_links_are_stored_together_or_not_at_all(write: Write, sink: Sink, now: datetime) -> None:
    write()
    taken = claims.claim(now=now)
    assert taken is not None
    written = outbox.write(taken, now=now)
    assert isinstance(written, outbox.Written)
    Message.objects.update(claim="another")
    with pytest.raises(ClaimLost):
        claims.keep(taken, written)
    assert (LinkToken.objects.count(), Message.objects.get().raw) == (0, None)
    Message.objects.update(claim=taken.claim)
    claims.keep(taken, written)
    assert (LinkToken.objects.count(), bytes(Message.objects.get().raw or b"")) == (1, written.raw)
