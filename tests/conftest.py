"""Fixtures that every room's tests share."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def now() -> datetime:
    """A quiet Monday well before any clock change, to be passed down wherever a `now` is asked for."""
    return datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
