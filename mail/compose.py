"""From a rendered message to the bytes a mail server is given (RFC 5322)."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from mail import identity, mime
from mail.addresses import for_transport
from mail.errors import CannotCompose
from mail.models import Message
from mail.registry import Rendered, Stream
from mail.text import one_line

MASK = "********"
LARGEST = 10 * 1024 * 1024
_TOO_LARGE = f"The message is larger than {LARGEST // 1024 // 1024} MB."


def from_templates(stem: str, context: dict[str, Any]) -> Rendered:
    """Render a stem's three templates: "bookings/confirmed" is bookings/emails/confirmed.{subject.txt,txt,html}.

    The templates also see `institute` and `site_url`. Style sheets in the HTML become inline styles; nothing is fetched.
    """
    room, _, name = stem.partition("/")
    base = f"{room}/emails/{name}"
    full = {"institute": identity.current(), "site_url": settings.SITE_URL} | context
    html = _inliner().inline(_render(f"{base}.html", full, escape=True))
    return Rendered(
        subject=one_line(_render(f"{base}.subject.txt", full, escape=False)),
        text=_tidy(_render(f"{base}.txt", full, escape=False)),
        html=html,
    )


def build(message: Message, rendered: Rendered, *, now: datetime) -> bytes:
    """The message as seven-bit bytes with CRLF line ends and the row's own Message-ID; raises CannotCompose."""
    if len(rendered.text) + len(rendered.html) > LARGEST:
        raise CannotCompose(_TOO_LARGE)  # before it is encoded, which takes seconds for what is that long
    institute = identity.current()
    subject = mime.words(rendered.subject, name="Subject")
    if not subject:
        raise CannotCompose("The message has no subject.")
    fields = [
        ("From", _sender(institute.name)),
        ("To", for_transport(message.recipient)),
        ("Subject", subject),
        ("Date", _date(now)),
        ("Message-ID", message.message_id),
    ]
    if reply_to := rendered.reply_to or institute.reply_to:
        # A visitor's address that no server would take must not keep the visitor's question from staff.
        with suppress(CannotCompose):
            fields.append(("Reply-To", for_transport(reply_to)))
    fields.append(("Auto-Submitted", "auto-generated"))  # RFC 3834: keeps vacation replies from answering us
    if bool(rendered.list_unsubscribe) != (message.stream == Stream.LIST):
        # On mail about a call the mail client's button would promise what must not happen.
        raise CannotCompose("Letters carry a one-click unsubscribe address, and no other mail does.")
    if rendered.list_unsubscribe:
        fields.append(("List-Unsubscribe", f"<{_own_address(rendered.list_unsubscribe)}>"))
        fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))  # RFC 8058
    fields.append(("MIME-Version", "1.0"))
    content = mime.head(*fields) + _body(rendered)
    if len(content) > LARGEST:
        raise CannotCompose(_TOO_LARGE)
    return content


def masked(rendered: Rendered, secrets: Iterable[str]) -> Rendered:
    """The same message with every minted token replaced: what previews show and final states keep."""
    raws = tuple(secrets)

    def hide(text: str) -> str:
        for raw in raws:
            text = text.replace(raw, MASK)
        return text

    def hide_bytes(content: bytes) -> bytes:
        for raw in raws:
            content = re.sub(_folded(raw), MASK.encode(), content)
        return content

    calendar = rendered.calendar
    return replace(
        rendered,
        subject=hide(rendered.subject),
        text=hide(rendered.text),
        html=hide(rendered.html),
        calendar=calendar and replace(calendar, content=hide_bytes(calendar.content)),
        list_unsubscribe=hide(rendered.list_unsubscribe),
        attachments=tuple(replace(file, content=hide_bytes(file.content)) for file in rendered.attachments),
    )


def sender_address() -> str:
    """The bare address in DEFAULT_FROM_EMAIL: what MAIL FROM and an invitation's ORGANIZER say; raises CannotCompose."""
    return for_transport(_parsed(str(settings.DEFAULT_FROM_EMAIL))[1])


@lru_cache(maxsize=4)
def _parsed(setting: str) -> tuple[str, str]:
    return parseaddr(setting)


@lru_cache(maxsize=4)
def _date(now: datetime) -> str:
    return format_datetime(now)


def _sender(institute_name: str) -> str:
    """Who the mail is from, named after the institute where DEFAULT_FROM_EMAIL gives no name."""
    name = _parsed(str(settings.DEFAULT_FROM_EMAIL))[0]
    return mime.mailbox(name or institute_name, sender_address())


def _body(rendered: Rendered) -> bytes:
    """The calendar part is last inside multipart/alternative: that is where mail clients look for an invitation."""
    parts = [mime.text("plain", rendered.text), mime.text("html", rendered.html)]
    if rendered.calendar is not None:
        parts.append(mime.calendar(rendered.calendar.content, rendered.calendar.method))
    body = mime.multipart("alternative", parts)
    if rendered.attachments:
        files = [mime.file(file.name, file.mime_type, file.content) for file in rendered.attachments]
        body = mime.multipart("mixed", [body, *files])
    return body


def _own_address(url: str) -> str:
    """A one-click address: our own, without anything that could end the header or the angle brackets."""
    if not url.startswith(str(settings.SITE_URL)) or not re.fullmatch(r"[!#-;=?-~]+", url):
        raise CannotCompose("The unsubscribe address is not one of ours.")
    return url


def _folded(raw: str) -> bytes:
    """A token as a pattern that also finds it across iCalendar's folded lines (RFC 5545, 3.1)."""
    return rb"(?:\r?\n[ \t])?".join(re.escape(letter.encode()) for letter in raw)


def _tidy(text: str) -> str:
    """Template tags leave blank lines behind: at most one in a row, none at the ends, no blanks at line ends."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _render(name: str, context: dict[str, Any], *, escape: bool) -> str:
    """Django escapes plain text too unless told otherwise, and O'Brien would become O&#x27;Brien."""
    return str(get_template(name).template.render(Context(context, autoescape=escape)))  # type: ignore[attr-defined]


@cache
def _inliner() -> css_inline.CSSInliner:
    # The style element stays for what cannot be inlined: the dark colours behind their media query.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
