"""While the mail server is away, no row suffers and hardly anybody asks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from mail import breaker
from mail.models import Message, Outage
from mail.sender import drain
from tests.mail.sink import DROP, Sink
from tests.mail.transports.scripted import Scripted

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


def untouched(count: int) -> None:
    rows = list(Message.objects.all())
    assert [(row.status, row.attempts, row.renders, row.raw) for row in rows] == [(Status.DUE, 0, 0, None)] * count


def test_a_refused_connection_burns_no_attempts(write: Write, closed_port: int, now: datetime) -> None:
    for number in range(3):
        write(f"n{number}")
    drain(clock=lambda: now)
    untouched(3)
    assert Outage.objects.get().failures == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (["421 4.3.2 Shutting down"], "421"),
        (["554 5.7.1 We do not talk to you"], "554"),
        ([None], "Connection unexpectedly closed"),
        (
            ["220 hello", "250-hi\r\n250 AUTH PLAIN LOGIN", "535 5.7.8 Bad credentials", "535 5.7.8 Bad credentials"],
            "535",
        ),
        (["220 hello", "250 hi"], "AUTH extension not supported"),
    ],
)
def test_trouble_before_a_message_is_offered_burns_no_attempts(
    write: Write, settings: Any, now: datetime, script: list[str | None], said: str
) -> None:
    with Scripted(script) as server:
        settings.MAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "institute", "secret-password"
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 2
        write("one")
        write("two")
        drain(clock=lambda: now)
    untouched(2)
    error = Outage.objects.get().last_error
    assert said in error
    assert "secret-password" not in error


@pytest.mark.parametrize("answer", ["421 4.3.2 Not now", "530 5.7.0 Sign in first", DROP])
def test_trouble_while_a_message_is_offered_burns_no_attempts_and_costs_the_others_nothing(
    write: Write, sink: Sink, now: datetime, answer: str
) -> None:
    sink.rcpt.append(answer)
    write("one")
    write("two")
    drain(clock=lambda: now)
    assert [(row.status, row.attempts) for row in Message.objects.order_by("pk")] == [(Status.DUE, 0)] * 2
    assert Outage.objects.get().failures == 1
    assert len(sink.offered) == 1
    assert drain(clock=lambda: now + timedelta(seconds=80)).sent == 2
    assert Outage.objects.get().failures == 0


def test_hardly_anybody_asks_while_the_server_is_away(write: Write, closed_port: int, now: datetime) -> None:
    write()
    tried = []
    for second in range(600):
        instant = now + timedelta(seconds=second)
        if breaker.may_try(now=instant):  # what each of many senders asks, every second
            tried.append(instant)
            breaker.trip(now=instant, error="refused")
    busiest = max(sum(1 for t in tried if start <= t < start + timedelta(minutes=1)) for start in tried)
    assert busiest <= 10
    assert max(b - a for a, b in pairwise(tried)) <= timedelta(seconds=30)


def test_one_sender_probes_and_the_first_answer_opens_the_way_for_all(
    write: Write, sink: Sink, now: datetime, closed_port: int, settings: Any
) -> None:
    write("one")
    write("two")
    drain(clock=lambda: now)
    settings.EMAIL_PORT = sink.port
    assert drain(clock=lambda: now + timedelta(seconds=5)).sent == 0
    assert drain(clock=lambda: now + timedelta(seconds=6)).sent == 2
    assert breaker.may_try(now=now + timedelta(seconds=6))


def test_only_one_of_many_may_probe(now: datetime) -> None:
    breaker.trip(now=now, error="refused")
    later = now + timedelta(seconds=6)
    assert [breaker.may_try(now=later) for _ in range(4)] == [True, False, False, False]


def test_staff_can_see_since_when_mail_waits(now: datetime) -> None:
    assert breaker.outage() is None
    breaker.trip(now=now, error="refused")
    breaker.trip(now=now + timedelta(minutes=1), error="refused again")
    row = breaker.outage()
    assert row is not None
    assert (row.since, row.last_error) == (now, "refused again")
    breaker.close()
    assert breaker.outage() is None


def test_senders_that_trip_together_count_once(now: datetime) -> None:
    for _ in range(4):
        breaker.trip(now=now, error="refused")
    assert Outage.objects.get().failures == 1


def test_a_clock_set_back_does_not_keep_the_breaker_open(now: datetime) -> None:
    breaker.trip(now=now, error="refused")
    assert breaker.may_try(now=now - timedelta(hours=1))
