"""From a rendered message to the bytes a mail server is given (RFC 5322)."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from mail import identity
from mail.addresses import for_transport
from mail.errors import CannotCompose
from mail.models import Message
from mail.registry import CalendarPart, Rendered
from mail.text import one_line

MASK = "********"
LARGEST = 10 * 1024 * 1024
# Seven-bit clean, so that no server has to announce 8BITMIME or SMTPUTF8.
POLICY = SMTP.clone(cte_type="7bit")
_header_names = re.compile(rb"(?m)^([!-9;-~]+):")


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
    """The message as bytes with CRLF line ends and the row's own Message-ID; raises CannotCompose."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender()
    mail["To"] = Address(addr_spec=for_transport(message.recipient))
    subject = _header(rendered.subject)
    if not subject:
        raise CannotCompose("The message has no subject.")
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message.message_id
    reply_to = rendered.reply_to or identity.current().reply_to
    if reply_to:
        # A visitor's address that no server would take must not keep the visitor's question from staff.
        with suppress(CannotCompose):
            mail["Reply-To"] = Address(addr_spec=for_transport(reply_to))
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps vacation replies from answering us
    if rendered.list_unsubscribe:
        mail["List-Unsubscribe"] = f"<{_own_address(rendered.list_unsubscribe)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(_clean(rendered.text), cte="quoted-printable")
    mail.add_alternative(_clean(rendered.html), subtype="html", cte="quoted-printable")
    if rendered.calendar is not None:
        _add_calendar(mail, rendered.calendar)
    for file in rendered.attachments:
        maintype, _, subtype = file.mime_type.partition("/")
        mail.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=_header(file.name, limit=80))
    content = mail.as_bytes()
    head = content.partition(b"\r\n\r\n")[0]
    if _header_names.findall(head) != [name.encode() for name in mail.keys()]:  # noqa: SIM118
        raise CannotCompose("A header came out as more than one.")
    if len(content) > LARGEST:
        raise CannotCompose(f"The message is larger than {LARGEST // 1024 // 1024} MB.")
    return content


def masked(rendered: Rendered, secrets: Iterable[str]) -> Rendered:
    """The same message with every minted token replaced: what previews show and final states keep."""
    found = [re.compile(_folded(raw)) for raw in secrets]

    def hide(text: str) -> str:
        for pattern in found:
            text = pattern.sub(MASK, text)
        return text

    calendar = rendered.calendar
    if calendar is not None:
        calendar = replace(calendar, content=hide(calendar.content.decode("utf-8", "replace")).encode())
    return replace(
        rendered,
        subject=hide(rendered.subject),
        text=hide(rendered.text),
        html=hide(rendered.html),
        calendar=calendar,
        list_unsubscribe=hide(rendered.list_unsubscribe),
        attachments=tuple(
            replace(file, content=hide(file.content.decode("latin-1")).encode("latin-1"))
            for file in rendered.attachments
        ),
    )


def sender() -> Address:
    """Who the mail is from: DEFAULT_FROM_EMAIL, named after the institute where it gives no name."""
    name = parseaddr(str(settings.DEFAULT_FROM_EMAIL))[0] or identity.current().name
    return Address(display_name=_header(name, limit=80), addr_spec=sender_address())


def sender_address() -> str:
    """The bare address in DEFAULT_FROM_EMAIL: what MAIL FROM and an invitation's ORGANIZER say; raises CannotCompose."""
    return for_transport(parseaddr(str(settings.DEFAULT_FROM_EMAIL))[1])


def _add_calendar(mail: EmailMessage, calendar: CalendarPart) -> None:
    """Last inside multipart/alternative and not an attachment: that is where mail clients look for an invitation."""
    params = {"method": calendar.method} if calendar.method else {}
    try:
        text = calendar.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CannotCompose("The calendar part is not UTF-8.") from error
    # base64, because some servers rewrap quoted-printable lines and break folded iCalendar lines with them.
    mail.add_alternative(text, subtype="calendar", charset="utf-8", cte="base64", params=params)


def _header(value: str, *, limit: int = 200) -> str:
    """A value for a header: one line, and no encoded word, which Python's header classes would decode, CR LF included."""
    return one_line(value, limit=limit).replace("=?", "= ?")


def _own_address(url: str) -> str:
    """A one-click address: our own, without anything that could end the header or the angle brackets."""
    if not url.startswith(str(settings.SITE_URL)) or not re.fullmatch(r"[!#-;=?-~]+", url):
        raise CannotCompose("The unsubscribe address is not one of ours.")
    return url


def _folded(raw: str) -> str:
    """A token as a pattern that also finds it across iCalendar's folded lines (RFC 5545, 3.1)."""
    return r"(?:\r?\n[ \t])?".join(map(re.escape, raw))


def _clean(text: str) -> str:
    """Without lone surrogates and NUL, which no charset can carry."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


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
