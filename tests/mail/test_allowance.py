"""The mail provider's limits: kept by all senders together, and used for calls before letters."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from mail import allowance, registry
from mail.lateness import lateness
from mail.models import Allowance, Message
from mail.registry import Rendered, Stream
from mail.sender import drain
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _letters(_kinds: None) -> None:
    registry.register(
        "tests.letter",
        stream=Stream.LIST,
        render=lambda *_: Rendered("L", "L", "L", list_unsubscribe="http://testserver/unsubscribe/x/"),
        label="Letter",
    )


def test_without_a_limit_nothing_is_counted(write: Write, sink: Sink, now: datetime) -> None:
    for number in range(3):
        write(f"n{number}")
    assert drain(clock=lambda: now).sent == 3
    assert Allowance.objects.count() == 0


@pytest.mark.parametrize(("setting", "span"), [("MAIL_A_MINUTE", MINUTE), ("MAIL_A_DAY", timedelta(days=1))])
def test_no_stretch_of_that_length_sees_more_than_the_limit(
    now: datetime, settings: Any, setting: str, span: timedelta
) -> None:
    setattr(settings, setting, 7)
    dice, at, went = random.Random(3), now, []
    for _ in range(300):
        at += span * dice.random() / 10
        if allowance.take(now=at):
            went.append(at)
    most = max(sum(1 for other in went if start <= other < start + span) for start in went)
    assert most == 7
    assert len(went) >= 5 * (at - now) / span  # and it is used: at least 6 of every 7 slots' worth


def test_the_sender_stops_at_the_limit_and_goes_on_later(
    write: Write, sink: Sink, now: datetime, settings: Any
) -> None:
    settings.MAIL_A_MINUTE = 3
    for number in range(5):
        write(f"n{number}")
    assert drain(clock=lambda: now).sent == 3
    assert drain(clock=lambda: now + 50 * SECOND).sent == 0
    assert drain(clock=lambda: now + 71 * SECOND).sent == 2


def test_both_limits_hold(now: datetime, settings: Any) -> None:
    settings.MAIL_A_MINUTE, settings.MAIL_A_DAY = 2, 3
    went = [allowance.take(now=now + minute * 2 * MINUTE) for minute in (0, 0, 0, 1, 1, 2)]
    assert went == [True, True, False, True, False, False]


def test_mail_about_calls_goes_before_letters_that_waited_longer(
    write: Write, sink: Sink, now: datetime, settings: Any
) -> None:
    settings.MAIL_A_MINUTE = 4
    for number in range(4):
        write(f"letter{number}", kind="tests.letter", recipient=f"l{number}@example.org", due_at=now - MINUTE)
    for number in range(2):
        write(f"call{number}", recipient=f"c{number}@example.org")
    assert drain(clock=lambda: now).sent == 3  # a letter, and one place is kept free for a call
    assert sink.recipients == ["c0@example.org", "c1@example.org", "l0@example.org"]
    write("late call", recipient="c2@example.org")
    assert drain(clock=lambda: now + SECOND).sent == 1
    assert sink.recipients[-1] == "c2@example.org"


def test_a_limit_of_one_still_lets_letters_out(write: Write, sink: Sink, now: datetime, settings: Any) -> None:
    settings.MAIL_A_MINUTE = 1
    write("letter", kind="tests.letter")
    assert drain(clock=lambda: now).sent == 1


def test_looking_for_mail_costs_nothing(write: Write, sink: Sink, now: datetime, settings: Any) -> None:
    settings.MAIL_A_MINUTE = 5
    write("one")
    drain(clock=lambda: now)
    assert [sum(row.slots.values()) for row in Allowance.objects.all()] == [1]


def test_a_clock_that_was_set_back_locks_nobody_out(now: datetime, settings: Any) -> None:
    settings.MAIL_A_DAY = 1
    assert allowance.take(now=now)
    assert allowance.take(now=now - timedelta(days=3))


def test_letters_that_wait_for_the_provider_are_no_trouble(write: Write, now: datetime, settings: Any) -> None:
    write("letter", kind="tests.letter", due_at=now - 10 * MINUTE)
    assert lateness(now=now).is_trouble
    settings.MAIL_A_DAY = 100
    assert not lateness(now=now).is_trouble
    write("call", due_at=now - 10 * MINUTE)
    assert lateness(now=now).number == 1


@pytest.mark.django_db(transaction=True)
def test_many_senders_keep_to_one_limit(now: datetime, settings: Any) -> None:
    settings.MAIL_A_MINUTE = 10
    taken: list[bool] = []

    def work() -> None:
        taken.extend(allowance.take(now=now) for _ in range(8))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), sum(taken)) == (32, 10)
