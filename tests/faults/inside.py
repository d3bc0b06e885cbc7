"""Runs one question or act in the environment of a running site, in a process of its own: `ask(site, "broken")`."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.journeys.stack import ROOT, Stack


def ask(site: Stack, what: str, **values: Any) -> Any:
    """The answer as plain JSON values."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.inside", what, json.dumps(values)],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


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

if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
    django.setup()
    print(json.dumps(ACTS[sys.argv[1]](**json.loads(sys.argv[2]))))  # noqa: T201 - the answer
