"""Whoever reads the database gets no link of a mail that has been sent: raw tokens are in the mail and nowhere else."""

import base64
import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from mail.models import LinkToken, Message
from mail.sender import drain
from mail.tokens import digest
from tests.mail.kinds.reading import SITE
from tests.mail.kinds.scenes import STORIES

pytestmark = pytest.mark.django_db
# A mail of every purpose that a link can have.
TOLD = [
    ("bookings.confirmed", ""), ("bookings.rescheduled", ""), ("bookings.links", ""), ("bookings.coach_pending", ""),
    ("leads.confirm", ""), ("content.quiz_result", ""), ("mail.trial", ""),
]  # fmt: skip


def said(content: bytes) -> str:
    """Everything that stands in a mail: as it is, with its soft line ends undone, and each part decoded and unfolded."""
    mail = message_from_bytes(content, policy=policy.default)
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    texts = [content, content.replace(b"=\r\n", b""), *(part for part in parts if isinstance(part, bytes))]
    return "\n".join(re.sub(r"\r?\n[ \t]", "", text.decode("utf-8", "replace")) for text in texts)


def dump() -> str:
    """All columns of all tables as text; bytes that are a mail are taken apart, others are read as they are."""
    lines = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [_text(value) for row in cursor.fetchall() for value in row if value is not None]
    return "\n".join(lines)


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        return said(content) + base64.b64encode(content).decode()
    return str(value)


def test_a_dump_of_the_database_holds_no_live_link_of_a_sent_mail(settings: Settings) -> None:
    for which in TOLD:
        told = STORIES[which]()
        assert drain(clock=lambda: told.now).failed == 0  # noqa: B023 - called at once
    mails = [said(file.read_bytes()) for file in Path(settings.MAIL_FILE_DIR).glob("*.eml")]
    raws = {
        raw for mail in mails for raw in re.findall(rf"{re.escape(SITE)}/(?:[\w-]+/)+([\w-]{{32}})(?:/|\.ics)", mail)
    }
    assert Message.objects.filter(status="sent").count() == len(mails)
    purposes = set(LinkToken.objects.filter(digest__in=map(digest, raws)).values_list("purpose", flat=True))
    assert {"manage", "approve", "confirm", "preferences", "trial"} <= purposes, "there is data that could leak"
    assert LinkToken.objects.filter(digest__in=map(digest, raws)).count() == len(raws) > 10
    everything = dump()
    assert all(digest(raw) in everything for raw in raws), "the dump reaches the tokens' table"
    assert "********" in everything, "and the masked copies"
    assert [raw for raw in raws if raw in everything] == []


def test_the_dump_would_see_a_link_that_was_left_behind() -> None:
    """The guard of the test above: bytes of a mail that still waits do hold its link."""
    STORIES["bookings.confirmed", ""]()
    from mail import outbox

    message = Message.objects.get(kind="bookings.confirmed")
    written = outbox.write(message, now=message.due_at)
    assert isinstance(written, outbox.Written)
    raw = re.findall(r"/booking/([\w-]{32})/", said(written.raw))[0]
    Message.objects.filter(pk=message.pk).update(raw=written.raw)
    assert raw in dump()
