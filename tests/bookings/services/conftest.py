"""One coach and one kind of call for the gate's tests."""

import pytest

from bookings.models import Coach, EventType
from tests.bookings.house import MINUTE, a_coach, a_type


@pytest.fixture
def ada() -> Coach:
    return a_coach()


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, buffer_after=10 * MINUTE)
