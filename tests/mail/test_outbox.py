"""Written outside any transaction, kept with the links it carries, shown with the links masked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from mail import claims, outbox, registry, tokens
from mail.compose import MASK
from mail.errors import ClaimLost
from mail.models import LinkToken, Message
from mail.preview import preview
from mail.registry import Attachment, CalendarPart, Minter, Rendered, Stream
from mail.sender import drain
from tests.mail.conftest import KIND
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]


def everywhere(minted: list[str]) -> registry.Renderer:
    """A renderer that puts its links everywhere a link can stand, one of them over a folded iCalendar line."""

    def render(message: Message, mint: Minter, now: datetime) -> Rendered:
        raw = mint("manage", "booking:1", now + timedelta(days=1), "detail")
        minted.append(raw)
        link = f"http://testserver/booking/{raw}/"
        folded = f"URL:http://testserver/booking/{raw[:10]}\r\n {raw[10:20]}\r\n\t{raw[20:]}/"
        calendar = f"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n{folded}\r\nEND:VCALENDAR\r\n".encode()
        return Rendered(
            subject=f"Open {link}",
            text=f"Open {link}\n" + "word " * 30 + link,
            html=f'<p><a href="{link}">Open</a></p>',
            calendar=CalendarPart(calendar, "REQUEST"),
            attachments=(Attachment("a.txt", f"see {link}".encode(), "application/octet-stream"),),
            list_unsubscribe=link,
        )

    return render


def said(raw: bytes) -> str:
    """Everything a mail says, headers and decoded parts, as one text without line folding."""
    mail = message_from_bytes(raw, policy=policy.default)
    parts = [str(mail)]
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            parts.append(content.decode("utf-8", "replace"))
    return "\n".join(parts).replace("\r\n ", "").replace("\r\n\t", "").replace("=\n", "")


def test_a_sent_mail_carries_the_link_and_no_row_does(write: Write, sink: Sink, now: datetime) -> None:
    minted: list[str] = []
    registry.register(KIND, stream=Stream.LIST, render=everywhere(minted), label="Note")
    message = write()
    drain(clock=lambda: now)
    raw = minted[0]
    assert said(bytes(sink.accepted[0].content or b"")).count(raw) >= 6
    assert tokens.find(raw, purpose="manage", now=now).detail == "detail"
    row = Message.objects.values().get(pk=message.pk)
    assert row["raw"] is None
    copy = said(bytes(row["masked"]))
    assert raw not in copy
    assert raw[:10] not in copy
    assert raw[-10:] not in copy
    assert copy.count(MASK) >= 6
    assert raw not in repr({name: value for name, value in row.items() if name not in ("raw", "masked")})


def test_while_it_waits_only_the_raw_bytes_hold_the_link(write: Write, sink: Sink, now: datetime) -> None:
    minted: list[str] = []
    registry.register(KIND, stream=Stream.LIST, render=everywhere(minted), label="Note")
    sink.rcpt.append("451 Later")
    message = write()
    drain(clock=lambda: now)
    row = Message.objects.get(pk=message.pk)
    assert minted[0] in said(bytes(row.raw or b""))
    shown = preview(row)
    assert shown is not None
    assert minted[0] not in repr(shown)
    assert f"http://testserver/booking/{MASK}/" in shown.text


def test_links_are_stored_only_with_the_bytes_that_carry_them(write: Write, now: datetime) -> None:
    write()
    taken = claims.claim(now=now)
    assert taken is not None
    written = outbox.write(taken, now=now)
    assert isinstance(written, outbox.Written)
    assert LinkToken.objects.count() == 0
    assert claims.claim(now=now + timedelta(minutes=2)) is not None  # taken over after the lease
    with pytest.raises(ClaimLost):
        claims.keep(taken, written)
    assert LinkToken.objects.count() == 0


def test_each_message_has_its_own_link(write: Write, sink: Sink, now: datetime) -> None:
    write("one", about="call")
    write("two", about="call")
    drain(clock=lambda: now)
    assert LinkToken.objects.count() == 2
    links = {mail.get_body(("plain",)).get_content() for mail in sink.mails}  # type: ignore[union-attr]
    assert len(links) == 2


def test_a_preview_shows_headers_text_and_html(write: Write, sink: Sink, now: datetime) -> None:
    message = write()
    assert preview(message) is None
    drain(clock=lambda: now)
    shown = preview(Message.objects.get(pk=message.pk))
    assert shown is not None
    assert ("To", "alice@example.org") in shown.headers
    assert ("Subject", "Your note") in shown.headers
    assert shown.html.strip() == f'<p>Open <a href="http://testserver/booking/{MASK}/">your note</a></p>'


def test_a_renderer_runs_outside_any_transaction(write: Write, now: datetime, transactional_db: Any) -> None:
    from django.db import connection

    inside: list[bool] = []

    def render(*_: Any) -> registry.Skip:
        inside.append(connection.in_atomic_block)
        return registry.Skip("seen")

    registry.register(KIND, stream=Stream.BOOKING, render=render, label="Note")
    write()
    drain(clock=lambda: now)
    assert inside == [False]
