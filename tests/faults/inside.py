"""Runs a question or an act in the environment of a running site, in a process of its own: `ask(site, "broken")`.

The process of a site stays until `hang_up()`: Django is loaded once, and no connection to the database is kept between
two questions.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

from tests.journeys.stack import ROOT, Stack

_lines: dict[str, "subprocess.Popen[str]"] = {}


def ask(site: Stack, what: str, **values: Any) -> Any:
    """The answer as plain JSON values."""
    line = _line(site)
    assert line.stdin is not None
    assert line.stdout is not None
    line.stdin.write(json.dumps([what, values]) + "\n")
    line.stdin.flush()
    answer = line.stdout.readline()
    assert answer, f"the process that answers is gone: {line.poll()}"
    found, problem = json.loads(answer)
    assert not problem, problem
    return found


def hang_up() -> None:
    """End the processes that answered."""
    while _lines:
        _, line = _lines.popitem()
        assert line.stdin is not None
        line.stdin.close()
        try:
            line.wait(timeout=10)
        except subprocess.TimeoutExpired:
            line.kill()
            line.wait()


def _line(site: Stack) -> "subprocess.Popen[str]":
    key = json.dumps(site.environment, sort_keys=True)
    if key not in _lines or _lines[key].poll() is not None:
        # What a library prints goes to standard error: the answers have standard output for themselves.
        _lines[key] = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.inside"],
            cwd=ROOT,
            env=site.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    return _lines[key]


def _broken(*, accepted: list[str] | None = None) -> list[str]:
    from mail import clock
    from tests.faults import invariants

    return invariants.broken(now=clock.now(), accepted=accepted)


def _make() -> str:
    from tests.faults import scene

    scene.make()
    return "made"


def _guard(*, on: bool) -> bool:
    """Put the database's own guard in place or take it away; with it, whatever stands in its way."""
    from bookings import overlap
    from bookings.models import Booking

    if on:
        Booking.objects.all().delete()
    (overlap.install if on else overlap.remove)()
    return overlap.present()


def _calls(*, prefix: str) -> list[list[Any]]:
    """The bookings of people whose address begins so: [address, status, coach, start, confirmations]."""
    from bookings.models import Booking
    from mail.models import Message

    return [
        [row.attendee_email, row.status, row.coach.slug, row.start.isoformat().replace("+00:00", "Z"),
         Message.objects.filter(kind="bookings.confirmed", topic__key=row.topic_key).count()]
        for row in Booking.objects.filter(attendee_email__startswith=prefix).select_related("coach").order_by("id")
    ]  # fmt: skip


def _taken(*, day: str) -> list[list[str]]:
    """What blocks on a UTC date: [coach, busy_start, busy_end, status]."""
    from bookings.models import BLOCKING, Booking

    rows = Booking.objects.filter(status__in=BLOCKING, start__date=day).select_related("coach").order_by("start")
    return [[row.coach.slug, row.busy_start.isoformat(), row.busy_end.isoformat(), row.status] for row in rows]


ACTS: dict[str, Callable[..., Any]] = {
    "broken": _broken,
    "make": _make,
    "guard": _guard,
    "calls": _calls,
    "taken": _taken,
}


def _answer(written: str) -> str:
    from django.db import connections

    try:
        what, values = json.loads(written)
        return json.dumps([ACTS[what](**values), ""])
    except Exception:
        return json.dumps([None, traceback.format_exc()])
    finally:
        connections.close_all()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    django.setup()
    for question in sys.stdin:
        answers.write(_answer(question) + "\n")
        answers.flush()
