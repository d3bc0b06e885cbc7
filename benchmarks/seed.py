"""Fills an empty database of the site: `python -m benchmarks.seed COACHES BOOKINGS_AHEAD BOOKINGS_BEFORE`.

Every coach works Monday to Friday from nine to five and has so many calls on the coming and on the past weekdays.
The kinds of call are named by how many coaches take them: `all`, `ten`, `fifty`, `hundred`, and `one` for a single coach.
"""

import sys
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django

ZONE = "America/New_York"
TAKERS = {"one": 1, "ten": 10, "fifty": 50, "hundred": 100}
HALF_AN_HOUR = timedelta(minutes=30)


def starts(number: int, today: datetime, step: int) -> list[datetime]:
    """So many starts on the weekdays before or after today, two a day: 10:00 and 14:00 in the coaches' zone."""
    found: list[datetime] = []
    day = today
    while len(found) < number:
        day += timedelta(days=step)
        if day.weekday() < 5:
            at = [datetime.combine(day.date(), time(hour), ZoneInfo(ZONE)).astimezone(UTC) for hour in (10, 14)]
            found += at[: number - len(found)]
    return found


def people(number: int) -> list[Any]:
    """Coaches with a schedule each."""
    from bookings.models import AvailabilityRule, Coach, Schedule

    coaches = Coach.objects.bulk_create(Coach(name=f"Coach {n:04}", slug=f"coach-{n:04}") for n in range(number))
    schedules = Schedule.objects.bulk_create(Schedule(coach=coach, time_zone=ZONE) for coach in coaches)
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(schedule=schedule, weekday=day, opens=time(9), closes=time(17))
        for schedule in schedules
        for day in range(5)
    )
    return coaches


def kinds(coaches: list[Any]) -> list[Any]:
    """Kinds of call, each for so many of the coaches."""
    from bookings.models import EventType, LocationKind

    made = []
    for slug, takers in (TAKERS | {"all": len(coaches)}).items():
        kind = EventType.objects.create(
            slug=slug,
            title="Career consultation",
            duration=HALF_AN_HOUR,
            slot_interval=HALF_AN_HOUR,
            minimum_notice=timedelta(hours=2),
            booking_window=timedelta(days=60),
            location_kind=LocationKind.VIDEO,
            location_detail="https://video.example/room",
            enabled=True,
        )
        kind.coaches.set(coaches[:takers])
        made.append(kind)
    return made


def calls(kind: Any, coach: Any, ahead: int, before: int) -> None:
    """The first call through the ORM, all others as copies of it in one statement: a million rows in a minute."""
    from django.db import connection

    from bookings.models import Booking

    now = datetime.now(UTC)
    every = starts(ahead, now, 1) + starts(before, now, -1)
    if not every:
        return
    first = Booking.objects.create(
        coach=coach,
        event_type=kind,
        status=Booking.Status.CONFIRMED,
        start=every[0],
        end=every[0] + HALF_AN_HOUR,
        busy_start=every[0],
        busy_end=every[0] + HALF_AN_HOUR,
        location_kind=kind.location_kind,
        location_detail=kind.location_detail,
        attendee_name="Grace Visitor",
        attendee_email="grace@example.org",
        created_at=now,
        version_at=now,
    )
    other = {
        "uid": "gen_random_uuid()",
        "coach_id": "coach.id",
        "status": "CASE WHEN s < now() THEN 'completed' ELSE 'confirmed' END",
        "start": "s",
        "end": "s + interval '30 minutes'",
        "busy_start": "s",
        "busy_end": "s + interval '30 minutes'",
        "created_at": "least(s, now()) - interval '3 days'",
    }
    columns = [field.column for field in Booking._meta.concrete_fields if not field.primary_key]
    values = [other.get(name, f'first."{name}"') for name in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO bookings_booking ({", ".join(f'"{name}"' for name in columns)})
            SELECT {", ".join(values)}
            FROM bookings_booking first, bookings_coach coach, unnest(%s::timestamptz[]) s
            WHERE first.id = %s AND NOT (coach.id = first.coach_id AND s = first.start)
            ORDER BY s, coach.id""",  # noqa: S608  the names of our own columns
            [every, first.pk],
        )


def main(coaches: int, ahead: int, before: int) -> None:
    """Fill it."""
    django.setup()
    made = people(coaches)
    *_, everybody = kinds(made)
    calls(everybody, made[0], ahead, before)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
