"""One connection for many messages: how many, and what is begun before a message on it is marked."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mail import claims, line
from mail.models import Message
from mail.sender import drain
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


def test_the_connection_is_used_for_many_messages(write: Write, sink: Sink, now: datetime) -> None:
    for number in range(5):
        write(f"n{number}")
    assert drain(clock=at(now)).sent == 5
    assert sink.connections == 1


def test_a_connection_is_given_up_after_a_hundred_messages(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "MESSAGES_A_CONNECTION", 2)
    for number in range(5):
        write(f"n{number}")
    assert drain(clock=at(now)).sent == 5
    assert sink.connections == 3


def test_the_next_is_claimed_with_the_mark_and_never_left_in_hand(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with the first mark on a connection, which is news to other senders, nor with its last, nor beyond a limit."""
    monkeypatch.setattr(line, "MESSAGES_A_CONNECTION", 4)
    claimed: list[bool] = []
    together = claims.sent_then_claim

    def noted(message: Message, *, now: datetime) -> tuple[bool, Message | None]:
        marked, following = together(message, now=now)
        claimed.append(following is not None)
        return marked, following

    monkeypatch.setattr(claims, "sent_then_claim", noted)
    for number in range(15):
        write(f"n{number}")
    assert (drain(clock=at(now), limit=3).sent, claimed) == (3, [True])
    assert (drain(clock=at(now), stop=lambda: len(claimed) == 2).sent, claimed) == (3, [True] * 2)
    assert (drain(clock=at(now), seconds=0).sent, claimed) == (0, [True] * 2)
    assert not Message.objects.filter(status=Status.SENDING).exists()
    assert (drain(clock=at(now)).sent, claimed) == (9, [True] * 6)


def test_nothing_due_opens_no_connection(write: Write, sink: Sink, now: datetime) -> None:
    write(due_at=now + timedelta(hours=1))
    drain(clock=at(now))
    assert sink.connections == 0
