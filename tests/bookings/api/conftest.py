from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from bookings.models import Coach, EventType
from tests.bookings.house import NOW, a_coach, a_type


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    """Monday 11 January 2027, 10:00 in New York; it moves only when a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada(db: None) -> Coach:
    return a_coach("ada", name="Ada Lovelace", headline="Engines", hours=(9, 11))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, slug="consultation", summary="The next step.", price_text="Free")


@pytest.fixture
def program(clock: time_machine.Traveller, kind: EventType) -> Client:
    """A program that reads the JSON."""
    return Client()
