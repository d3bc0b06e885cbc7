"""Junk in every path segment, query, cookie, header and field of every public page: an answer in words, never a 5xx.

HOSTILE=all sends every string of the lists once to every field; `make test` sends a share of them.
"""

import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from tests.bookings.house import NOW
from tests.institute.everywhere import GOOD, MORE, Controls, Page, World, world
from tests.mail.naughty import NAUGHTY

SHARE = 1 if os.environ.get("HOSTILE") == "all" else 256
# NUL, half of a surrogate pair, no UTF-8 at all, an overlong slash, more than any field takes, a number that is none.
WORST = [
    b"\0",
    b"a\0b",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\xc0\xaf",
    b"x" * 100_000,
    b"9" * 5_000,
    "\u202e\u2028".encode(),
]
SEGMENTS = ["%00", "%FF", "%ED%A0%80", "%C0%AF", "x" * 3000, "..%2f..%2fetc", "%0d%0aX: y", "'; DROP TABLE x;--", "%25"]
QUERIES = [
    "page=%00",
    "{}=%00",
    "{}=%FF",
    "{}=%ED%A0%80",
    "{}[]=1&{}[x][y]=2",
    "{}=1&{}=2",
    "{}=" + "9" * 4000,
    "%00",
    "&&=&",
]
ASKED = ("tz", "from", "to", "day", "start", "duration", "coach", "view", "part", "q", "page", "time_zone", "again", "sent",
         "booked", "role", "topic", "o", "p")  # fmt: skip
HEADERS = [
    {"HTTP_COOKIE": "hold=\xff; csrftoken=\xff; sessionid=%00; x=\xff"},
    {"HTTP_COOKIE": 'sessionid="aaaaaaaa\\000"; hold="\\000"; csrftoken="\\000"'},
    {"HTTP_COOKIE": f"hold={'x' * 8000}; =; ;;"},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 8000, "HTTP_REFERER": "\xff\x00", "HTTP_USER_AGENT": "\xff\x00"},
    {"HTTP_REFERER": "http://[::1", "HTTP_HX_REQUEST": "\x00", "HTTP_HX_CURRENT_URL": "\xff", "HTTP_ORIGIN": "\xff"},
    {"HTTP_X_FORWARDED_FOR": "\x00, ::1, junk", "HTTP_IF_NONE_MATCH": "\xff", "HTTP_IF_MODIFIED_SINCE": "\x00"},
    {"HTTP_ACCEPT_ENCODING": "\xff;q=\x00", "HTTP_RANGE": "bytes=-\x00", "HTTP_ACCEPT": "\x00"},
]


@pytest.fixture
def clock(db: None, settings: Any) -> Iterator[time_machine.Traveller]:
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000000/second")
    # Every refusal is a line that pytest keeps with its request: a hundred thousand of them fill the memory.
    logging.disable(logging.CRITICAL)
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
    logging.disable(logging.NOTSET)


@pytest.fixture
def there(clock: time_machine.Traveller) -> World:
    return world()


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def got(client: Client, path: str, query: str = "", **headers: str) -> int:
    """The status of a GET whose path is sent as it is written."""
    return client.generic("GET", path, QUERY_STRING=query, **headers).status_code


def test_junk_in_every_segment_query_cookie_and_header(visitor: Client, there: World) -> None:
    broken: list[tuple[Any, ...]] = []
    for turn, page in enumerate(there.pages()):
        opened = got(visitor, page.path, "tz=America/Chicago")
        assert opened < 500, page
        for name in page.arguments:
            for junk in SEGMENTS[turn % 3 :: 3] if SHARE > 1 else SEGMENTS:
                status = got(visitor, page.filled(page.arguments | {name: junk}))
                broken += [(page.name, name, junk[:20], status)] if not 400 <= status < 500 else []
        for query in QUERIES[turn % 3 :: 3] if SHARE > 1 else QUERIES:
            status = got(visitor, page.path, "&".join(query.format(each, each) for each in ASKED)[:30_000])
            broken += [(page.name, query[:20], status)] if status >= 500 else []
        for number, headers in enumerate(HEADERS[turn % 3 :: 3] if SHARE > 1 else HEADERS):
            status = got(visitor, page.path, "", **headers)
            broken += [(page.name, f"headers {number}", status)] if status >= 500 else []
    assert broken == []


def forms(client: Client, page: Page) -> list[dict[str, str]]:
    """The forms of the page as a person would send them; quizzes have many questions alike, of which one is tried."""
    answer = client.get(page.path, {"tz": "America/Chicago"})
    kind = answer.get("Content-Type", "")
    found = Controls(answer.content.decode()).forms if "html" in kind and not answer.streaming else []
    if page.name in ("content:quiz_email", "content:quiz_again", "mail:provider"):
        found = [{"email": GOOD["email"], "name": GOOD["name"]}]
    return [
        {
            name: value
            for name, value in form.items()
            if not name.startswith("pick-") or "q1" in name.split("_")[0].split("-")
        }
        for form in found
    ]


def sent(form: dict[str, str], field: str, mark: int) -> list[bytes]:
    """The form with junk in one field, in every shape; in a share of them, another one for each field."""
    rest = {name: value for name, value in form.items() if name != field}
    base = b"&".join(_pair(name, value.encode()) for name, value in rest.items())
    # What a form does not know gets the worst only.
    known = NAUGHTY[mark % SHARE :: SHARE] if field in form else []
    words = [text.encode("utf-8", "surrogatepass") for text in known]
    found = [base + b"&" + _pair(field, junk) for junk in [*WORST, *words]]
    found += [
        base,
        base + b"&" + _pair(field, b"a") + b"&" + _pair(field, b"b"),
        base + b"&" + _pair(f"{field}[]", b"a") + b"&" + _pair(f"{field}[x][y]", b"a"),
    ]
    return found if SHARE == 1 else found[mark % 4 :: 4]


def _pair(name: str, value: bytes) -> bytes:
    return f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}".encode()


def posted(client: Client, path: str, body: bytes) -> int:
    """The status of a POST whose rows are taken back, so that the page is there for the next one."""
    block: Any = transaction.atomic()
    block._from_testcase = True  # or a durable verb would refuse to run inside it
    with block:
        status = client.post(path, body, content_type="application/x-www-form-urlencoded").status_code
        transaction.set_rollback(True)
    return int(status)


def test_junk_in_every_field_of_every_form(visitor: Client, there: World, clock: time_machine.Traveller) -> None:
    broken: list[tuple[Any, ...]] = []
    tried = mark = 0
    # Two pages with the same form, such as a quiz and its change, are one.
    opened = list({tuple(form): (page, form) for page in there.pages() for form in forms(visitor, page)}.values())
    clock.shift(timedelta(seconds=5))
    assert len(opened) > 15
    for page, form in opened:
        fields = [*form, *(name for name in MORE if name not in form)] if SHARE == 1 else [*form]
        for field in fields:
            mark += 1
            for body in sent(form, field, mark):
                status, tried = posted(visitor, page.path, body), tried + 1
                if status >= 500:
                    broken.append((page.name, field, body[-60:], status))
    assert broken == []
    assert tried > 300
