"""One site for the faults of the mail: its database, a mail server that misbehaves, a Redis of its own, and a nursery."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests import services
from tests.faults.mail import broker, nursery, server
from tests.faults.mail.broker import Broker
from tests.faults.mail.nursery import Nursery
from tests.faults.mail.server import Server
from tests.journeys.stack import Seed, Stack, stack


@dataclass
class House:
    """The site and everything around it."""

    site: Stack
    server: Server
    nursery: Nursery
    broker: Broker | None
    ahead: float = 0.0

    def now(self) -> float:
        """What the site's clock says, in seconds."""
        return time.time() + self.ahead

    def shift(self, seconds: float) -> None:
        """Set the one clock of the site so far ahead."""
        self.ahead = seconds
        self.site.shift_clock(seconds)

    @property
    def ask(self):
        """The answer of an act inside."""
        return self.nursery.ask


@pytest.fixture(scope="session")
def _house(stage: Seed) -> Iterator[House]:
    with contextlib.ExitStack() as stand:
        mail = stand.enter_context(server.running())
        redis = stand.enter_context(broker.running()) if services.on_postgres() and broker.here() else None
        site = stand.enter_context(
            stack(stage, redis_url=redis.url if redis else "", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}")
        )
        made = House(site, mail, stand.enter_context(nursery.nursery(site)), redis)
        mail.clock = made.now
        yield made


@pytest.fixture
def house(_house: House) -> Iterator[House]:
    """The same house for every test, empty, its clock right and its mail server well-behaved."""
    _house.shift(0)
    _house.server.forget()
    _house.ask("clean")
    yield _house
    if _house.broker is not None:
        _house.broker.speak()
        _house.broker.empty()
    _house.nursery.end(seconds=5)
    _house.server.forget()
