"""When reminders fall due, until when they make sense, and when they never come to be."""

from datetime import datetime, timedelta

import pytest

from bookings import reminders
from mail.models import Message
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel

START = TUESDAY_TEN + 7 * DAY


def planned(offsets: list[int], now: datetime) -> list[tuple[int, timedelta, timedelta]]:
    return [
        (each.minutes, START - each.due_at, START - each.expires_at)
        for each in reminders.plan(start=START, offsets=offsets, now=now)
    ]


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ([1440, 60], [(1440, DAY, 4 * HOUR), (60, HOUR, 5 * MINUTE)]),
        ([60, 1440, 60], [(1440, DAY, 4 * HOUR), (60, HOUR, 5 * MINUTE)]),
        ([1440, 600], [(1440, DAY, 10 * HOUR), (600, 10 * HOUR, 5 * MINUTE)]),  # ends when the next falls due
        ([2880, 1440], [(2880, 2 * DAY, DAY), (1440, DAY, 4 * HOUR)]),
        ([10], [(10, 10 * MINUTE, 5 * MINUTE)]),
        ([], []),
    ],
)
def test_reminders_fall_due_and_end(offsets: list[int], expected: list[object]) -> None:
    assert planned(offsets, NOW) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (DAY + timedelta(seconds=1), [1440, 60]),
        (DAY, [60]),
        (HOUR + timedelta(seconds=1), [60]),
        (HOUR, []),
        (MINUTE, []),
    ],
)
def test_a_booking_made_inside_a_reminders_window_never_creates_it(before: timedelta, expected: list[int]) -> None:
    assert [minutes for minutes, _, _ in planned([1440, 60], START - before)] == expected


@pytest.mark.django_db
def test_a_booking_writes_its_reminders_as_rows() -> None:
    booking = book(a_type(a_coach()), START)
    rows = Message.objects.filter(kind="bookings.reminder").order_by("due_at")
    assert [(row.dedupe_key, row.due_at, row.expires_at, row.status) for row in rows] == [
        (f"bookings.reminder:{booking.uid}:1:1440", START - DAY, START - 4 * HOUR, "due"),
        (f"bookings.reminder:{booking.uid}:1:60", START - HOUR, START - 5 * MINUTE, "due"),
    ]


@pytest.mark.django_db
def test_a_cancelled_call_has_no_reminder_left() -> None:
    cancel(book(a_type(a_coach()), START))
    assert set(Message.objects.filter(kind="bookings.reminder").values_list("status", flat=True)) == {"cancelled"}
