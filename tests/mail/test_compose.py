"""From what a renderer says to bytes that every mail program reads the same way."""

from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from mail import compose
from mail.errors import CannotCompose
from mail.models import Institute, Message
from mail.registry import Attachment, CalendarPart, Rendered, Stream
from tests.mail.naughty import NAUGHTY

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
NOTE = Rendered("Your call", "Hello\n", "<p>Hello</p>")
HOSTILE = [
    "Hi\r\nBcc: victim@example.org",
    "Hi\nBcc: victim@example.org",
    "Hi\rBcc: victim@example.org",
    "Hi\x85Bcc: victim@example.org",
    "Hi\u2028Bcc: victim@example.org",
    "Hi\u2029Bcc: victim@example.org",
    "Hi\x00Bcc: victim@example.org",
    "Hi\x0b\x0c\x1c\x1d\x1eBcc: victim@example.org",
    "=?utf-8?q?Hi=0D=0ABcc:_victim@example.org?=",
    "=?utf-8?b?SGkNCkJjYzogdmljdGltQGV4YW1wbGUub3Jn?=",
    "==??utf-8?q?Hi=0ABcc:_victim@example.org?=",
    "=?utf-8?q?Hi?= =?utf-8?q?=0D=0ABcc:_victim@example.org?=",
    "Hi \ud800 there",
    "x" * 5000,
    "ü" * 5000,
    "long " * 300,
]


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail.defects == []
    return mail


def test_the_headers_are_these_and_no_others(write: Write, now: datetime) -> None:
    message = write()
    mail = parsed(compose.build(message, NOTE, now=now))
    assert dict(mail.items()) == {
        "From": "Tpm Institute <hello@testserver>",
        "To": "alice@example.org",
        "Subject": "Your call",
        "Date": "Mon, 11 Jan 2027 15:00:00 +0000",
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }


def test_every_line_is_short_and_ends_as_the_standard_wants(write: Write, now: datetime) -> None:
    rendered = Rendered("ü" * 120, "word " * 2000 + "ü", "<p>" + "ü" * 5000 + "</p>")
    raw = compose.build(write(), rendered, now=now)
    raw.decode("ascii")
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 998


def test_text_and_html_are_read_back_as_they_were_written(write: Write, now: datetime) -> None:
    text, html = "Grüße, 李.\n.\nFrom here\n= 3D\n", "<p>Grüße, <b>李</b> =3D</p>\n"
    mail = parsed(compose.build(write(), Rendered("Subject", text, html), now=now))
    body = [str(part.get_content()).replace("\r\n", "\n") for part in mail.iter_parts()]
    assert body == [text, html]


def test_the_calendar_part_is_last_inside_the_alternative(write: Write, now: datetime) -> None:
    invite = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Grüße\r\nEND:VCALENDAR\r\n".encode()
    rendered = Rendered("S", "T", "<p>H</p>", calendar=CalendarPart(invite, "REQUEST"))
    mail = parsed(compose.build(write(), rendered, now=now))
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert dict(parts[2]["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert parts[2]["Content-Disposition"] is None
    assert parts[2].get_payload(decode=True) == invite


def test_a_calendar_part_without_a_method_names_none(write: Write, now: datetime) -> None:
    rendered = Rendered("S", "T", "<p>H</p>", calendar=CalendarPart(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    last = list(parsed(compose.build(write(), rendered, now=now)).iter_parts())[-1]
    assert dict(last["Content-Type"].params) == {"charset": "utf-8"}


def test_a_file_goes_beside_the_alternative_under_a_safe_name(write: Write, now: datetime) -> None:
    file = Attachment('gui"de\r\nX-Evil: 1.pdf', b"%PDF", "application/pdf")
    coded = Attachment("=?utf-8?q?a=0D=0AX-Evil:_x?=", b"%PDF", "application/pdf")
    mail = parsed(compose.build(write(), Rendered("S", "T", "<p>H</p>", attachments=(file, coded)), now=now))
    assert mail.get_content_type() == "multipart/mixed"
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == ['gui"de X-Evil: 1.pdf', "=?utf-8?q?a=0D=0AX-Evil:_x?="]
    assert "X-Evil" not in " ".join(name for part in mail.walk() for name in part.keys())  # noqa: SIM118


def headers(raw: bytes) -> list[str]:
    """The names of all headers, by the strict parser and by the old lenient one."""
    new = [name for name, _ in message_from_bytes(raw, policy=policy.default).items()]
    old = [name for name, _ in BytesParser(policy=policy.compat32).parsebytes(raw).items()]
    assert new == old
    return new


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_subject_adds_a_header(write: Write, now: datetime, hostile: str) -> None:
    expected = headers(compose.build(write(), NOTE, now=now))
    raw = compose.build(write(), Rendered(hostile, hostile, hostile), now=now)
    assert headers(raw) == expected
    assert parsed(raw)["To"] == "alice@example.org"


def test_no_naughty_string_breaks_a_mail(write: Write, now: datetime) -> None:
    message = write()
    expected = headers(compose.build(message, NOTE, now=now))
    for naughty in NAUGHTY:
        raw = compose.build(message, Rendered(f"Hello {naughty}", naughty, naughty, reply_to=naughty), now=now)
        assert [name for name in headers(raw) if name != "Reply-To"] == expected


@pytest.mark.parametrize("hostile", [*HOSTILE, "a@example.org, b@example.org", "A <a@example.org>", "nobody"])
def test_an_impossible_reply_to_is_left_out(write: Write, now: datetime, hostile: str) -> None:
    raw = compose.build(write(), Rendered("S", "T", "<p>H</p>", reply_to=hostile), now=now)
    assert "Reply-To" not in parsed(raw)


def test_answers_go_where_staff_want_them(write: Write, now: datetime) -> None:
    assert "Reply-To" not in parsed(compose.build(write(), NOTE, now=now))
    Institute.objects.create(pk=1, reply_to="desk@example.org")
    assert parsed(compose.build(write(), NOTE, now=now))["Reply-To"] == "desk@example.org"
    visitor = Rendered("S", "T", "<p>H</p>", reply_to="visitor@example.org")
    assert parsed(compose.build(write(), visitor, now=now))["Reply-To"] == "visitor@example.org"


def letter(write: Write) -> Message:
    message = write()
    message.stream = Stream.LIST
    return message


def test_list_mail_can_be_left_with_one_click(write: Write, now: datetime) -> None:
    rendered = Rendered("S", "T", "<p>H</p>", list_unsubscribe="http://testserver/unsubscribe/abc_-9/")
    mail = parsed(compose.build(letter(write), rendered, now=now))
    assert mail["List-Unsubscribe"] == "<http://testserver/unsubscribe/abc_-9/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "address",
    [
        "http://testserver/u>,<http://evil.example/",
        "http://testserver/u\r\nBcc: x@example.org",
        "http://evil.example/u",
    ],
)
def test_a_one_click_address_that_is_not_ours_is_refused(write: Write, now: datetime, address: str) -> None:
    with pytest.raises(CannotCompose):
        compose.build(letter(write), Rendered("S", "T", "<p>H</p>", list_unsubscribe=address), now=now)


@pytest.mark.parametrize("stream", [stream for stream in Stream if stream != Stream.LIST])
def test_only_a_letter_can_be_left_with_one_click(write: Write, now: datetime, stream: Stream) -> None:
    message = write()
    message.stream = stream
    link = "http://testserver/unsubscribe/abc/"
    with pytest.raises(CannotCompose, match="one-click"):
        compose.build(message, Rendered("S", "T", "<p>H</p>", list_unsubscribe=link), now=now)


def test_a_letter_without_a_way_to_leave_is_refused(write: Write, now: datetime) -> None:
    with pytest.raises(CannotCompose, match="one-click"):
        compose.build(letter(write), Rendered("S", "T", "<p>H</p>"), now=now)


def test_a_message_without_a_subject_is_refused(write: Write, now: datetime) -> None:
    with pytest.raises(CannotCompose, match="no subject"):
        compose.build(write(), Rendered(" \r\n", "T", "<p>H</p>"), now=now)


def test_a_message_too_large_for_any_server_is_refused(write: Write, now: datetime) -> None:
    file = Attachment("big", b"x" * compose.LARGEST, "application/octet-stream")
    with pytest.raises(CannotCompose, match="larger than 10 MB"):
        compose.build(write(), Rendered("S", "T", "<p>H</p>", attachments=(file,)), now=now)


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("calls@example.org", "Tpm Institute <calls@example.org>"),
        ('"Coaching, calls" <calls@example.org>', '"Coaching, calls" <calls@example.org>'),
        ("Köln <calls@example.org>", "Köln <calls@example.org>"),
    ],
)
def test_the_sender_is_named_after_the_institute_unless_the_setting_names_it(
    write: Write, now: datetime, settings: Any, setting: str, shown: str
) -> None:
    settings.DEFAULT_FROM_EMAIL = setting
    assert parsed(compose.build(write(), NOTE, now=now))["From"] == shown


@pytest.fixture
def stem(tmp_path: Path, settings: Any) -> str:
    """Three templates in a folder of their own, in front of the project's."""
    folder = tmp_path / "templates" / "tests" / "emails"
    folder.mkdir(parents=True)
    (folder / "hello.subject.txt").write_text("Hello\n {{ name }}\n")
    (folder / "hello.txt").write_text(
        '{% extends "emails/base.txt" %}{% block content %}Hello {{ name }},\n\n\n\nsee {{ site_url }}/{% endblock %}'
    )
    (folder / "hello.html").write_text(
        '{% extends "emails/base.html" %}{% block content %}<p class="note">Hello {{ name }}</p>{% endblock %}'
    )
    engine = settings.TEMPLATES[0] | {"DIRS": [tmp_path / "templates", *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [engine]
    return "tests/hello"


def test_plain_text_is_not_escaped_and_html_is(stem: str) -> None:
    rendered = compose.from_templates(stem, {"name": "O'Brien & <b>"})
    assert rendered.subject == "Hello O'Brien & <b>"
    assert rendered.text.startswith("Hello O'Brien & <b>,\n\nsee http://testserver/\n\n")
    assert "Hello O'Brien &amp; &lt;b&gt;" in rendered.html


def test_styles_are_written_into_the_elements_and_the_dark_ones_kept(stem: str) -> None:
    html = compose.from_templates(stem, {"name": "Alice"}).html
    assert '<p class="note" style="margin: 0' in html
    assert "@media (prefers-color-scheme: dark)" in html


def test_every_mail_says_who_we_are(stem: str) -> None:
    Institute.objects.create(pk=1, name="The House", postal_address="1 Main St\nTown")
    rendered = compose.from_templates(stem, {"name": "Alice"})
    assert rendered.text.endswith(
        "The House\n+1 (215) 430-2201, Monday to Friday, 9 AM to 5 PM Eastern\n1 Main St\nTown\nhttp://testserver/\n"
    )
    assert 'href="tel:+12154302201"' in rendered.html
    assert "1 Main St<br>Town" in rendered.html


def test_nothing_in_a_mail_is_fetched_from_anywhere(stem: str) -> None:
    html = compose.from_templates(stem, {"name": "Alice"}).html
    for word in ("<img", "<link", "@import", "url(", "<script", " src="):
        assert word not in html
