"""The doorbells themselves."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from mail import clock, tasks
from mail.models import Message
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]


def test_the_task_sends_what_is_due_by_the_clock(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    write("now")
    write("later", due_at=now + timedelta(hours=1))
    tasks.send_due()
    assert len(sink.accepted) == 1


def test_the_task_rings_for_another_turn_where_its_own_was_too_short(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: list[int] = []
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(tasks, "ring", lambda: rings.append(1))
    monkeypatch.setattr(tasks, "TURN", 0.05)
    for number in range(60):
        write(f"n{number}")
    tasks.send_due()
    assert rings == [1]
    monkeypatch.setattr(tasks, "TURN", 60)
    tasks.send_due()
    assert (rings, len(sink.accepted)) == ([1], 60)


def test_everything_on_the_timetable_is_a_task_we_have() -> None:
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"].startswith("mail.")}
    assert names == {"mail.send_due", "mail.tidy"}
    assert names <= set(current_app.tasks)


def test_tidying_runs(write: Write) -> None:
    tasks.tidy()


def test_no_task_is_ever_promised_for_a_later_time() -> None:
    """A countdown or ETA in Redis is a reminder that a restart forgets; due times are rows."""
    rooms = [Path(settings.BASE_DIR) / room for room in ("institute", "bookings", "content", "leads", "mail")]
    found = [
        f"{path.name}: {match.group()}"
        for room in rooms
        for path in room.rglob("*.py")
        for match in re.finditer(r"\b(countdown|eta)\s*=", path.read_text("utf-8"))
    ]
    assert found == []
