"""Many senders, cancels and writers at once, on real files and real connections."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from mail import claims, ledger, sender
from mail.models import LinkToken, Message
from mail.sender import drain
from tests.mail.conftest import KIND
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[..., Message]
Status = Message.Status


def in_threads(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run the jobs at once, each on a database connection of its own; their results."""

    def alone(job: Callable[[], Any]) -> Any:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(alone, job) for job in jobs]]


def test_four_senders_never_send_one_message_twice(write: Write, sink: Sink, now: datetime) -> None:
    messages = [write(f"n{number}") for number in range(40)]
    done = in_threads([lambda: drain(clock=lambda: now)] * 4)
    assert sum(one.sent for one in done) == 40
    assert Counter(mail["Message-ID"] for mail in sink.mails) == Counter(message.message_id for message in messages)
    assert set(Message.objects.values_list("status", flat=True)) == {Status.SENT}
    assert LinkToken.objects.count() == 40


def test_without_the_atomic_claim_two_senders_send_one_message_twice(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write()
    both = threading.Barrier(2, timeout=20)
    may_begin = claims.may_begin

    def look_then_write(*, now: datetime) -> Message | None:
        row = Message.objects.filter(status=Status.DUE).first()
        if row is not None:
            both.wait()
            row.status, row.claim, row.lease_until = Status.SENDING, "same", now + claims.LEASE
            row.save()
        return row

    def last_check(row: Message, **kwargs: Any) -> bool:
        answer = may_begin(row, **kwargs)
        both.wait()  # neither has marked the row as sent when the other asks
        return answer

    monkeypatch.setattr(claims, "claim", look_then_write)
    monkeypatch.setattr(claims, "may_begin", last_check)
    monkeypatch.setattr(sender, "FRESH", 60.0)  # to have waited for the other is no reason to ask again
    in_threads([lambda: drain(clock=lambda: now, limit=1)] * 2)
    assert [mail["Message-ID"] for mail in sink.mails] == [message.message_id] * 2


def test_a_claim_is_taken_by_one_of_many(write: Write, now: datetime) -> None:
    write()
    taken = in_threads([lambda: claims.claim(now=now)] * 6)
    assert len([message for message in taken if message is not None]) == 1


def test_the_last_check_waits_for_a_cancel_in_progress_and_obeys_it(write: Write, now: datetime) -> None:
    write()
    taken = claims.claim(now=now)
    assert taken is not None
    cancelling, asked = threading.Event(), threading.Event()

    def cancel() -> None:
        with transaction.atomic():
            ledger.bump("note:one")
            cancelling.set()
            asked.wait(5)
            time.sleep(0.2)  # long enough for the check to be waiting for this transaction

    def check() -> bool:
        cancelling.wait(5)
        asked.set()
        return claims.may_begin(taken, now=now, need=timedelta(seconds=30))

    assert in_threads([cancel, check]) == [None, False]
    assert Message.objects.get().status == Status.CANCELLED


def test_the_same_dedupe_key_from_many_writers_is_one_message(write: Write) -> None:
    rows = in_threads([lambda: write("same")] * 6)
    assert {row.pk for row in rows} == {Message.objects.get().pk}


def test_bumps_at_once_count_each(write: Write) -> None:
    def bump() -> int:
        with transaction.atomic():
            return ledger.bump("call").version

    assert sorted(in_threads([bump] * 6)) == [2, 3, 4, 5, 6, 7]


def test_cancels_at_random_instants_are_never_overtaken(write: Write, sink: Sink, now: datetime) -> None:
    count, chance = 40, random.Random(20261123)
    messages = [write(f"n{number}") for number in range(count)]
    cancelled: dict[str, datetime] = {}
    arrived: list[datetime] = []
    sink.on_data = lambda: arrived.append(datetime.now(UTC))

    def cancel_some() -> None:
        for number in chance.sample(range(count), count // 2):
            time.sleep(chance.random() * 0.03)
            with transaction.atomic():
                ledger.bump(f"note:n{number}")
            cancelled[messages[number].message_id] = datetime.now(UTC)

    in_threads([cancel_some, lambda: drain(clock=lambda: now), lambda: drain(clock=lambda: now)])
    sent = Counter(mail["Message-ID"] for mail in sink.mails)
    late = [
        message_id
        for mail, instant in zip(sink.mails, arrived, strict=True)
        if (message_id := mail["Message-ID"]) in cancelled and instant > cancelled[message_id] + timedelta(seconds=1)
    ]
    assert late == []
    assert max(sent.values()) == 1
    rows = dict(Message.objects.values_list("message_id", "status"))
    assert {key for key, status in rows.items() if status == Status.SENT} == set(sent)
    assert {key for key, status in rows.items() if status == Status.CANCELLED} == set(rows) - set(sent)


def test_the_last_mail_a_person_gets_is_the_true_one(write: Write, sink: Sink, now: datetime) -> None:
    """A reminder hangs in its DATA while the call is cancelled: the cancellation must not overtake it."""
    write("reminder", about="call")
    cancelled, order = threading.Event(), []

    def slow() -> None:
        order.append("data")
        if len(order) == 1:
            with transaction.atomic():
                topic = ledger.bump("call")
                ledger.enqueue(
                    kind=KIND, dedupe_key="cancelled", topic=topic, recipient="alice@example.org",
                    due_at=now, expires_at=now + timedelta(days=1), now=now,
                )  # fmt: skip
            connection.close()
            cancelled.set()
            time.sleep(0.4)  # the other sender looks for work meanwhile

    def other() -> int:
        cancelled.wait(10)
        return drain(clock=lambda: now).sent

    sink.on_data = slow
    first, second = in_threads([lambda: drain(clock=lambda: now).sent, other])
    assert (first, second) == (2, 0)
    ids = {message.dedupe_key: message.message_id for message in Message.objects.all()}
    assert [mail["Message-ID"] for mail in sink.mails] == [ids["reminder"], ids["cancelled"]]
