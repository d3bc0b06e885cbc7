"""One site for the faults of the mail: its database, a mail server that misbehaves, a Redis of its own, and a nursery."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import services
from tests.faults.figures import size
from tests.faults.mail import broker, nursery, server
from tests.faults.mail.broker import Broker
from tests.faults.mail.nursery import Nursery
from tests.faults.mail.server import Server
from tests.journeys.stack import Seed, Stack, stack


def _certificate(folder: Path) -> tuple[str, str] | None:
    """A certificate for the mail server, with its key; None where there is no openssl."""
    if not shutil.which("openssl"):
        return None
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]]
    subprocess.run(words, check=True, capture_output=True)
    return files


@dataclass
class House:
    """The site and everything around it."""

    site: Stack
    server: Server
    nursery: Nursery
    broker: Broker | None
    certificate: str = ""
    ahead: float = 0.0

    def web(self) -> str:
        """The address of its pages, served by gunicorn from the first time they are asked for."""
        if "web" not in self.site.processes:
            self.site.serve(workers=size(1, 2), threads=8)
        return self.site.site

    def now(self) -> float:
        """What the site's clock says, in seconds."""
        return time.time() + self.ahead

    def shift(self, seconds: float) -> None:
        """Set the one clock of the site so far ahead."""
        self.ahead = seconds
        self.site.shift_clock(seconds)

    def calls(self, *, number: int, first: float, over: float, offsets: Sequence[int] = (24 * 60,)) -> float:
        """Calls whose reminders fall due one after the other, the first in so many seconds; that instant.

        Booking them takes a while: their reminders are an hour away, and then the clock is turned.
        """
        began = self.ask("calls", number=number, first=3600, over=over, offsets=list(offsets))
        self.shift(self.ahead + began - self.now() - first)
        return began

    def wait_until_sent(self, *, seconds: float, due: bool = False, but: int = 0) -> None:
        """Until nothing waits any more, or nothing that is `due`, `but` for so many."""
        what = "unfinished_now" if due else "unfinished"
        left = self.ask("wait_for", what=what, at_most=but, seconds=seconds)
        assert left <= but, f"after {seconds:.0f} s {left} messages wait: {self.site.log('worker')[-3000:]}"

    def turn_until_sent(self, *, seconds: float) -> None:
        """Until nothing waits any more: turn the clock to the next attempt whenever nobody has anything to do."""
        until = time.monotonic() + seconds
        while (waits := self.ask("waits"))["open"]:
            assert time.monotonic() < until, waits
            if not waits["in_flight"] and waits["seconds"] > 1:
                self.shift(self.ahead + waits["seconds"] + 0.1)
            time.sleep(0.1)

    @property
    def ask(self):
        """The answer of an act inside."""
        return self.nursery.ask


@pytest.fixture(scope="session")
def _house(stage: Seed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with contextlib.ExitStack() as stand:
        tls = _certificate(tmp_path_factory.mktemp("tls"))
        mail = stand.enter_context(server.running(certificate=tls))
        redis = stand.enter_context(broker.running()) if services.on_postgres() and broker.here() else None
        site = stand.enter_context(
            stack(stage, redis_url=redis.url if redis else "", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}")
        )
        made = House(site, mail, stand.enter_context(nursery.nursery(site)), redis, tls[0] if tls else "")
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
    _house.nursery.kill()
    _house.server.forget()
