"""A coach's time off, entered under the same lock that every booking of this coach waits for."""

from datetime import datetime

from bookings.models import Coach, TimeOff
from bookings.services import gate
from mail.text import one_line


def add_time_off(*, coach: Coach, start: datetime, end: datetime, note: str, now: datetime) -> TimeOff:
    """Block the coach's time in [start, end); calls already booked stay. Raises Busy, ValueError where end <= start."""
    if end <= start:
        raise ValueError("Time off must end after it starts.")

    def work() -> TimeOff:
        gate.lock(coach.pk)
        return TimeOff.objects.create(coach=coach, start=start, end=end, note=one_line(note, limit=120))

    return gate.run(work)


def remove_time_off(*, time_off: TimeOff) -> None:
    """Give the time free again. Raises Busy."""

    def work() -> None:
        gate.lock(time_off.coach_id)
        TimeOff.objects.filter(pk=time_off.pk).delete()

    gate.run(work)
