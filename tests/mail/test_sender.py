"""The sender against a mail server: what it hands over, and what it makes of every answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from mail import claims, registry, sender
from mail.models import Message, Outage, Suppression
from mail.registry import Skip, Stream
from mail.sender import drain
from tests.mail.conftest import KIND
from tests.mail.sink import DROP, HANG, Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_a_due_message_is_sent_once(write: Write, sink: Sink, now: datetime) -> None:
    message = write()
    done = drain(clock=at(now))
    again = drain(clock=at(now + timedelta(hours=2)))
    assert (done.sent, again.sent) == (1, 0)
    assert sink.recipients == ["alice@example.org"]
    assert [mail["Message-ID"] for mail in sink.mails] == [message.message_id]
    row = fresh(message)
    assert (row.status, row.sent_at, row.raw, row.claim) == (Status.SENT, now, None, "")


def test_a_message_is_not_sent_before_it_is_due(write: Write, sink: Sink, now: datetime) -> None:
    write(due_at=now + timedelta(minutes=1))
    assert drain(clock=at(now)).sent == 0
    assert drain(clock=at(now + timedelta(minutes=1))).sent == 1


def test_an_expired_message_is_not_sent_and_says_why(write: Write, sink: Sink, now: datetime) -> None:
    message = write(expires_at=now + timedelta(minutes=5))
    done = drain(clock=at(now + timedelta(minutes=5)))
    assert (done.sent, done.skipped, sink.offered) == (0, 1, [])
    row = fresh(message)
    assert (row.status, row.reason) == (Status.SKIPPED, "Its time passed before it could be sent.")


@pytest.mark.parametrize("command", ["rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(
    write: Write, sink: Sink, now: datetime, command: str
) -> None:
    getattr(sink, command).append("451 4.7.1 Try again later")
    message = write()
    done = drain(clock=at(now))
    row = fresh(message)
    assert (done.sent, done.deferred, row.status, row.attempts) == (0, 1, Status.DUE, 1)
    assert row.last_error == "451 4.7.1 Try again later"
    assert timedelta(seconds=48) <= row.next_try_at - now <= timedelta(seconds=72)
    kept = bytes(row.raw or b"")
    assert drain(clock=at(now + timedelta(seconds=47))).sent == 0
    assert drain(clock=at(now + timedelta(seconds=73))).sent == 1
    assert [bytes(e.content or b"") for e in sink.accepted] == [kept]


def test_temporary_refusals_wait_longer_each_time(write: Write, now: datetime) -> None:
    minutes = [claims.backoff(n) / timedelta(minutes=1) for n in range(8)]
    expected = [1, 2, 5, 15, 30, 60, 60, 60]
    assert all(0.8 * e <= m <= 1.2 * e for m, e in zip(minutes, expected, strict=True))


def test_temporary_refusals_end_when_the_message_expires(write: Write, sink: Sink, now: datetime) -> None:
    sink.rcpt.extend(["450 4.2.1 Busy"] * 50)
    message = write(expires_at=now + timedelta(hours=4))
    for quarter in range(20):
        drain(clock=at(now + quarter * timedelta(minutes=15)))
    row = fresh(message)
    assert (row.status, row.reason) == (Status.SKIPPED, "Its time passed before it could be sent.")
    assert row.last_error == "450 4.2.1 Busy"
    assert row.raw is None


@pytest.mark.parametrize("command", ["rcpt", "data"])
def test_a_permanent_refusal_fails_flags_staff_and_is_not_retried(
    write: Write, sink: Sink, now: datetime, command: str
) -> None:
    getattr(sink, command).append("550 5.1.1 No such user")
    message, other = write("one"), write("two")
    done = drain(clock=at(now))
    drain(clock=at(now + timedelta(hours=3)))
    row = fresh(message)
    assert (done.failed, row.status, row.needs_attention, row.raw) == (1, Status.FAILED, True, None)
    assert row.last_error == "550 5.1.1 No such user"
    assert fresh(other).status == Status.SENT
    assert sink.offered == ["alice@example.org"] * 2


def test_a_lost_answer_sends_the_same_message_id_again_and_stops_after_250(
    write: Write, sink: Sink, now: datetime
) -> None:
    sink.data.append(DROP)
    message = write()
    drain(clock=at(now))
    row = fresh(message)
    assert (row.status, row.attempts) == (Status.DUE, 1)
    for minute in range(2, 10):
        drain(clock=at(now + minute * timedelta(minutes=1)))
    assert [mail["Message-ID"] for mail in sink.mails] == [message.message_id] * 2
    assert bytes(sink.accepted[0].content or b"") == bytes(sink.accepted[1].content or b"")
    assert fresh(message).status == Status.SENT


def test_a_silent_server_costs_one_timeout_and_stops_nobody_else(
    write: Write, sink: Sink, now: datetime, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sink.rcpt.append(HANG)
    message, other = write("one"), write("two")
    drain(clock=at(now))
    assert (fresh(message).status, fresh(message).attempts) == (Status.DUE, 0)
    assert drain(clock=at(now + timedelta(minutes=2))).sent == 2
    assert fresh(other).status == Status.SENT


def test_a_connection_that_had_served_may_close_without_alarm(write: Write, sink: Sink, now: datetime) -> None:
    sink.rcpt.extend(["250 OK", "421 4.7.0 Too many messages on this connection"])
    write("one")
    write("two")
    assert drain(clock=at(now)).sent == 2
    assert (sink.connections, Outage.objects.filter(failures__gt=0).count()) == (2, 0)


def test_a_suppressed_address_gets_nothing_of_that_stream(write: Write, sink: Sink, now: datetime) -> None:
    message = write()
    Suppression.objects.create(
        address_hash=message.recipient_hash, stream=Stream.BOOKING, reason="asked", created_at=now
    )
    assert drain(clock=at(now)).sent == 0
    assert (fresh(message).status, fresh(message).reason) == (
        Status.SKIPPED,
        "The address does not want this kind of mail.",
    )


def test_a_suppression_of_list_mail_does_not_stop_booking_mail(write: Write, sink: Sink, now: datetime) -> None:
    message = write()
    Suppression.objects.create(address_hash=message.recipient_hash, stream=Stream.LIST, reason="asked", created_at=now)
    assert drain(clock=at(now)).sent == 1


def test_a_suppression_of_everything_stops_everything(write: Write, sink: Sink, now: datetime) -> None:
    message = write(recipient="Alice@EXAMPLE.org")
    Suppression.objects.create(address_hash=message.recipient_hash, stream="", reason="erased", created_at=now)
    assert drain(clock=at(now)).sent == 0


def test_a_renderer_may_decide_that_there_is_nothing_to_send(write: Write, sink: Sink, now: datetime) -> None:
    registry.register(KIND, stream=Stream.BOOKING, render=lambda *_: Skip("The call is over."), label="Note")
    message = write()
    assert drain(clock=at(now)).skipped == 1
    assert (fresh(message).status, fresh(message).reason, sink.offered) == (Status.SKIPPED, "The call is over.", [])


def poison(message: Message, *_: Any) -> Any:
    raise ZeroDivisionError("no such thing")


def test_a_poison_message_fails_alone_after_three_tries(write: Write, sink: Sink, now: datetime) -> None:
    registry.register("tests.poison", stream=Stream.BOOKING, render=poison, label="Poison")
    bad = write("bad", kind="tests.poison")
    good = [write(f"good{n}") for n in range(3)]
    assert drain(clock=at(now)).sent == 3
    assert {fresh(m).status for m in good} == {Status.SENT}
    drain(clock=at(now + timedelta(minutes=2)))
    assert fresh(bad).status == Status.DUE
    drain(clock=at(now + timedelta(minutes=10)))
    row = fresh(bad)
    assert (row.status, row.renders, row.needs_attention) == (Status.FAILED, 3, True)
    assert row.last_error == "ZeroDivisionError: no such thing"


def test_a_message_that_kills_its_sender_while_it_is_written_fails_after_three_tries(
    write: Write, sink: Sink, now: datetime
) -> None:
    message = write()
    for turn in range(3):
        assert claims.claim(now=now + turn * timedelta(minutes=2)) is not None  # and the process is gone
    assert drain(clock=at(now + timedelta(minutes=10))).sent == 0
    assert (fresh(message).status, fresh(message).needs_attention) == (Status.FAILED, True)


@pytest.mark.parametrize("address", ["nobody", "a b@example.org", "x@-bad-.example", "a@b@c", "ä@example.org", ""])
def test_an_impossible_address_fails_alone(write: Write, sink: Sink, now: datetime, address: str) -> None:
    bad, good = write("bad", recipient=address), write("good")
    for minutes in (0, 2, 10):
        drain(clock=at(now + timedelta(minutes=minutes)))
    assert (fresh(bad).status, fresh(good).status) == (Status.FAILED, Status.SENT)


def test_mail_goes_to_files_where_no_server_is_set(
    write: Write, now: datetime, settings: Any, django_assert_max_num_queries: Any
) -> None:
    message = write()
    assert drain(clock=at(now)).sent == 1
    files = sorted(Path(settings.MAIL_FILE_DIR).iterdir())
    assert [file.name for file in files] == [f"{message.message_id[1:].partition('@')[0]}.eml"]
    mail = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert mail["Message-ID"] == message.message_id


def test_a_limit_and_a_stop_are_kept(write: Write, sink: Sink, now: datetime) -> None:
    for number in range(4):
        write(f"n{number}")
    assert drain(clock=at(now), limit=1).sent == 1
    assert drain(clock=at(now), stop=lambda: len(sink.accepted) >= 2).sent == 1
    assert drain(clock=at(now), seconds=0).sent == 0
    assert drain(clock=at(now)).sent == 2


@pytest.mark.django_db(transaction=True)
def test_a_database_that_restarts_while_the_server_answers_makes_no_second_mail(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, sent, failures = write(), claims.sent, [1, 2]

    def restarting(*args: Any, **kwargs: Any) -> bool:
        if failures:
            failures.pop()
            raise OperationalError("server closed the connection unexpectedly")
        return sent(*args, **kwargs)

    monkeypatch.setattr(claims, "sent", restarting)
    monkeypatch.setattr(sender, "RECONNECT", 0.01)
    assert drain(clock=at(now)).sent == 1
    assert (fresh(message).status, len(sink.accepted), failures) == (Status.SENT, 1, [])


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_ends_the_turn_when_the_lease_ends(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    ticks = iter(now + timedelta(seconds=second) for second in range(1000))

    def away(*_: Any, **__: Any) -> bool:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(claims, "sent", away)
        patch.setattr(sender, "RECONNECT", 0.0)
        with pytest.raises(OperationalError):
            drain(clock=lambda: next(ticks))
    later = next(ticks)
    assert drain(clock=at(later)).sent == 1
    assert [mail["Message-ID"] for mail in sink.mails] == [Message.objects.get().message_id] * 2
