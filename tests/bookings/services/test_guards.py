"""Each guard of the gate is seen to matter: what happens with it, and what without."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

import pytest
from django.db import IntegrityError, connection
from pytest_django import Settings

from bookings import overlap
from bookings.errors import Busy, SlotTaken
from bookings.models import Booking, Coach, EventType
from bookings.services import gate, rows
from tests.bookings.house import (
    DAY,
    HOUR,
    NOW,
    TUESDAY_TEN,
    counted,
    hold,
    overlaps,
    race,
)

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 20


@pytest.fixture
def guard_away() -> Iterator[None]:
    """The database's own guard taken away; put back when nothing overlaps any more."""
    overlap.remove()
    yield
    Booking.objects.all().delete()
    overlap.install()


def unlocked(settings: Settings) -> None:
    settings.BOOKING_GATE_LOCK = False


def unchecked(settings: Settings) -> None:
    settings.BOOKING_GATE_CHECK = False


def skip_the_gate(kind: EventType, coach: Coach) -> Booking:
    """A writer who has never heard of the gate."""
    return Booking.objects.create(
        coach=coach,
        event_type=kind,
        status="confirmed",
        start=TUESDAY_TEN,
        end=TUESDAY_TEN + HOUR,
        busy_start=TUESDAY_TEN,
        busy_end=TUESDAY_TEN + HOUR,
        location_kind="video",
        created_at=NOW,
        version_at=NOW,
    )


def test_without_lock_check_and_guard_one_start_is_sold_many_times(
    kind: EventType, ada: Coach, settings: Settings, guard_away: None
) -> None:
    """The proof that the tests above can fail."""
    unlocked(settings)
    unchecked(settings)
    booked, _ = counted(race([lambda: hold(kind, coach=ada)] * CROWD))
    assert booked > 1
    assert overlaps() > 0


def test_the_lock_and_the_check_alone_sell_a_start_once(kind: EventType, ada: Coach, guard_away: None) -> None:
    assert counted(race([lambda: hold(kind, coach=ada)] * CROWD)) == (1, CROWD - 1)
    assert overlaps() == 0


def meet_before_writing(monkeypatch: pytest.MonkeyPatch, patience: float = 0.5) -> Callable[[], None]:
    """Let two threads wait so long for each other between looking and taking; undone by calling the answer."""
    together, before = threading.Barrier(2), rows.clear_way

    def wait_and_go_on(slot: gate.Slot, *, now: datetime) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=patience)
        before(slot, now=now)

    monkeypatch.setattr(rows, "clear_way", wait_and_go_on)
    return lambda: monkeypatch.setattr(rows, "clear_way", before)


def test_a_check_without_lock_and_guard_sells_a_start_twice(
    kind: EventType, ada: Coach, settings: Settings, guard_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look, both see it free, both take it: what a check alone is worth.

    SQLite has no such case: without BEGIN IMMEDIATE the writer with the older snapshot is thrown out.
    """
    undo = meet_before_writing(monkeypatch)
    assert counted(race([lambda: hold(kind, coach=ada)] * 2)) == (1, 1)
    undo()
    if connection.vendor == "postgresql":
        unlocked(settings)
        meet_before_writing(monkeypatch, patience=20)
        assert counted(race([lambda: hold(kind, TUESDAY_TEN + DAY, ada)] * 2)) == (2, 0)
        assert overlaps() == 1


def test_the_guard_alone_sells_a_start_once(kind: EventType, ada: Coach, settings: Settings) -> None:
    unlocked(settings)
    unchecked(settings)
    answers = race([lambda: hold(kind, coach=ada)] * CROWD)
    assert sum(isinstance(each, Booking) for each in answers) == 1
    assert all(isinstance(each, Booking | SlotTaken | Busy) for each in answers)
    assert overlaps() == 0


def test_without_the_lock_the_guard_alone_deadlocks(
    kind: EventType,
    ada: Coach,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two visitors of one coach who want each other's time: each has given up its own and waits for the other's.

    SQLite knows no deadlock: there the writer with the older snapshot is thrown out.
    """
    caplog.set_level(logging.WARNING, logger=gate.__name__)
    unchecked(settings)

    def swap(day: int) -> str:
        caplog.clear()

        def hurried(start: datetime, held: Booking) -> Booking:
            if connection.vendor == "sqlite" and not settings.BOOKING_GATE_LOCK:
                connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
            return hold(kind, start, ada, previous_hold=held)

        one, other = (hold(kind, TUESDAY_TEN + day * DAY + hour * HOUR, ada) for hour in (0, 2))
        undo = meet_before_writing(monkeypatch)
        race([lambda: hurried(other.start, one), lambda: hurried(one.start, other)])
        undo()
        assert overlaps() == 0
        return caplog.text

    assert swap(0) == ""
    unlocked(settings)
    assert ("40P01" if connection.vendor == "postgresql" else "SQLITE_BUSY") in swap(1)


def test_a_writer_who_skips_the_gate_is_stopped_by_the_guard(kind: EventType, ada: Coach) -> None:
    hold(kind, coach=ada)
    with pytest.raises(IntegrityError, match=overlap.NAME):
        skip_the_gate(kind, ada)
    assert Booking.objects.count() == 1


def test_without_the_guard_a_writer_who_skips_the_gate_books_twice(
    kind: EventType, ada: Coach, guard_away: None
) -> None:
    hold(kind, coach=ada)
    skip_the_gate(kind, ada)
    assert overlaps() == 1


def test_a_time_that_only_the_guard_knows_to_be_taken_is_taken(kind: EventType, ada: Coach, settings: Settings) -> None:
    """The guard's refusal reaches the visitor as any other: never as an error page."""
    hold(kind, coach=ada)
    unchecked(settings)
    with pytest.raises(SlotTaken):
        hold(kind, coach=ada)
