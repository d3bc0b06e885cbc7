"""Mails of the booking room, rendered as they would leave it."""

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar

from mail import compose, registry, tokens
from mail.models import Message
from mail.registry import Rendered, Skip
from tests.bookings.house import NOW


def minted(purpose: str, subject: str, expires_at: datetime | None, detail: str = "") -> str:
    return tokens.mint(purpose=purpose, subject=subject, expires_at=expires_at, now=NOW, detail=detail)


def row(kind: str, version: int = 1) -> Message:
    return Message.objects.filter(kind=kind, topic_version=version).order_by("due_at")[0]


def render(kind: str, version: int = 1, now: datetime = NOW) -> Rendered | Skip:
    return registry.get(kind).render(row(kind, version), minted, now)


def sent(kind: str, version: int = 1, now: datetime = NOW) -> EmailMessage:
    rendered = render(kind, version, now)
    assert isinstance(rendered, Rendered)
    message = message_from_bytes(compose.build(row(kind, version), rendered, now=now), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> dict[str, Any]:
    found = [part for part in message.walk() if not part.is_multipart()]
    return {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in found}


def seen(html: str) -> str:
    """What a reader of the HTML part sees, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("</head>")[2]).split()).replace(" )", ")").replace("( ", "(")


def calendar_of(message: EmailMessage) -> Any:
    part = list(message.walk())[-1]
    assert part.get_content_type() == "text/calendar"
    assert part.get_content_disposition() is None
    calendar = Calendar.from_ical(part.get_content())
    assert part["Content-Type"].params["method"] == str(calendar["METHOD"])
    return calendar
