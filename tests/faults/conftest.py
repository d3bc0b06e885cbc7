"""One guarded and one unguarded site for all fault tests of a process, each with the scene on its database."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import services
from tests.faults.figures import Table
from tests.faults.inside import ask, hang_up
from tests.journeys.stack import Seed, Stack, seeded, stack


@pytest.fixture(scope="session")
def stage() -> Iterator[Seed]:
    """A seeded database with the scene: PostgreSQL in the PostgreSQL run, otherwise the embedded default."""
    with seeded(os.environ["DATABASE_URL"] if services.on_postgres() else "") as seed:
        environment = seed.environment
        if seed.postgres:
            environment["DATABASE_URL"] = f"{seed.server}/{seed.name}"
        ask(Stack("", environment, seed.folder), "make")
        # Nobody may hold a database from which others are copied.
        hang_up()
        try:
            yield seed
        finally:
            hang_up()


@pytest.fixture(scope="session")
def guarded(stage: Seed) -> Iterator[Stack]:
    """The site as it is in production, with Redis beside PostgreSQL."""
    with stack(stage, redis_url=services.redis_url()) as site:
        site.serve(workers=int(os.environ.get("WORKERS", "2")), threads=8)
        yield site


@pytest.fixture(scope="session")
def _unguarded(stage: Seed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    off = tmp_path_factory.mktemp("guards") / "off"
    off.write_text("")
    with stack(stage, DJANGO_SETTINGS_MODULE="tests.settings_unguarded", GUARDS_OFF=str(off)) as site:
        site.serve(ready="/healthz", application="tests.faults.unguarded:application")
        yield site


@pytest.fixture
def unguarded(_unguarded: Stack) -> Iterator[Callable[..., Stack]]:
    """A function that switches guards off and returns that site; they are on again after the test."""
    off = Path(_unguarded.environment["GUARDS_OFF"])

    def switch(*guards: str) -> Stack:
        if "constraint" in guards:
            ask(_unguarded, "guard", on=False)
        off.write_text(" ".join(guards))
        return _unguarded

    yield switch
    without_constraint = "constraint" in off.read_text()
    off.write_text("")
    if without_constraint:
        ask(_unguarded, "guard", on=True)


@pytest.fixture
def table() -> Table:
    """Where this test writes what it reached."""
    return Table("PostgreSQL and Redis" if services.on_postgres() else "SQLite")
