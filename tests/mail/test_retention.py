"""What the mail room lets go of."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mail import tokens
from mail.models import LinkToken, Message
from mail.preview import preview
from mail.retention import tidy
from mail.sender import drain

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]


def test_texts_go_after_thirty_days_and_the_rows_stay(write: Write, now: datetime) -> None:
    message = write(expires_at=now + timedelta(hours=1))
    drain(clock=lambda: now)
    assert tidy(now=now + timedelta(days=30)) == (0, 0)
    assert tidy(now=now + timedelta(days=30, hours=2))[0] == 1
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.masked, preview(row)) == (Message.Status.SENT, None, None)


def test_what_still_waits_keeps_its_bytes(write: Write, now: datetime) -> None:
    message = write(expires_at=now)
    Message.objects.filter(pk=message.pk).update(raw=b"x", masked=b"x")
    assert tidy(now=now + timedelta(days=90)) == (0, 0)


def test_links_long_dead_go_and_living_ones_stay(now: datetime) -> None:
    later = now + timedelta(days=60)
    tokens.mint(purpose="manage", subject="expired", expires_at=now, now=now)
    tokens.mint(purpose="manage", subject="lately", expires_at=later - timedelta(days=1), now=now)
    tokens.mint(purpose="feed", subject="living", expires_at=None, now=now)
    tokens.mint(purpose="feed", subject="revoked", expires_at=None, now=now)
    tokens.revoke(subject="revoked", purpose=None, now=now)
    assert tidy(now=later) == (0, 2)
    assert set(LinkToken.objects.values_list("subject", flat=True)) == {"lately", "living"}
