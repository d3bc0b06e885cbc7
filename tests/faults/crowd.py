"""People in numbers: each with an address of its own, who fetch their forms first and then all press at once."""

import http.client
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from tests.faults.figures import slowest
from tests.journeys.visitor import Form, Page, Visitor

T = TypeVar("T")
FORM_TIME = 2.1  # seconds a person takes at least over a form
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one request; status 0 where the connection broke."""

    status: int
    location: str
    text: str
    seconds: float

    @property
    def won(self) -> bool:
        """Whether the form was accepted."""
        return self.status == 303

    @property
    def lost_politely(self) -> bool:
        """Whether this is the page that says "taken" and offers other times."""
        return self.status == 409 and 'name="start"' in self.text


class Client(Visitor):
    """A visitor from an address nobody else has, whose requests are timed."""

    def __init__(self, site: str) -> None:
        self.number = next(_numbers)
        super().__init__(site, address=f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}")

    def send(self, form: Form, referrer: str, **values: str | bool | None) -> Answer:
        """Send a form once, without following where it leads."""
        parts = urlsplit(form.action)
        return self.timed("POST", parts.path, urlencode(form.data(**values)).encode(), f"{self.site}{referrer}")

    def timed(self, method: str, path: str, body: bytes | None = None, referrer: str = "") -> Answer:
        """One request; a broken connection is an answer as well."""
        began = time.monotonic()
        try:
            status, headers, content = self._send(method, path, body, referrer)
        except (OSError, http.client.HTTPException):
            return Answer(0, "", "", time.monotonic() - began)
        text = content.decode("utf-8", "replace")
        return Answer(status, headers.get("Location") or "", text, time.monotonic() - began)


def day_after(days: int) -> str:
    """The UTC date so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def starts_of(day: str, *, opens: int = 8, closes: int = 18, minutes: int = 30) -> list[str]:
    """The starts of a day, as the forms carry them."""
    first = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=opens)
    step = timedelta(minutes=minutes)
    return [f"{first + n * step:%Y-%m-%dT%H:%M:%SZ}" for n in range((closes - opens) * 60 // minutes)]


def many(people: Sequence[T], act: Callable[[T], Any], *, at_once: int = 12) -> list[Any]:
    """Let everybody act, a few at a time."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(act, people))


def together(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Let everybody act at the same moment."""
    start = Barrier(len(acts))

    def person(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(person, acts))


def chooser(site: str, kind: str, day: str, coach: str = "") -> tuple[Client, Page]:
    """A new person who has opened the page on which a time is chosen."""
    client = Client(site)
    page = client.get(f"/book/{kind}/?tz=UTC&day={day}" + (f"&coach={coach}" if coach else ""))
    assert page.status == 200, page.text[:2000]
    return client, page


def choose(client: Client, page: Page, start: str, **values: str | bool | None) -> Answer:
    """Press the button beside a time: the POST that holds it."""
    return client.send(page.form(having="start"), page.path, start=start, **values)


@dataclass
class Filled:
    """Somebody's details form, opened and ready to be sent."""

    client: Client
    page: Page
    form: Form
    email: str
    opened: float

    def send(self, **values: str | bool | None) -> Answer:
        """Book, not sooner than a person could."""
        wait = self.opened + FORM_TIME - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        return self.client.send(self.form, self.page.path, **{"name": "Ada Example", "email": self.email} | values)

    def body(self) -> bytes:
        """The bytes of the form as a browser would send them."""
        return urlencode(self.form.data(name="Ada Example", email=self.email)).encode()


def details(client: Client, held: Answer, email: str = "") -> Filled:
    """Open the details form of a time that was just held."""
    page = client.get(held.location)
    form = page.form(having="idempotency_key")
    return Filled(client, page, form, email or f"visitor{client.number}@example.org", time.monotonic())


def statuses(answers: Sequence[Answer]) -> dict[int, int]:
    """How often which answer came."""
    return dict(sorted(Counter(answer.status for answer in answers).items()))


def slowest_of(answers: Sequence[Answer], share: float) -> float:
    """The seconds within which this share of the answers came."""
    return slowest([answer.seconds for answer in answers], share)


def failures(answers: Sequence[Answer]) -> int:
    """How many were error pages of the server, or no answer at all."""
    return sum(answer.status == 0 or answer.status >= 500 for answer in answers)
