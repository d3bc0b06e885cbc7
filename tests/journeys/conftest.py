"""The running sites of the journeys: on this run's database, with Redis and a mail server where PostgreSQL is."""

import os
from collections.abc import Iterator

import pytest

from tests import services
from tests.journeys.stack import Seed, Sink, Stack, running_sink, seeded, stack


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def seed() -> Iterator[Seed]:
    """One seeded database: PostgreSQL in the PostgreSQL run, otherwise the embedded default."""
    with seeded(os.environ["DATABASE_URL"] if services.on_postgres() else "") as seed:
        yield seed


@pytest.fixture
def site(seed: Seed, sink: Sink) -> Iterator[Stack]:
    """A serving site, with Redis and a real mail server beside PostgreSQL; tests start the other processes."""
    with stack(seed, redis_url=services.redis_url(), sink=sink if seed.postgres else None) as made:
        made.serve()
        yield made
