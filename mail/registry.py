"""Kinds of messages: upper rooms register their renderers here in AppConfig.ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mail.errors import UnknownKind
from mail.models import Message


class Stream(StrEnum):
    """What a person can be left in peace from, each on its own."""

    BOOKING = "booking"
    LEADS = "leads"
    LIST = "interview-preparation"
    STAFF = "staff"


class Minter(Protocol):
    """Mints a link token for the message being rendered; the row is stored together with the bytes."""

    def __call__(self, purpose: str, subject: str, expires_at: datetime | None, detail: str = "") -> str: ...


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar body; `method` equals its METHOD line, None where it has none (RFC 6047)."""

    content: bytes
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says; `list_unsubscribe` is the one-click address of list mail (RFC 8058)."""

    subject: str
    text: str
    html: str
    calendar: CalendarPart | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    list_unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """A renderer's answer that this message is not to be sent after all, with the reason that staff will read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """A renderer's answer that the message has to wait, for the reader's morning for instance; it is asked again then."""

    until: datetime


Renderer = Callable[[Message, Minter, datetime], Rendered | Skip | Later]


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind of message."""

    name: str
    stream: str
    render: Renderer
    label: str


_kinds: dict[str, Kind] = {}


def register(kind: str, *, stream: str, render: Renderer, label: str) -> None:
    """Make a kind of message known; registering the same name again replaces it."""
    _kinds[kind] = Kind(kind, str(stream), render, label)


def get(kind: str) -> Kind:
    """The registered kind; raises UnknownKind."""
    try:
        return _kinds[kind]
    except KeyError:
        raise UnknownKind(f"No room has registered the kind {kind!r}.") from None


def label(kind: str) -> str:
    """The words staff read for a kind, or its name where its room is gone."""
    return _kinds[kind].label if kind in _kinds else kind


def choices() -> list[tuple[str, str]]:
    """Every registered kind with its label, in the order of the labels."""
    return sorted(((kind.name, kind.label) for kind in _kinds.values()), key=lambda pair: pair[1])
