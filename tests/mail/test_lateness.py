"""How late the mail is, in the one number that operators watch."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from mail import breaker, ledger
from mail.lateness import lateness
from mail.models import Message

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_the_oldest_of_what_is_due_and_still_of_use_counts(now: datetime, write: Callable[..., Message]) -> None:
    write("old", due_at=now - 5 * MINUTE)
    write("newer", due_at=now - MINUTE)
    write("not due", due_at=now + MINUTE)
    write("of no more use", due_at=now - 60 * MINUTE, expires_at=now)
    late = lateness(now=now)
    assert (late.number, late.oldest, late.is_trouble, late.trouble) == (2, 5 * MINUTE, True, "")


def test_what_is_no_longer_true_is_not_late(now: datetime, write: Callable[..., Message]) -> None:
    write("old", about="note:1", due_at=now - 5 * MINUTE)
    with transaction.atomic():
        ledger.bump("note:1")
    assert lateness(now=now).number == 0


def test_the_trouble_it_waits_for_is_named(now: datetime, write: Callable[..., Message]) -> None:
    write("old", due_at=now - 3 * MINUTE)
    breaker.trip(now=now, error="Connection refused")
    assert lateness(now=now).trouble == "Connection refused"


def test_two_minutes_are_the_senders_rhythm(now: datetime, write: Callable[..., Message]) -> None:
    write("one", due_at=now - 2 * MINUTE)
    assert not lateness(now=now).is_trouble
    assert lateness(now=now + timedelta(seconds=1)).is_trouble
