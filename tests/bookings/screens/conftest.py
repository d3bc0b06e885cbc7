from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from bookings.models import Coach, EventType
from tests.bookings.house import NOW, a_coach, a_type


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
