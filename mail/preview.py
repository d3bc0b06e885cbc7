"""What staff see of a message: its masked copy, taken apart."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from mail.models import Message

SHOWN = ("From", "To", "Reply-To", "Subject", "Date", "List-Unsubscribe")


@dataclass(frozen=True, slots=True)
class Preview:
    """Headers worth reading, every header as it went out, the parts, and the names of files; empty where there is none."""

    headers: tuple[tuple[str, str], ...]
    source: str
    text: str
    html: str
    calendar: str
    files: tuple[str, ...]


def preview(message: Message) -> Preview | None:
    """The preview of a message, or None while it has not been written or after its text was let go."""
    if message.masked is None:
        return None
    mail = message_from_bytes(bytes(message.masked), policy=policy.default)
    parts = {"text/plain": "", "text/html": "", "text/calendar": ""}
    for part in mail.walk():
        kind = part.get_content_type()
        if kind in parts and not parts[kind] and isinstance(part, EmailMessage):
            parts[kind] = str(part.get_content())
    headers = tuple((name, str(mail[name])) for name in SHOWN if mail[name])
    files = tuple(
        part.get_filename() or "file" for part in mail.walk() if part.get_content_disposition() == "attachment"
    )
    source = bytes(message.masked).partition(b"\r\n\r\n")[0].decode("ascii", "replace").replace("\r\n", "\n")
    return Preview(headers, source, parts["text/plain"], parts["text/html"], parts["text/calendar"], files)
