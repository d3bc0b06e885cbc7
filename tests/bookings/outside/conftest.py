"""A coach with one outside calendar, and the settings that let a test serve it on loopback."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bookings.models import Coach, OutsideCalendar
from tests.bookings.house import a_coach
from tests.bookings.outside.feeds import LOOPBACK, Feed


@pytest.fixture(autouse=True)
def heap_of_its_own() -> Iterator[None]:
    """The reader works in a process of its own, where nobody else's objects are swept during its quarter of a second.

    A sweep of all that a process full of tests keeps takes about as long.
    """
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def ada(db: None) -> Coach:
    return a_coach()


@pytest.fixture
def calendar_of(ada: Coach, settings: Any) -> Callable[..., OutsideCalendar]:
    """Ada's calendar at a feed, which the settings now allow to be fetched."""

    def make(feed: Feed, **fields: Any) -> OutsideCalendar:
        settings.OUTSIDE_PORTS, settings.OUTSIDE_NETWORKS = (
            [*settings.OUTSIDE_PORTS, feed.port],
            LOOPBACK,
        )
        return OutsideCalendar.objects.create(**({"coach": ada, "name": "Work", "url": feed.url()} | fields))

    return make
