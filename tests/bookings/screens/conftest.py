from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from bookings.models import Coach, EventType
from tests.bookings.house import NOW, a_coach, a_type
from tests.bookings.screens.visit import held_page, page

TEN = "2027-01-12T15:00:00Z"
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
