"""The calendar of these tests, and what became of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bookings.models import Coach, OutsideBusy, OutsideCalendar
from bookings.outside import refreshing
from tests.bookings.house import HOUR, NOW, TUESDAY_TEN

Make = Callable[..., OutsideCalendar]
SECOND = timedelta(seconds=1)
MEETING = "UID:m\nDTSTART:20270112T150000Z\nDTEND:20270112T160000Z"
OTHER = "UID:o\nDTSTART:20270113T150000Z\nDTEND:20270113T160000Z"
TEN_TO_ELEVEN = (TUESDAY_TEN, TUESDAY_TEN + HOUR)


def busy() -> list[tuple[datetime, datetime]]:
    return list(OutsideBusy.objects.order_by("start").values_list("start", "end"))


def state() -> tuple[datetime | None, int, str, int]:
    row = OutsideCalendar.objects.get()
    return row.fetched_at, row.failures, row.error, row.skipped


def version() -> int:
    return Coach.objects.get(slug="ada").version


def refresh(now: datetime = NOW) -> int:
    return refreshing.refresh_due(now=now)
