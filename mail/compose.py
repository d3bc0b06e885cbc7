"""From a rendered message to the bytes a mail server is given (RFC 5322)."""

from datetime import datetime
from typing import Any

from mail.models import Message
from mail.registry import Rendered


def from_templates(stem: str, context: dict[str, Any]) -> Rendered:
    """Render the three templates of a stem: "bookings/confirmed" is bookings/emails/confirmed.{subject.txt,txt,html}."""
    raise NotImplementedError


def build(message: Message, rendered: Rendered, *, now: datetime) -> bytes:
    """The message as bytes with CRLF line ends; raises CannotCompose."""
    raise NotImplementedError
