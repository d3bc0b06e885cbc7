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


def test_the_same_is_asked_again_without_writing(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    assert claims.may_still_begin(taken, now=now, need=NEED)
    assert Message.objects.get().data_at is None
    assert not claims.may_still_begin(taken, now=now + timedelta(seconds=31), need=NEED)
    Topic.objects.update(version=2)
    assert not claims.may_still_begin(taken, now=now, need=NEED)


def test_a_mark_claims_the_next(write: Write, now: datetime) -> None:
    one, two = write("one"), write("two")
    taken = take(now)
    marked, following = claims.sent_then_claim(taken, now=now)
    assert (marked, following and following.pk) == (True, two.pk)
    assert following is not None and following.claim not in ("", taken.claim)
    again, nothing = claims.sent_then_claim(taken, now=now + timedelta(seconds=30))
    assert (again, nothing) == (False, None)
    states = Message.objects.order_by("pk").values_list("pk", "status", "claim", "sent_at")
    assert [*states] == [(one.pk, "sent", "", now), (two.pk, "sending", following.claim, None)]


def test_a_mark_that_comes_after_the_lease_claims_another_and_never_the_same(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    assert claims.sent_then_claim(taken, now=now + timedelta(seconds=61)) == (True, None)


def test_a_message_given_back_is_as_it_was(write: Write, now: datetime) -> None:
    write()
    taken = take(now)
    assert claims.may_begin(taken, now=now, need=NEED)
    claims.untouched(taken, now=now, error="421 Bye")
    row = Message.objects.get()
    assert (row.status, row.attempts, row.claim, row.lease_until, row.data_at, row.next_try_at) == (
        Message.Status.DUE, 0, "", None, None, now,
    )  # fmt: skip


@pytest.mark.parametrize("told", ["empty", "full"])
def test_no_statement_of_a_sender_reads_all_that_is_due(write: Write, now: datetime, told: str) -> None:
    """Where statistics say that the queue is empty, and where they know how long it is: a sort, or a walk, for every mail."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's planner only")
    first = write("old")
    topics = Topic.objects.bulk_create(Topic(key=f"topic{n}") for n in range(4000))
    old = [copy(first, n, topic_id=topics[n].pk, status=Message.Status.SENT, sent_at=now) for n in range(1000)]
    Message.objects.all().delete()
    Message.objects.bulk_create(old)
    values = {
        **claims._claiming(now), "until": now, "id": 1, "claim": "x", "raw": b"raw", "masked": b"masked",
    }  # fmt: skip
    with connection.cursor() as cursor:
        if told == "empty":
            cursor.execute("ANALYZE mail_message, mail_topic")
        Message.objects.bulk_create([copy(first, n, topic_id=topics[n].pk) for n in range(1000, 4000)])
        if told == "full":
            cursor.execute("ANALYZE mail_message, mail_topic")

        def plan(statement: str) -> list[str]:
            cursor.execute(f"EXPLAIN {statement}", values)
            return [row[0].strip() for row in cursor.fetchall()]

        both = claims._SENT_THEN_CLAIM.format(sent=claims._SENT, claim=claims._claim())
        for statement in (claims._claim(), both):
            lines = plan(statement)
            assert [
                line for line in lines if "Sort" in line or "Bitmap" in line or "Seq Scan on mail_message" in line
            ] == []
            assert any("Index Scan using mail_message_waiting on mail_message m " in line for line in lines)
            assert (
                float(lines[0].partition("..")[2].split()[0]) < 10_000
            )  # far from what PostgreSQL compiles a plan for
        for statement in (claims._keep_with(0), claims._MAY_BEGIN, claims._MAY_STILL_BEGIN, claims._SENT):
            assert [line for line in plan(statement) if "mail_message_waiting" in line] == []


def copy(message: Message, number: int, **changes: object) -> Message:
    """Another message like it."""
    values = {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields}
    return Message(**values | {"id": None, "dedupe_key": f"copy{number}", "message_id": f"<{number}@x>"} | changes)
