"""Fetching from a feed of ours, in the shortest words."""

from collections.abc import Callable
from typing import Any

import pytest

from bookings.outside.fetching import Fetched, fetch
from bookings.outside.trouble import Trouble
from tests.bookings.outside.feeds import LOOPBACK, Feed, ics

CALENDAR = ics()


def fetched(feed: Feed, path: str = "/secret-path/basic.ics", **changes: Any) -> Fetched:
    return fetch(feed.url(path), **({"ports": [feed.port], "allowed": LOOPBACK} | changes))


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(Trouble) as trouble:
        call()
    assert "secret" not in str(trouble.value)
    return str(trouble.value)
