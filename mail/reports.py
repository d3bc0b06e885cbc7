"""Reports about mail that came back, read from what strangers send: RFC 3464 (delivery status) and RFC 5965 (complaints).

Whoever knows our return address can send anything here: nothing in this file raises, believes a header to be one line, or
walks deeper or longer than a real report is.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Mail
from email.parser import BytesHeaderParser
from enum import StrEnum

from mail.text import one_line

LARGEST = 1024 * 1024
MOST_PARTS = 20
MOST_RECIPIENTS = 20
# 5.1.7 and 5.1.8 complain about our own address, not about theirs (RFC 3463, 3.2).
_GONE = re.compile(r"5\.(?:1\.(?:[0-46]|10)|2\.1|4\.[14])")
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_UNKNOWN = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|person)|(?:user|mailbox|recipient|account|address)"
    r"[^.]{0,40}(?:does not exist|doesn't exist|not found|is unknown|unavailable|disabled|rejected)|invalid recipient",
    re.IGNORECASE,
)
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^\s<>;,\"]{1,64}@[^\s<>;,\"]{1,255}")


class Fate(StrEnum):
    """What became of the message; the values are those of Bounce.Kind."""

    HARD = "hard"
    LOST = "lost"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that was said about one recipient of one message; `message_id` or `recipient` may be unknown ("")."""

    fate: Fate
    message_id: str
    recipient: str
    status: str
    detail: str
    key: str


def read(content: bytes) -> list[Report]:
    """The reports in one message; empty where it is none, cannot be read, or says that all is well. Never raises."""
    try:
        return list(_read(content[:LARGEST]))
    except Exception:  # the parser has fallen over hostile input before, each time with another exception
        return []


def fate(*, status: str, detail: str) -> Fate:
    """What a failure for good says about the address: HARD where there is no such mailbox, LOST for everything else.

    A full mailbox, a spam filter and our own mistakes come as 5.x.y too, and are no reason never to write again.
    """
    if not status.startswith("5"):
        return Fate.LOST
    if _GONE.fullmatch(status):
        return Fate.HARD
    vague = status in ("5.0.0", "5", "5.2.0", "5.3.0", "5.5.0")
    return Fate.HARD if vague and _UNKNOWN.search(detail) else Fate.LOST


def code_in(text: str) -> str:
    """The first enhanced status code in the text (RFC 3463), or the class of an SMTP reply as "5" or "4"; else ""."""
    if found := _CODE.search(text[:2000]):
        return found[0]
    plain = re.search(r"(?<!\d)([45])\d\d(?!\d)", text[:2000])
    return plain[1] if plain else ""


def key_of(*parts: str) -> str:
    """What makes one report the same as another."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def address_in(text: str) -> str:
    """The first thing that looks like an address; "" where nothing does."""
    found = _ADDRESS.search(text[:1000])
    return one_line(found[0], limit=320).lower() if found else ""


def id_in(text: str) -> str:
    """The first Message-ID, in its angle brackets; "" where there is none."""
    found = _ID.search(text[:1000])
    return found[0] if found else ""


def _read(content: bytes) -> Iterator[Report]:
    # compat32: the newer policy parses each header as it is read, and its parser is the one that falls over.
    mail = message_from_bytes(content, policy=policy.compat32)
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return  # an answer from a person, or a report that somebody forwards
    parts = [part for part in mail.get_payload() if isinstance(part, Mail)][:MOST_PARTS]
    original = _original(parts)
    own = _line(mail, "Message-ID") or hashlib.sha256(content).hexdigest()
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            yield from _delivery(part, original, own)
        elif kind == "message/feedback-report":
            yield from _complaint(part, original, own)


def _delivery(part: Mail, original: Mail, own: str) -> Iterator[Report]:
    """One report a recipient; the first block is about the whole message (RFC 3464, 2.2)."""
    blocks = [block for block in _blocks(part) if block.get("Final-Recipient") or block.get("Original-Recipient")]
    for block in blocks[:MOST_RECIPIENTS]:
        action = _line(block, "Action").lower()
        status = code_in(_line(block, "Status")) or code_in(_line(block, "Diagnostic-Code"))
        said = _line(block, "Diagnostic-Code") or _line(block, "Status")
        if action == "failed":
            what = fate(status=status, detail=said)
        elif action == "delayed":
            what = Fate.DELAYED
        else:
            continue  # delivered, relayed, expanded
        # Original-Recipient is the address that we wrote to; the final one may be where its owner forwards mail.
        names = (_line(block, "Original-Recipient"), _line(block, "Final-Recipient"), _line(original, "To"))
        recipient = next((found for name in names if (found := address_in(name.rpartition(";")[2]))), "")
        message_id = id_in(_line(original, "Message-ID"))
        yield Report(what, message_id, recipient, status, said, key_of(own, recipient, what, status))


def _complaint(part: Mail, original: Mail, own: str) -> Iterator[Report]:
    """A mailbox provider passes on that its user pressed "this is spam" (RFC 5965)."""
    fields = next(iter(_blocks(part)), None)
    if fields is None:
        return
    kind = _line(fields, "Feedback-Type").lower()
    if kind not in ("abuse", "fraud", "opt-out"):
        return  # "not-spam" takes a complaint back; virus reports are not about the reader's wish
    recipient = address_in(_line(fields, "Original-Rcpt-To")) or address_in(_line(original, "To"))
    message_id = id_in(_line(original, "Message-ID"))
    said = one_line(f"{kind}: {_line(fields, 'User-Agent')}", limit=300)
    yield Report(Fate.COMPLAINT, message_id, recipient, "", said, key_of(own, recipient, kind))


def _blocks(part: Mail) -> list[Mail]:
    """The groups of fields in a part that holds nothing else, however the parser took it."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Mail)][: MOST_RECIPIENTS * 2]
    text = part.get_payload(decode=True)
    if not isinstance(text, bytes):
        return []
    groups = re.split(rb"\r?\n[ \t]*\r?\n", text.strip())[: MOST_RECIPIENTS * 2]
    return [BytesHeaderParser(policy=policy.compat32).parsebytes(group + b"\n\n") for group in groups if group]


def _original(parts: list[Mail]) -> Mail:
    """The headers of the message that came back; an empty message where the report does not bring them."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            payload = part.get_payload()
            if isinstance(payload, list) and payload and isinstance(payload[0], Mail):
                return payload[0]
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            text = part.get_payload(decode=True)
            if isinstance(text, bytes):
                return BytesHeaderParser(policy=policy.compat32).parsebytes(text.lstrip() + b"\n\n")
    return Mail()


def _line(mail: Mail, name: str) -> str:
    return one_line(str(mail.get(name, "")), limit=1000)
