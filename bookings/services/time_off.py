"""A coach's time off, entered under the same lock that every booking of this coach waits for."""

from datetime import datetime, timedelta

from bookings import selectors
from bookings.models import Coach, TimeOff
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at
from bookings.services import gate
from mail.text import one_line


def add_time_off(*, coach: Coach, start: datetime, end: datetime, note: str, now: datetime) -> TimeOff:
    """Block the coach's time in [start, end); calls already booked stay. Raises Busy, ValueError where end <= start."""
    if end <= start:
        raise ValueError("Time off must end after it starts.")

    def work() -> TimeOff:
        gate.lock(coach.pk)
        gate.changed(coach.pk)
        return TimeOff.objects.create(coach=coach, start=start, end=end, note=one_line(note, limit=120))

    return gate.run(work)


def remove_time_off(*, time_off: TimeOff) -> None:
    """Give the time free again. Raises Busy."""

    def work() -> None:
        gate.lock(time_off.coach_id)
        gate.changed(time_off.coach_id)
        TimeOff.objects.filter(pk=time_off.pk).delete()

    gate.run(work)


def unavailable_today(*, coach: Coach, note: str, now: datetime) -> TimeOff:
    """Block the rest of the coach's local day; where it is blocked already, that time off is returned. Raises Busy."""
    zone = selectors.coach_zone(coach, at=now)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    end = instant(opens_at(tomorrow, MIDNIGHT, zone))
    there = TimeOff.objects.filter(coach=coach, start__lte=now, end__gte=end).first()
    return there or add_time_off(coach=coach, start=now, end=end, note=note, now=now)
