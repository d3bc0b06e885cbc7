"""The gate under threads, on either database: one time is sold once, and each guard is seen to matter."""

import logging
import threading
from unittest import mock

import pytest
from django.db import connection, transaction

from bookings import services
from bookings.errors import Busy, SlotTaken
from bookings.models import Booking, Coach, EventType
from bookings.services import gate
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
    counted,
    history_replays,
    hold,
    overlaps,
    race,
)

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 20


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


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock for all")
def test_who_comes_too_late_is_told_so_without_waiting_for_the_lock(kind: EventType, ada: Coach) -> None:
    taken = hold(kind, coach=ada)
    held, done = threading.Event(), threading.Event()

    def holder() -> None:
        with transaction.atomic():
            gate.lock(taken.coach_id)
            held.set()
            done.wait(30)
        connection.close()

    thread = threading.Thread(target=holder)
    thread.start()
    try:
        assert held.wait(10)
        with pytest.raises(SlotTaken):
            hold(kind, coach=ada)
        # Whoever would be admitted does wait, and is told after a while that the calendar is busy.
        with mock.patch.object(gate, "LOCK_TIMEOUT_MS", 50), pytest.raises(Busy):
            hold(kind, TUESDAY_TEN + HOUR, coach=ada)
    finally:
        done.set()
        thread.join()
