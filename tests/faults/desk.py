"""The institute's side of F3, a process of its own on the site's database: blocks, imports, gives calls to others.

`python -m tests.faults.desk SEED SECONDS` prints how often it did what, and every error that is no answer of the house.
"""

import json
import os
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def live(seed: int, seconds: float, first_day: int, days: int) -> dict[str, Any]:
    """Act at random until the time is over."""
    from bookings import services
    from bookings.errors import BookingError
    from bookings.models import Booking, Coach, OutsideCalendar, TimeOff
    from bookings.outside import refreshing
    from bookings.outside.job import Answer
    from bookings.services import gate
    from mail import clock

    dice, done, strange = random.Random(f"desk{seed}"), Counter(), []
    coaches = list(Coach.objects.filter(slug__startswith="fault-"))
    calendars = list(OutsideCalendar.objects.filter(coach__in=coaches))
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=first_day)

    def moment() -> datetime:
        return midnight + timedelta(days=dice.randrange(days)) + 8 * HOUR + dice.randrange(40) * QUARTER

    def a_call(*statuses: str) -> Booking | None:
        found = list(Booking.objects.filter(status__in=statuses, coach__in=coaches, start__gte=midnight)[:40])
        return dice.choice(found) if found else None

    def block() -> None:
        start = moment()
        services.add_time_off(coach=dice.choice(coaches), start=start, end=start + HOUR, note="", now=clock.now())

    def unblock() -> None:
        for each in TimeOff.objects.filter(coach__in=coaches).order_by("?")[:2]:
            services.remove_time_off(time_off=each)

    def import_() -> None:
        spans = tuple((int(each.timestamp()), int((each + HOUR / 2).timestamp())) for each in {moment(), moment()})
        calendar = dice.choice(calendars)
        gate.run(
            lambda: refreshing._store(
                calendar, Answer(busy=spans, etag="", last_modified="", skipped=0), now=clock.now()
            )
        )

    def reassign() -> None:
        if (call := a_call("confirmed", "pending")) is not None:
            services.reassign(booking=call, actor="olivia", why="", now=clock.now())

    def answer() -> None:
        if (call := a_call("pending")) is not None:
            verb = services.approve if dice.random() < 0.7 else services.decline
            extra = {} if verb is services.approve else {"why": "no"}
            verb(booking=call, actor_kind="staff", actor="olivia", now=clock.now(), **extra)

    def tidy() -> None:
        services.expire_holds(now=clock.now())
        services.decline_unanswered(now=clock.now())

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        act = dice.choice((block, unblock, import_, import_, reassign, answer, tidy))
        try:
            act()
            done[act.__name__] += 1
        except BookingError as error:
            done[f"{act.__name__}: {type(error).__name__}"] += 1
        except Exception as error:
            strange.append(f"{act.__name__}: {type(error).__name__}: {error}")
        time.sleep(dice.random() * 0.1)
    return {"done": done, "strange": strange}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
    django.setup()
    print(json.dumps(live(*(int(each) for each in sys.argv[1:5]))))  # noqa: T201 - the answer
