"""Each guard of the claim and of the last check, alone: the sweep and the bump that stand before them are left out."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from mail import claims, clock
from mail.models import Message, Suppression, Topic

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
NEED = timedelta(seconds=30)


def take(now: datetime) -> Message:
    taken = claims.claim(now=now)
    assert taken is not None
    return taken


def quiet(message: Message, now: datetime, stream: str = "") -> None:
    Suppression.objects.create(address_hash=message.recipient_hash, stream=stream, reason="asked", created_at=now)


def test_a_claim_takes_what_has_waited_longest(write: Write, now: datetime) -> None:
    for minutes in (5, 20, 10):
        write(f"n{minutes}", due_at=now - timedelta(minutes=minutes))
    assert [take(now).dedupe_key for _ in range(3)] == ["n20", "n10", "n5"]
    assert claims.claim(now=now) is None


def test_a_claim_takes_nothing_expired(write: Write, now: datetime) -> None:
    write(expires_at=now)
    assert claims.claim(now=now) is None


@pytest.mark.parametrize(("stream", "taken"), [("", False), ("booking", False), ("interview-preparation", True)])
def test_a_claim_takes_nothing_suppressed(write: Write, now: datetime, stream: str, taken: bool) -> None:
    quiet(write(), now, stream)
    assert (claims.claim(now=now) is not None) == taken


def test_a_claim_takes_nothing_of_an_older_version(write: Write, now: datetime) -> None:
    write()
    Topic.objects.update(version=2)
    assert claims.claim(now=now) is None


def test_a_claim_takes_nothing_that_could_not_be_written_three_times(write: Write, now: datetime) -> None:
    write()
    Message.objects.update(renders=3)
    assert claims.claim(now=now) is None
    Message.objects.update(raw=b"written after all")
    assert claims.claim(now=now) is not None


def test_a_claim_takes_nothing_over_while_the_clock_was_just_set(
    write: Write, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour forward, and every lease seems to have ended; what waits in nobody's hands still goes out."""
    write("in hand")
    take(now)
    monkeypatch.setattr(clock, "steady", lambda: False)
    assert claims.claim(now=now + timedelta(hours=1)) is None
    write("waiting")
    assert take(now + timedelta(hours=1)).dedupe_key == "waiting"
    monkeypatch.setattr(clock, "steady", lambda: True)
    assert take(now + timedelta(hours=1)).dedupe_key == "in hand"


def test_a_claim_holds_for_a_minute(write: Write, now: datetime) -> None:
    write()
    first = take(now)
    assert claims.claim(now=now + timedelta(seconds=59)) is None
    second = take(now + timedelta(seconds=60))
    assert first.claim != second.claim
    assert not claims.sent(first, now=now)
    assert claims.sent(second, now=now)


def test_the_last_check_lets_through_what_is_still_true(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    assert claims.may_begin(taken, now=now + timedelta(seconds=1), need=NEED)
    assert Message.objects.get().data_at == now + timedelta(seconds=1)


def test_the_last_check_reads_the_topic_itself(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    Topic.objects.update(version=2)
    assert not claims.may_begin(taken, now=now, need=NEED)


def test_the_last_check_reads_the_suppressions_itself(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    quiet(taken, now, "interview-preparation")
    assert claims.may_begin(taken, now=now, need=NEED)
    quiet(taken, now, "booking")
    assert not claims.may_begin(taken, now=now, need=NEED)


def test_the_last_check_wants_enough_of_the_lease(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    assert claims.may_begin(taken, now=now + timedelta(seconds=30), need=NEED)
    assert not claims.may_begin(taken, now=now + timedelta(seconds=31), need=NEED)


def test_the_last_check_wants_a_mail_that_is_not_expired(write: Write, now: datetime) -> None:
    write(expires_at=now + timedelta(seconds=10))
    taken = take(now)
    assert not claims.may_begin(taken, now=now + timedelta(seconds=10), need=NEED)


def test_the_last_check_wants_the_claim(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    take(now + timedelta(seconds=61))
    assert not claims.may_begin(taken, now=now, need=timedelta())


def test_a_message_given_back_is_as_it_was(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    assert claims.may_begin(taken, now=now, need=NEED)
    claims.untouched(taken, now=now, error="421 Bye")
    row = Message.objects.get()
    assert (row.status, row.attempts, row.claim, row.lease_until, row.data_at, row.next_try_at) == (
        Message.Status.DUE, 0, "", None, None, now,
    )  # fmt: skip


def test_a_claim_walks_the_queue_in_its_order_even_where_statistics_say_it_is_empty(
    write: Write, now: datetime
) -> None:
    """A sort would read all that is due for every single message."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's planner only")
    first = write("old")
    old = [copy(first, n, status=Message.Status.SENT, sent_at=now) for n in range(1000)]
    Message.objects.all().delete()
    Message.objects.bulk_create(old)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mail_message")
        Message.objects.bulk_create([copy(first, n) for n in range(1000, 1500)])
        statement = claims._CLAIM.format(lock="FOR UPDATE OF m SKIP LOCKED", columns="id", which="")
        values = {"claim": "x", "now": now, "lease": now + claims.LEASE, "most_renders": 3, "steady": True}
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Sort" not in plan
    assert "Index Scan using mail_message_waiting on mail_message m" in plan


def copy(message: Message, number: int, **changes: object) -> Message:
    """Another message of the same topic."""
    values = {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields}
    return Message(**values | {"id": None, "dedupe_key": f"copy{number}", "message_id": f"<{number}@x>"} | changes)
