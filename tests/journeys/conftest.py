"""The running sites of the journeys: on this run's database, with Redis and a mail server where PostgreSQL is."""

import os
from collections.abc import Iterator

import pytest

from tests import services
from tests.journeys.post import Post
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


@pytest.fixture
def post(site: Stack) -> Post:
    """The worker and beat are running, apart as in production or in one process as in `make run`, and mail arrives."""
    celery = ("celery", "--app", "institute")
    worker = (*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING")
    if services.on_postgres():
        services.need("redis", there=services.redis_url())
        site.start("worker", *worker)
        site.start("beat", *celery, "beat", "--loglevel", "WARNING")
    else:
        site.start("worker", *worker, "--beat")
    return Post(site)
