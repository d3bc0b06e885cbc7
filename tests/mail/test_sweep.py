"""What will never be sent says so."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL

from mail import claims, clock
from mail.models import Message, Topic
from mail.sweep import DUE, OPEN, sweep, waiting

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


def test_a_message_in_a_senders_hands_is_left_alone(write: Write, now: datetime) -> None:
    write(expires_at=now + timedelta(seconds=30))
    claims.claim(now=now)
    assert sweep(now=now + timedelta(seconds=59)) == 0
    assert sweep(now=now + timedelta(seconds=60)) == 1
    assert Message.objects.get().status == Status.SKIPPED


def test_a_message_in_a_senders_hands_is_left_alone_when_the_clock_was_just_set(
    write: Write, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(expires_at=now + timedelta(minutes=30))
    claims.claim(now=now)
    monkeypatch.setattr(clock, "steady", lambda: False)
    assert sweep(now=now + timedelta(hours=1)) == 0
    monkeypatch.setattr(clock, "steady", lambda: True)
    assert sweep(now=now + timedelta(hours=1)) == 1


@pytest.mark.parametrize("why", ["expired", "older"])
def test_a_message_whose_sender_died_in_data_is_not_called_unsent(write: Write, now: datetime, why: str) -> None:
    write(expires_at=now + timedelta(seconds=50) if why == "expired" else now + timedelta(days=1))
    taken = claims.claim(now=now)
    assert taken is not None
    assert claims.may_begin(taken, now=now, need=timedelta(seconds=30))
    if why == "older":
        Topic.objects.update(version=2)
    sweep(now=now + timedelta(minutes=2))
    assert Message.objects.get().reason == "The sender stopped in the middle of sending it: it may have arrived."


def test_an_outage_of_days_leaves_no_stale_mail(write: Write, now: datetime) -> None:
    for hour in range(72):
        write(f"r{hour}", due_at=now + timedelta(hours=hour), expires_at=now + timedelta(hours=hour + 4))
    assert sweep(now=now + timedelta(hours=71)) == 68
    assert Message.objects.filter(status=Status.DUE).count() == 4


def test_future_messages_are_not_looked_at(write: Write, now: datetime) -> None:
    write(due_at=now + timedelta(hours=1))
    Topic.objects.update(version=2)
    assert not waiting(now=now)
    assert sweep(now=now) == 0


def test_waiting_knows_due_expired_and_orphaned(write: Write, now: datetime) -> None:
    assert not waiting(now=now)
    write(due_at=now + timedelta(minutes=1), expires_at=now + timedelta(minutes=2))
    assert not waiting(now=now)
    assert waiting(now=now + timedelta(minutes=1))
    assert claims.claim(now=now + timedelta(minutes=1)) is not None
    assert not waiting(now=now + timedelta(seconds=119))
    assert waiting(now=now + timedelta(seconds=120))


@pytest.mark.parametrize(
    ("which", "question", "index"),
    [(OPEN, "next_try_at__lte", "mail_message_waiting"), (DUE, "expires_at__lte", "mail_message_expired")],
)
def test_a_million_old_messages_are_not_read_to_find_the_due_ones(
    now: datetime, which: RawSQL, question: str, index: str
) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO off")  # the table is empty here
    assert index in Message.objects.filter(which, **{question: now}).order_by().explain()
