"""The sender without Celery and Redis."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from mail import clock
from mail.models import Message
from mail.sender import drain
from tests.mail.sink import Sink

Write = Callable[..., Message]


@pytest.mark.django_db
def test_one_turn_says_what_it_did(write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    sink.rcpt.extend(["250 OK", "550 5.1.1 No", "450 4.2.1 Later"])
    for number in range(3):
        write(f"n{number}")
    write("over", expires_at=now)
    out = io.StringIO()
    call_command("send_due", stdout=out)
    assert out.getvalue() == "sent 1, failed 1, not sent 1, to be tried again 1\n"


@pytest.mark.django_db(transaction=True)
def test_the_loop_goes_on_until_it_is_told_to_stop(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    def later() -> None:
        try:
            for number in range(2):
                write(f"n{number}")
                until(lambda count=number + 1: len(sink.accepted) == count)  # type: ignore[misc]
        finally:
            connection.close()
            os.kill(os.getpid(), signal.SIGTERM)

    other = threading.Thread(target=later)
    other.start()
    try:
        call_command("send_due", "--loop", "--every", "0.05")
    finally:
        other.join()
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert len(sink.accepted) == 2


@pytest.mark.django_db(transaction=True)
def test_the_loop_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    turns: list[int] = []

    def away(**_: Any) -> None:
        turns.append(1)
        if len(turns) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        raise OperationalError("connection refused")

    monkeypatch.setattr("mail.management.commands.send_due.drain", away)
    try:
        call_command("send_due", "--loop", "--every", "0.01")
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert turns == [1, 1, 1]


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)


def sender_process(sink: Sink, *, shift: float) -> subprocess.Popen[bytes]:
    """A sender of its own, on this test's database, whose clock agrees with the test's `now`."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{name}"
    own = {"DATABASE_URL": url, "SINK_PORT": str(sink.port), "SHIFT": str(shift)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.mail.one_sender"],
        env=os.environ | own,
        cwd=Path(__file__).parents[4],
        stdout=subprocess.PIPE,
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_senders_lose_nothing_and_double_at_most_what_was_in_flight(
    write: Write, sink: Sink, now: datetime
) -> None:
    messages = [write(f"n{number}") for number in range(90)]
    sink.on_data = lambda: time.sleep(0.005)
    shift = (now - clock.now()).total_seconds()
    kills = 3
    for kill in range(kills):
        process = sender_process(sink, shift=shift)
        seen = len(sink.accepted)
        until(lambda start=seen, more=4 + kill * 7: len(sink.accepted) >= start + more)  # type: ignore[misc]
        process.kill()
        process.wait()
    halfway = len(sink.accepted)
    assert 0 < halfway < 90
    drain(clock=lambda: now + timedelta(minutes=2))
    copies = Counter(mail["Message-ID"] for mail in sink.mails)
    assert set(copies) == {message.message_id for message in messages}
    assert sum(copies.values()) - len(copies) <= kills
    assert set(Message.objects.values_list("status", flat=True)) == {Message.Status.SENT}
    bodies: dict[str, set[bytes]] = {}
    for mail, envelope in zip(sink.mails, sink.accepted, strict=True):
        bodies.setdefault(mail["Message-ID"], set()).add(bytes(envelope.content or b""))
    assert {len(same) for same in bodies.values()} == {1}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_sender_that_is_told_to_stop_finishes_its_message(write: Write, sink: Sink, now: datetime) -> None:
    for number in range(60):
        write(f"n{number}")
    sink.on_data = lambda: time.sleep(0.02)
    process: Any = sender_process(sink, shift=(now - clock.now()).total_seconds())
    until(lambda: len(sink.accepted) >= 3)
    process.terminate()
    process.wait(timeout=10)
    sent = Message.objects.filter(status=Message.Status.SENT).count()
    assert (process.returncode, sent) == (0, len(sink.accepted))
    assert Message.objects.filter(status=Message.Status.SENDING).count() == 0
