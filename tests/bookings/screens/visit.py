"""What a visitor does in these tests: open a page, send the form that stands on it, read what came back."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

from bookings.models import Booking, EventType

TZ = "America/Chicago"
PERSON = {"name": "Grace Hopper", "email": "grace@example.org", "phone": "", "questions": "From QA to TPM?"}


class Page(HTMLParser):
    """The parts of a page that tests ask for."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.radios: list[dict[str, str | None]] = []
        self.hidden: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self._text: list[str] = []
        self._link: str | None = None
        self._words = ""
        self._area = ""
        self.source = response.content.decode()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        self.elements.append((tag, tuple(sorted(a))))
        kind, name = a.get("type") or "text", a.get("name") or ""
        if tag == "input" and kind == "radio":
            self.radios.append(a)
        elif tag == "input" and kind == "hidden":
            self.hidden[name] = a.get("value") or ""
        elif tag == "input" and kind not in ("checkbox", "submit"):
            self.fields[name] = a.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "a":
            self._link, self._words = a.get("href") or "", ""

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._area:
            self.fields[self._area] += data
        if self._link is not None:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "a" and self._link is not None:
            self.links[" ".join(self._words.split())] = self._link
            self._link = None

    @property
    def text(self) -> str:
        """Everything that is read, blanks collapsed."""
        return " ".join(" ".join(self._text).split())

    def times(self, name: str = "start") -> list[str]:
        """The words beside the radio buttons."""
        found = re.findall(rf'name="{name}"[^>]*><span>([^<]*)</span>', self.source)
        return [html.unescape(words) for words in found]


def page(response: HttpResponse) -> Page:
    """Read an answer."""
    return Page(response)


def choose_path(kind: EventType, **query: str) -> str:
    """The address of the times of a kind of call."""
    asked = "&".join(f"{name}={value}" for name, value in {"tz": TZ, **query}.items())
    return f"/book/{kind.slug}/?{asked}"


def post_hold(client: Client, kind: EventType, start: str, **data: str) -> Any:
    """Press "Hold this time"."""
    return client.post(f"/book/{kind.slug}/", {"tz": TZ, "start": start, **data})


def held_page(client: Client, kind: EventType, start: str, **data: str) -> str:
    """Hold a time and return the address of the details page."""
    answer = post_hold(client, kind, start, **data)
    assert answer.status_code == 303, page(answer).text
    return str(answer["Location"])


def send_details(client: Client, path: str, **changes: Any) -> Any:
    """Fill in the details page and press "Book"; None leaves a field out."""
    form = page(client.get(path)).hidden
    return client.post(path, {k: v for k, v in (form | PERSON | changes).items() if v is not None})


def state() -> list[tuple[Any, ...]]:
    """Everything a GET must not change."""
    return list(Booking.objects.order_by("pk").values_list())
