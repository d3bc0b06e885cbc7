"""A mail of a story, written as the sender writes it, and read again by programs that know nothing of ours."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

from bookings.models import Booking, BookingEvent, Coach, EventType
from leads.models import Activity, Lead, Touch
from mail import compose, registry
from mail.models import Institute, Message
from mail.registry import Rendered
from tests.mail.kinds.scenes import Told
from tests.mail.naughty import LISTS, NAUGHTY

STRICT = policy.default.clone(raise_on_defect=True)
RAW = "t0" * 16  # every token that a story mints: the bytes of two renderings can be compared
SITE = "https://institute.example"
SENDER = "hello@institute.example"
HEADERS = ["From", "To", "Subject", "Date", "Message-ID"]
AUTO = ["Auto-Submitted"]
LIST = ["List-Unsubscribe", "List-Unsubscribe-Post"]
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "p",
    "a",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "span",
    "br",
    "blockquote",
    "ul",
    "li",
    "strong",
    "em",
    "hr",
}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "style", "role", "href", "bgcolor", "scope"}


@dataclass(frozen=True)
class Letter:
    """What was meant (`rendered`), and what leaves (`raw`)."""

    name: str
    message: Message
    rendered: Rendered
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """As Python's email package reads it under its strict policy: any defect raises."""
        mail = message_from_bytes(self.raw, policy=STRICT)
        assert isinstance(mail, EmailMessage)
        return mail


def letter(name: str, told: Told) -> Letter:
    """Render and compose the row, with the same token everywhere."""
    rendered = registry.get(told.message.kind).render(told.message, lambda *_, **__: RAW, told.now)
    assert isinstance(rendered, Rendered), f"{name}: {rendered}"
    return Letter(name, told.message, rendered, compose.build(told.message, rendered, now=told.now))


def body_parts(mail: EmailMessage) -> list[EmailMessage]:
    """The leaves, in their order."""
    found = []
    for part in mail.walk():
        assert isinstance(part, EmailMessage)
        if not part.is_multipart():
            found.append(part)
    return found


def text_of(part: EmailMessage) -> str:
    """The words of a part, with the line ends of the house."""
    return str(part.get_content()).replace("\r\n", "\n")


class Markup(HTMLParser):
    """What an HTML part is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.hrefs: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]


def check_envelope(letter: Letter) -> None:
    """Headers are those of the house and nothing else, and say what was meant; no address but the row's own."""
    mail, meant = letter.mail, letter.rendered
    optional = [*(["Reply-To"] if mail["Reply-To"] else []), *AUTO, *(LIST if meant.list_unsubscribe else [])]
    assert mail.keys() == [*HEADERS, *optional, "MIME-Version", "Content-Type"], letter.name
    assert mail["Subject"] == meant.subject
    assert [each.addr_spec for each in mail["To"].addresses] == [letter.message.recipient]
    assert [each.addr_spec for each in mail["From"].addresses] == [SENDER]
    assert mail["Message-ID"] == letter.message.message_id
    if mail["Reply-To"]:
        assert len(mail["Reply-To"].addresses) == 1
    assert max(len(line) for line in letter.raw.split(b"\r\n")) <= 998
    assert b"\n" not in letter.raw.replace(b"\r\n", b"")


def check_parts(letter: Letter) -> None:
    """Text, HTML and calendar, in this order, each as it was meant (RFC 2046, 5.1.4; RFC 6047, 2.4)."""
    mail, meant = letter.mail, letter.rendered
    assert mail.get_content_type() == ("multipart/mixed" if meant.attachments else "multipart/alternative")
    kinds = ["text/plain", "text/html", *(["text/calendar"] if meant.calendar else [])]
    leaves = body_parts(mail)[: len(kinds)]
    assert [part.get_content_type() for part in leaves] == kinds, letter.name
    assert text_of(leaves[0]) == meant.text
    assert text_of(leaves[1]).strip() == meant.html.strip()
    if meant.calendar is not None:
        assert leaves[2].get_content_disposition() is None
        assert leaves[2].get_payload(decode=True) == meant.calendar.content
        assert leaves[2]["Content-Type"].params.get("method") == meant.calendar.method


def check_markup(letter: Letter) -> Markup:
    """No element, attribute or address that our templates do not write; nothing is fetched when the mail is opened."""
    found = Markup(letter.rendered.html)
    assert set(found.tags) <= TAGS, letter.name
    assert found.attributes <= ATTRIBUTES, letter.name
    assert [href for href in found.hrefs if not re.match(rf"{re.escape(SITE)}/|tel:\+\d+$|https://[^\s]+$", href)] == []
    assert not re.search(r"url\(|@import", letter.rendered.html.partition("</style>")[0])
    assert (found.tags.count("h1"), found.tags.count("style"), found.tags.count("title")) == (1, 1, 1)
    return found


def lines_of(calendar: bytes) -> list[str]:
    """The content lines of a calendar, unfolded; raises where RFC 5545, 3.1 is broken."""
    text = calendar.decode("utf-8")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    return re.sub("\r\n[ \t]", "", text).split("\r\n")[:-1]


def storable(text: str) -> str:
    """Without what no database of ours takes: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def batches(share: int, of: int) -> Iterator[list[str]]:
    """The naughty strings in handfuls: all of our own list and one share of the longer public one; MAIL_WORDS=all: all of both."""
    own = len(json.loads(LISTS[0].read_text("utf-8")))
    rest = NAUGHTY[own:] if os.environ.get("MAIL_WORDS") == "all" else NAUGHTY[own + share :: of]
    words = [storable(text) for text in [*NAUGHTY[:own], *rest]]
    size = 17  # as many as there are columns to soil, so that each string is somewhere, and somewhere else next time
    for at in range(0, len(words), size):
        yield words[at:] + words[:at]


def soil(words: Iterable[str]) -> None:
    """Put hostile words into every column that a person fills in, past every form."""
    word = cycle(words)

    def take(limit: int = 500) -> str:
        return next(word)[:limit]

    answers: list[dict[str, Any]] = [{"question": 1, "label": take(), "value": take()}]
    Booking.objects.update(
        attendee_name=take(200), questions=take(), access_needs=take(), answers=answers, cancel_reason=take(),
        next_step=take(300), location_detail=take(), attendee_phone=take(32),
    )  # fmt: skip
    BookingEvent.objects.update(why=take(), actor=take(150))
    Coach.objects.update(name=take(80))
    EventType.objects.update(title=take(120))
    Touch._base_manager.update(page=take(300), referrer_page=take(300))
    Activity._base_manager.update(summary=take(300), data={"name": take(), "phone": take(), "message": take()})
    Lead.objects.update(name=take(120))
    Institute.objects.update_or_create(
        pk=1, defaults={"name": take(80), "postal_address": take(), "phone_hours": take(120)}
    )
