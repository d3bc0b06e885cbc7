"""No letters at night, by the reader's wall clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mail import registry
from mail.lateness import lateness
from mail.models import Institute, Message
from mail.quiet import next_allowed
from mail.registry import Later, Minter, Rendered, Stream
from mail.sender import drain


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("at", "zone", "allowed"),
    [
        (utc(2027, 1, 11, 15), "America/New_York", utc(2027, 1, 11, 15)),  # 10 AM
        (utc(2027, 1, 12, 1, 59, 59), "America/New_York", utc(2027, 1, 12, 1, 59, 59)),  # a second to 9 PM
        (utc(2027, 1, 12, 2), "America/New_York", utc(2027, 1, 12, 13)),  # 9 PM
        (utc(2027, 1, 12, 5), "America/New_York", utc(2027, 1, 12, 13)),  # midnight
        (utc(2027, 1, 12, 12, 59, 59), "America/New_York", utc(2027, 1, 12, 13)),  # a second to 8 AM
        (utc(2027, 1, 12, 13), "America/New_York", utc(2027, 1, 12, 13)),  # 8 AM
        (utc(2027, 3, 14, 3), "America/New_York", utc(2027, 3, 14, 12)),  # the night that is an hour short
        (utc(2027, 11, 7, 2), "America/New_York", utc(2027, 11, 7, 13)),  # the night that is an hour long
        (utc(2027, 1, 11, 15), "Asia/Kolkata", utc(2027, 1, 11, 15)),  # 8:30 PM
        (utc(2027, 1, 11, 16), "Asia/Kolkata", utc(2027, 1, 12, 2, 30)),  # 9:30 PM
        (utc(2027, 1, 11, 15), "Pacific/Kiritimati", utc(2027, 1, 11, 18)),  # 5 AM tomorrow
    ],
)
def test_a_letter_waits_for_the_readers_morning(at: datetime, zone: str, allowed: datetime) -> None:
    assert next_allowed(at, zone) == allowed
    assert next_allowed(at, ZoneInfo(zone)) == allowed
    assert next_allowed(allowed, zone) == allowed


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "\x00"])
def test_a_zone_nobody_knows_is_the_institutes(zone: str) -> None:
    Institute.objects.create(pk=1, default_time_zone="Asia/Tokyo")
    assert next_allowed(utc(2027, 1, 11, 15), zone) == utc(2027, 1, 11, 23)


@pytest.mark.django_db
def test_a_renderer_can_let_its_letter_wait_as_often_as_it_must(
    write: Callable[..., Message], now: datetime, settings: Any
) -> None:
    """The sender was away all evening: what was due before nine is not sent at midnight."""
    morning = now + timedelta(hours=10)

    def render(message: Message, mint: Minter, at: datetime) -> Rendered | Later:
        if at < morning:
            return Later(min(morning, at + timedelta(hours=2)))
        return Rendered("L", "L", "L", list_unsubscribe="http://testserver/unsubscribe/x/")

    registry.register("tests.letter", stream=Stream.LIST, render=render, label="Letter")
    message = write(kind="tests.letter")
    for hour in range(0, 10, 2):
        at = now + timedelta(hours=hour)
        assert drain(clock=lambda at=at: at).deferred == 1  # type: ignore[misc]
        assert drain(clock=lambda at=at: at).deferred == 0  # type: ignore[misc]
        assert lateness(now=at).number == 0
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.renders, row.attempts, row.next_try_at) == (Message.Status.DUE, 0, 0, morning)
    assert lateness(now=morning + timedelta(minutes=3)).is_trouble
    assert drain(clock=lambda: morning).sent == 1
