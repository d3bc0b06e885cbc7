from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from bookings import links
from bookings.models import Booking, Coach, EventType
from tests.bookings.house import DAY, NOW, TUESDAY_TEN, a_coach, a_type, book
from tests.bookings.screens.visit import held_page, page

TEN = "2027-01-12T15:00:00Z"
FRIDAY_TEN = TUESDAY_TEN + 3 * DAY
SHORTLY = timedelta(seconds=5)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Monday 11 January 2027, 9:00 in Chicago; it moves only when a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada(db: None) -> Coach:
    """A coach in New York, 9 to 5."""
    return a_coach("ada", name="Ada Lovelace")


@pytest.fixture
def kind(ada: Coach) -> EventType:
    """Half an hour by video with Ada."""
    return a_type(ada, slug="consultation", summary="The next step.", price_text="Free")


@pytest.fixture
def call(kind: EventType, clock: time_machine.Traveller) -> Booking:
    """Friday 10:00 in New York, booked from Chicago on Monday."""
    return book(kind, start=FRIDAY_TEN)


@pytest.fixture
def token(call: Booking) -> str:
    """A manage link of that call."""
    return links.mint_manage(booking=call, now=NOW)


@pytest.fixture
def request_(kind: EventType, clock: time_machine.Traveller) -> Booking:
    """The same, of a kind that the coach has to approve."""
    EventType.objects.filter(pk=kind.pk).update(needs_approval=True)
    return book(EventType.objects.get(pk=kind.pk), start=FRIDAY_TEN)


@pytest.fixture
def visitor(clock: time_machine.Traveller) -> Client:
    """A browser at 9:00 in Chicago."""
    return Client()


@pytest.fixture
def path(visitor: Client, kind: EventType, clock: time_machine.Traveller) -> str:
    """The details page of a held time, opened five seconds ago (people do not type faster)."""
    path = held_page(visitor, kind, TEN)
    page(visitor.get(path))
    return path


@pytest.fixture
def form(visitor: Client, path: str, clock: time_machine.Traveller) -> dict[str, str]:
    """The hidden part of the form on that page, five seconds old."""
    hidden = page(visitor.get(path)).hidden
    clock.shift(SHORTLY)
    return hidden | {"name": "Grace Hopper", "email": "grace@example.org", "questions": "From QA to TPM?"}
