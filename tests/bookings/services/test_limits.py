"""Limits hold when everybody comes at once, and each of them is seen to fail without the lock it stands on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite
from pytest_django import Settings

from bookings.errors import SlotTaken, TooManyOpen
from bookings.models import Booking, Coach, EventType
from bookings.services import rows
from leads import people
from leads.models import Lead
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, hold, race
from tests.bookings.services.verbs import move
from tests.faults.invariants import broken

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 20


@pytest.fixture
def bob() -> Coach:
    return a_coach("bob")


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada")


@pytest.fixture
def kind(ada: Coach, bob: Coach) -> EventType:
    return a_type(ada, bob)


def booked(answers: list[Any], refusal: type[Exception]) -> int:
    """How many got a booking; everybody else must have heard this refusal."""
    strange = [each for each in answers if not isinstance(each, Booking | refusal)]
    assert strange == []
    return sum(isinstance(each, Booking) for each in answers)


def starts(days: int) -> list[Any]:
    """Twenty different starts that never touch, over so many days."""
    return [TUESDAY_TEN + n % days * DAY + n // days * HOUR / 4 * 2 - HOUR for n in range(CROWD)]


def everybody_books(kind: EventType, coach: Coach, days: int, number: int = CROWD) -> list[Any]:
    works = [
        lambda n=n, start=start: book(kind, start, coach, email=f"visitor{n}@example.org")
        for n, start in enumerate(starts(days)[:number])
    ]
    return race(works)


LIMITS = [
    ("type", "limit_per_day", 2, 2, 4),
    ("type", "limit_per_week", 3, 4, 3),
    ("coach", "limit_per_day", 2, 2, 4),
    ("coach", "limit_per_week", 3, 4, 3),
]


@pytest.mark.parametrize(("of", "limit", "most", "days", "wanted"), LIMITS)
def test_of_twenty_at_once_no_more_than_the_limit_are_booked(
    kind: EventType, ada: Coach, of: str, limit: str, most: int, days: int, wanted: int
) -> None:
    (EventType if of == "type" else Coach).objects.update(**{limit: most})
    assert booked(everybody_books(kind, ada, days), SlotTaken) == wanted
    assert broken(now=NOW) == []


def test_a_coachs_limit_counts_calls_of_every_kind(kind: EventType, ada: Coach) -> None:
    other = a_type(ada, slug="other")
    Coach.objects.filter(pk=ada.pk).update(limit_per_day=3)
    works = [lambda n=n, start=start: hold((kind, other)[n % 2], start, ada) for n, start in enumerate(starts(1)[:10])]
    assert booked(race(works), SlotTaken) == 3


def test_a_limit_of_a_kind_of_call_is_each_coachs_own(kind: EventType, ada: Coach, bob: Coach) -> None:
    EventType.objects.update(limit_per_day=2)
    works = [lambda start=start: hold(kind, start) for start in starts(1)[:10]]
    assert booked(race(works), SlotTaken) == 4
    assert sorted(Booking.objects.values_list("coach__slug", flat=True)) == ["ada", "ada", "bob", "bob"]


def test_calls_that_move_onto_one_day_at_once_keep_its_limit(kind: EventType, ada: Coach) -> None:
    calls = [book(kind, start + 7 * DAY, ada, email=f"{n}@example.org") for n, start in enumerate(starts(2)[:8])]
    EventType.objects.update(limit_per_day=2)
    works = [
        lambda call=call, start=start: move(call, start + 14 * DAY, ada)
        for call, start in zip(calls, starts(1), strict=False)
    ]
    assert booked(race(works), SlotTaken) == 2
    assert broken(now=NOW) == []


def test_a_new_person_who_presses_for_the_first_time_is_one_person(kind: EventType, ada: Coach, bob: Coach) -> None:
    """There is no row to lock yet: those who come at once meet on the unique address."""
    assert Lead.objects.count() == 0
    works = [lambda n=n: book(kind, TUESDAY_TEN + n * HOUR, (ada, bob)[n % 2]) for n in range(6)]
    assert booked(race(works), TooManyOpen) == 3
    assert Lead.objects.count() == 1


# Seconds for two who cannot meet, because one waits for the other's lock; and for two who will.
A_MOMENT, LONG = 0.5, 20.0


@contextmanager
def meeting(monkeypatch: pytest.MonkeyPatch, patience: float) -> Iterator[None]:
    """Two wait for each other between looking and writing; with a lock, whoever waits must give up after a moment."""
    together, before = threading.Barrier(2), rows.place

    def wait_and_go_on(*args: Any, **kwargs: Any) -> Booking:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=patience)
        return before(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(rows, "place", wait_and_go_on)
        yield


@pytest.fixture
def unlocked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Switches every lock off: the coach's, the person's and, on SQLite, the file's."""

    def switch() -> None:
        settings.BOOKING_GATE_LOCK = False
        monkeypatch.setattr(people, "_locked", lambda email: Lead.objects.filter(email=email).first())
        if connection.vendor == "sqlite":
            monkeypatch.setattr(Sqlite, "_start_transaction_under_autocommit", lambda self: None)

    return switch


@pytest.mark.parametrize(("of", "limit", "most", "days", "wanted"), LIMITS)
def test_without_the_lock_two_at_once_pass_a_limit_of_one(
    kind: EventType,
    ada: Coach,
    unlocked: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    of: str,
    limit: str,
    most: int,
    days: int,
    wanted: int,
) -> None:
    """The proof that the races above can fail; with the lock, the same two get one call."""
    (EventType if of == "type" else Coach).objects.update(**{limit: 1})
    # Known people, so that nothing but the coach is contended.
    for n in range(2):
        with_lead(f"visitor{n}@example.org")
    with meeting(monkeypatch, A_MOMENT):
        assert booked(everybody_books(kind, ada, 1, 2), SlotTaken) == 1
    Booking.objects.all().delete()
    unlocked()
    with meeting(monkeypatch, LONG):
        assert booked(everybody_books(kind, ada, 1, 2), SlotTaken) == 2


def test_without_the_persons_lock_two_at_once_pass_the_limit_of_a_person(
    kind: EventType,
    ada: Coach,
    bob: Coach,
    unlocked: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    settings.OPEN_CALLS_PER_PERSON = 1
    with_lead("grace@example.org")

    def both(patience: float) -> int:
        works = [lambda coach=coach: book(kind, TUESDAY_TEN, coach) for coach in (ada, bob)]
        with meeting(monkeypatch, patience):
            return booked(race(works), TooManyOpen)

    assert both(A_MOMENT) == 1
    Booking.objects.all().delete()
    unlocked()
    assert both(LONG) == 2


def with_lead(email: str) -> None:
    Lead.objects.create(email=email, name="Known", created_at=NOW)
