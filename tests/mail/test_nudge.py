"""The doorbell: once a commit, never in anybody's way."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from mail import ledger, nudge
from mail.models import Message
from mail.tasks import send_due
from tests.services import need, redis_url

Write = Callable[..., Message]


@pytest.fixture
def bell(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Switch nudges on and point them at a broker."""
    settings.MAIL_NUDGES = True
    conf = send_due.app.conf
    before = conf.broker_url, conf.broker_write_url, conf.broker_transport_options

    def to(url: str) -> None:
        conf.broker_url = conf.broker_write_url = url
        conf.broker_transport_options = {"socket_connect_timeout": 1, "socket_timeout": 10}
        monkeypatch.setattr(nudge, "_bell", None)

    yield to
    nudge.settle(2)
    conf.broker_url, conf.broker_write_url, conf.broker_transport_options = before


def hooks() -> int:
    return sum(1 for hook in connection.run_on_commit if hook[1] is nudge.ring)


@pytest.mark.django_db
def test_one_commit_rings_once(write: Write, settings: Any) -> None:
    settings.MAIL_NUDGES = True
    with transaction.atomic():
        write("one")
        write("two")
        assert hooks() == 1


@pytest.mark.django_db
def test_a_message_for_later_rings_not_at_all(write: Write, settings: Any, now: Any) -> None:
    settings.MAIL_NUDGES = True
    from datetime import timedelta

    with transaction.atomic():
        write(due_at=now + timedelta(hours=1))
        assert hooks() == 0


@pytest.mark.django_db
def test_a_rolled_back_message_rings_not_at_all(write: Write, settings: Any) -> None:
    settings.MAIL_NUDGES = True
    with transaction.atomic():
        with transaction.atomic():
            write()
            transaction.set_rollback(True)
        assert hooks() == 0


@pytest.mark.django_db
def test_nudges_can_be_switched_off(write: Write) -> None:
    write()
    assert hooks() == 0


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_never_held_up_by_a_broker_that_is_away(write: Write, bell: Any, closed_port: int) -> None:
    bell(f"redis://127.0.0.1:{closed_port}/9")
    began = time.monotonic()
    write()
    assert time.monotonic() - began < 1
    assert nudge.settle(2)
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_never_held_up_by_a_broker_that_never_answers(
    write: Write, bell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudge, "SOCKET_TIMEOUT", 20)
    with socket.create_server(("127.0.0.1", 0)) as hole:
        bell(f"redis://127.0.0.1:{hole.getsockname()[1]}/9")
        began = time.monotonic()
        write("one")
        write("two")
        assert time.monotonic() - began < 10
        hole.accept()[0].close()
    assert nudge.settle(10)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_never_answers_is_given_up(write: Write, bell: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:
        bell(f"redis://127.0.0.1:{hole.getsockname()[1]}/9")
        write()
        assert nudge.settle(2)


def test_after_a_failure_the_bell_is_silent_for_a_while(
    bell: Any, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[float] = []
    send = nudge._Bell._send

    def counted(self: Any) -> None:
        tries.append(time.monotonic())
        send(self)

    monkeypatch.setattr(nudge._Bell, "_send", counted)
    bell(f"redis://127.0.0.1:{closed_port}/9")
    for _ in range(3):
        nudge.ring()
        assert nudge.settle(2)
    assert len(tries) == 1
    nudge._bell._silent_until = 0.0  # type: ignore[union-attr]
    nudge.ring()
    assert nudge.settle(2)
    assert len(tries) == 2


def test_the_bell_rings_with_a_hint_that_names_nobody_and_does_not_keep(bell: Any) -> None:
    need("redis", there=redis_url())
    import redis

    client = redis.Redis.from_url(redis_url())
    client.delete("celery")
    bell(redis_url())
    try:
        for _ in range(2):
            nudge.ring()
            assert nudge.settle(5)
        hints = [json.loads(hint) for hint in client.lrange("celery", 0, -1)]
    finally:
        client.delete("celery")
        client.close()
    assert [hint["headers"]["task"] for hint in hints] == ["mail.send_due"] * 2
    assert {hint["headers"]["argsrepr"] for hint in hints} == {"()"}
    assert {hint["properties"]["expiration"] for hint in hints} == {"15000"}


def test_a_broker_that_has_hung_up_meanwhile_is_called_again(bell: Any) -> None:
    need("redis", there=redis_url())
    import redis

    client = redis.Redis.from_url(redis_url())
    client.delete("celery")
    bell(redis_url())
    try:
        nudge.ring()
        assert nudge.settle(5)
        nudge._bell._broker.default_channel.client.connection_pool.disconnect()  # type: ignore[union-attr]
        nudge.ring()
        assert nudge.settle(5)
        assert client.llen("celery") == 2
    finally:
        client.delete("celery")
        client.close()


@pytest.mark.django_db
def test_a_staff_retry_rings(write: Write, settings: Any, now: Any) -> None:
    message = write()
    Message.objects.filter(pk=message.pk).update(status=Message.Status.FAILED)
    settings.MAIL_NUDGES = True
    with transaction.atomic():
        before = hooks()
    ledger.retry(message=message, now=now)
    assert hooks() == before + 1
