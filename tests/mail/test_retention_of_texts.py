"""Texts go 30 days after the last touch, whatever the message was good for (security 84)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mail import claims, incoming, trials
from mail.models import Bounce, Message, Trial
from mail.reports import Fate, Report
from mail.retention import tidy
from mail.sender import drain

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
DAY = timedelta(days=1)


def test_a_confirmation_of_a_call_a_year_ahead_is_not_kept_for_a_year(write: Write, now: datetime) -> None:
    message = write(expires_at=now + 365 * DAY)
    drain(clock=lambda: now)
    assert tidy(now=now + 30 * DAY)[0] == 0
    assert tidy(now=now + 30 * DAY + timedelta(minutes=2))[0] == 1
    assert Message.objects.get(pk=message.pk).masked is None


def test_a_reminder_written_long_before_it_is_sent_is_kept_for_thirty_days_after(write: Write, now: datetime) -> None:
    write(due_at=now + 60 * DAY, expires_at=now + 61 * DAY)
    drain(clock=lambda: now + 60 * DAY)
    assert tidy(now=now + 75 * DAY)[0] == 0
    assert tidy(now=now + 91 * DAY)[0] == 1


def test_what_servers_said_about_people_goes_too(write: Write, now: datetime) -> None:
    message, lost = write("sent"), write("lost")
    drain(clock=lambda: now, limit=1)
    taken = claims.claim(now=now)
    assert taken is not None
    claims.failed(taken, why="Refused.", error="550 <alice@example.org> unknown")
    sent = Message.objects.get(pk=message.pk)
    incoming.note(Report(Fate.LOST, sent.message_id, "", "5.7.1", "550 alice@", "k"), source="file", now=now)
    tidy(now=now + 31 * DAY)
    assert [row.last_error for row in Message.objects.filter(pk__in=[message.pk, lost.pk])] == ["", ""]
    assert Bounce.objects.get().detail == ""


def test_test_mails_that_nobody_confirmed_go_and_the_proof_stays(now: datetime) -> None:
    for address in ("a@example.org", "b@example.org"):
        trials.send(address=address, asked_by=None, now=now)
    proof = Trial.objects.order_by("pk")[0]
    Trial.objects.filter(pk=proof.pk).update(confirmed_at=now)
    tidy(now=now + 31 * DAY)
    assert list(Trial.objects.values_list("pk", flat=True)) == [proof.pk]
