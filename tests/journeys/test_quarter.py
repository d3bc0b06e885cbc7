"""A small quarter in this process, through every middleware: what the funnel shows is what people did."""

import http.client
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from pytest_django import Settings

from bookings import demo
from content import counting, first_guide
from content.quiz import first
from leads import erasing, first_sequence
from leads.models import Lead, Quarantine
from mail import clock
from mail.sender import drain
from tests.journeys.visitor import Visitor
from tests.simulated import cast
from tests.simulated.cast import GUIDE
from tests.simulated.quarter import Quarter
from tests.simulated.world import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SITE = "http://testserver"
MONDAY = date(2027, 1, 11)
PEOPLE, ROBOTS, WEEKS, SEED = 120, 6, 6, 2446


class Browser(Visitor):
    """A visitor who asks this process, past the test client: its copies of every context take longer than the pages."""

    application = WSGIHandler()

    def _send(
        self, method: str, path: str, body: bytes | None, referrer: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        path, _, query = path.partition("?")
        told = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, encoding="latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.host,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.address or "127.0.0.1",
            "HTTP_HOST": self.host,
            "HTTP_USER_AGENT": self.agent,
            "HTTP_ACCEPT": "text/html",
            "HTTP_COOKIE": "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items()),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body or b""),
            "wsgi.errors": io.StringIO(),
        }
        if body is not None:
            told |= {
                "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "HTTP_ORIGIN": SITE,
            }
        if referrer:
            told["HTTP_REFERER"] = referrer
        began: list[Any] = []
        answer = self.application(told, lambda *words: began.extend(words[:2]))
        content = b"".join(answer)
        answer.close()
        message = http.client.HTTPMessage()
        for name, value in began[1]:
            message[name] = value
            if name == "Set-Cookie":
                self.cookies.load(value)
        return int(began[0][:3]), message, content


class Inside:
    """The site as this process."""

    limit = 2

    def __init__(self, mail: Path, at: datetime, staff: User) -> None:
        self.at = at
        self.mail = Mailbox(mail)
        self._staff = Browser(SITE, agent=cast.BROWSERS[0])
        client = Client()
        client.force_login(staff)
        self._staff.cookies.load(client.cookies.output(header=""))

    def now(self) -> datetime:
        return self.at

    def go_to(self, at: datetime) -> None:
        self.at = max(self.at, at)

    def visitor(self, address: str, agent: str) -> Visitor:
        return Browser(SITE, address=address, agent=agent)

    def staff(self) -> Visitor:
        return self._staff

    def deliver(self) -> None:
        drain(clock=self.now)
        erasing.go_on(now=self.at)  # the worker's part
        self.mail.look()

    def count_readers(self) -> None:
        counting.flush(now=self.at)

    def each(self, acts: Sequence[Callable[[], Any]]) -> list[Any]:
        return [act() for act in acts]


@pytest.fixture
def _connected() -> Iterator[None]:
    """The end of a request must not close the connection whose transaction is the whole test."""
    both = (request_started, request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    yield
    for signal in both:
        signal.connect(close_old_connections)


@pytest.fixture
def world(
    _connected: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, now: datetime
) -> Inside:
    """The first guide, quiz, letters and demo coaches, and a clock that only the quarter moves."""
    settings.MAIL_FILE_DIR = tmp_path
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"subscribe:address": f"{Inside.limit}/hour"}
    site = Inside(tmp_path, now, User.objects.create_superuser("owner"))
    monkeypatch.setattr(clock, "now", site.now)
    first_guide.ensure(now=now)
    first.ensure(now=now)
    first_sequence.write()
    demo.load()
    return site


def test_every_figure_of_the_funnel_is_what_people_did(world: Inside) -> None:
    people = cast.people(PEOPLE, seed=SEED, days=WEEKS * 7, share=0.6)
    quarter = Quarter(world, people, cast.robots(ROBOTS, seed=SEED, days=WEEKS * 7), MONDAY, WEEKS)
    days = list(quarter.days())
    tally, wanted = quarter.tally, quarter.wanted()
    assert len(days) == 7 * WEEKS
    assert quarter.found() == wanted
    weeks = [numbers for row, numbers in wanted.items() if row[0] in ("Whole period", "By week")]
    assert quarter.shown() == [[int(n) for n in numbers] for numbers in (weeks[0], *reversed(weeks[1:]))]
    # All of it has happened, else the equality would say little.
    assert min(int(number) for number in weeks[0]) > 0
    assert {"erased", "unsubscribed", "cancelled", "no_show", "enrolled", "asked again"} <= {*tally.done}
    held = Quarantine.objects.filter(email__endswith="@robots.example", state=Quarantine.State.NEW)
    assert held.count() == tally.held["robots"] > 0
    assert Lead.objects.count() == len(tally.known)
    assert Lead.objects.filter(erased_at__isnull=False).count() == tally.done["erased"]
    assert GUIDE in {page for _, page, _, _ in tally.readers}
