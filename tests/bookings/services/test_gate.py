"""The gate under threads, on either database: one time is sold once, and each guard is seen to matter."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from bookings import overlap, services
from bookings.errors import Busy, SlotTaken
from bookings.models import Booking, Coach, EventType
from bookings.services import gate, rows
from leads.models import Lead
from mail.models import Message
from tests.bookings.house import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    history_replays,
    hold,
    overlaps,
    race,
)

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 20


@pytest.fixture
def ada() -> Coach:
    return a_coach()


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, buffer_after=10 * MINUTE)


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


def counted(answers: list[Any]) -> tuple[int, int]:
    """How many got a booking, how many heard that the time is taken; anything else fails the test."""
    strange = [each for each in answers if not isinstance(each, Booking | SlotTaken)]
    assert strange == []
    return sum(isinstance(each, Booking) for each in answers), sum(isinstance(each, SlotTaken) for each in answers)


def test_of_twenty_who_hold_one_start_one_gets_it(kind: EventType, ada: Coach) -> None:
    assert counted(race([lambda: hold(kind, coach=ada)] * CROWD)) == (1, CROWD - 1)
    assert (Booking.objects.count(), overlaps()) == (1, 0)


def test_of_twenty_who_book_one_start_one_gets_it_and_only_that_one_leaves_traces(kind: EventType, ada: Coach) -> None:
    works = [lambda n=n: book(kind, coach=ada, email=f"visitor{n}@example.org") for n in range(CROWD)]
    answers = race(works)
    assert counted(answers) == (1, CROWD - 1)
    winner = next(each for each in answers if isinstance(each, Booking))
    assert list(Lead.objects.values_list("email", flat=True)) == [winner.attendee_email]
    assert set(Message.objects.values_list("recipient", flat=True)) == {winner.attendee_email}
    assert history_replays()


def test_overlapping_starts_never_overlap_once_booked(ada: Coach) -> None:
    kind = a_type(ada, duration=HOUR, slot_interval=15 * MINUTE)
    works = [
        lambda n=n: book(kind, TUESDAY_TEN + n * 15 * MINUTE, ada, email=f"visitor{n}@example.org")
        for n in range(CROWD)
    ]
    booked, taken = counted(race(works))
    assert (booked + taken, overlaps(), booked >= 3) == (CROWD, 0, True)
    assert history_replays()


def test_any_coach_sells_each_coach_once() -> None:
    kind = a_type(*(a_coach(slug) for slug in ("ada", "bob", "cyd")))
    assert counted(race([lambda: hold(kind)] * 12)) == (3, 9)
    assert sorted(Booking.objects.values_list("coach__slug", flat=True)) == ["ada", "bob", "cyd"]


def test_the_same_form_sent_ten_times_at_once_is_one_booking(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    answers = race([lambda: book(kind, coach=ada, hold=held, idempotency_key="k" * 32)] * 10)
    assert {each.pk for each in answers} == {held.pk}
    assert (Booking.objects.count(), Message.objects.filter(kind="bookings.confirmed").count()) == (1, 1)


def test_the_same_form_for_any_coach_sent_ten_times_at_once_is_one_booking() -> None:
    kind = a_type(*(a_coach(slug) for slug in ("ada", "bob", "cyd")))
    answers = race([lambda: book(kind, idempotency_key="k" * 32)] * 10)
    assert len({each.pk for each in answers}) == 1
    assert (Booking.objects.count(), Lead.objects.count()) == (1, 1)


@pytest.mark.parametrize("round_", range(3))
def test_a_hold_that_runs_out_while_two_want_it_has_one_owner(kind: EventType, ada: Coach, round_: int) -> None:
    held = hold(kind, coach=ada)
    then = NOW + 10 * MINUTE
    answers = race(
        [
            lambda: book(kind, coach=ada, hold=held, now=then),
            lambda: book(kind, coach=ada, now=then, email="other@example.org"),
            lambda: services.expire_holds(now=then),
        ]
    )
    assert counted(answers[:2]) == (1, 1)
    assert (Booking.objects.filter(status="confirmed").count(), overlaps()) == (1, 0)
    assert history_replays()


def test_visitors_who_swap_coaches_at_once_never_deadlock(caplog: pytest.LogCaptureFixture) -> None:
    """Both coaches are locked, always in the order of their ids; in the order of asking they would deadlock."""
    caplog.set_level(logging.WARNING, logger=gate.__name__)
    ada, bob = a_coach("ada"), a_coach("bob")
    kind = a_type(ada, bob)
    works = []
    for n in range(CROWD):
        first, second = (ada, bob) if n % 2 else (bob, ada)
        held = hold(kind, TUESDAY_TEN + n // 2 * 30 * MINUTE, first)
        works.append(
            lambda n=n, second=second, held=held: hold(
                kind, TUESDAY_TEN + DAY + n // 2 * 30 * MINUTE, second, previous_hold=held
            )
        )
    assert counted(race(works)) == (CROWD, 0)
    assert (caplog.text, Booking.objects.filter(status="expired").count()) == ("", CROWD)


def test_a_limit_holds_when_everybody_comes_at_once(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(limit_per_day=2)
    works = [lambda n=n: hold(kind, TUESDAY_TEN + n * HOUR, ada) for n in range(6)]
    assert counted(race(works)) == (2, 4)


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


def meet_before_writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let two threads wait for each other between looking and taking; undone by calling the answer."""
    together, before = threading.Barrier(2), rows.clear_way

    def wait_and_go_on(slot: gate.Slot, *, now: datetime) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=0.5)
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
        meet_before_writing(monkeypatch)
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


def test_a_lock_that_cannot_be_had_is_a_plain_answer(
    kind: EventType, ada: Coach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LOCK_TIMEOUT_MS", 200)

    def late() -> Booking:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 200")
        return hold(kind, coach=ada)

    # The outer transaction keeps the coach (on SQLite: the file) until the other has given up.
    with transaction.atomic():
        gate.lock(ada.pk)
        Coach.objects.filter(pk=ada.pk).update(bio="busy")
        (answer,) = race([late])
    assert isinstance(answer, Busy)
    assert Booking.objects.count() == 0


def test_the_gate_leaves_no_timeout_behind(kind: EventType, ada: Coach) -> None:
    hold(kind, coach=ada)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            assert cursor.fetchone() == ("0", "0")


def test_a_verb_inside_another_transaction_is_refused(kind: EventType, ada: Coach) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        hold(kind, coach=ada)
