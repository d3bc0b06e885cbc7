"""Commits that may be lost with the power, and the one that may not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from mail import claims, durability
from mail.models import Message
from mail.sender import drain
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[..., Message]


def hard() -> bool:
    """Whether this connection's commits wait for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit" if connection.vendor == "postgresql" else "PRAGMA synchronous")
        return cursor.fetchone()[0] in ("on", 2)


def test_a_connection_is_handed_back_as_hard_as_it_was(db: None) -> None:
    assert hard()
    with durability.eased():
        assert not hard()
        with durability.pressed():
            assert hard()
        assert not hard()
    assert hard()
    with durability.pressed():
        assert hard()
    assert hard()


def test_it_is_hard_again_after_an_error(db: None) -> None:
    with pytest.raises(ZeroDivisionError), durability.eased():
        raise ZeroDivisionError
    assert hard()


def test_links_are_on_the_disk_before_the_mail_that_carries_them_leaves(
    write: Write, sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, bool]] = []
    say = claims._say
    names = {claims._KEEP: "keep", claims._MAY_BEGIN: "check", claims._SENT: "mark"}

    def spy(statement: str, message: Message, **values: Any) -> bool:
        if statement in names:
            said.append((names[statement], hard()))
            return say(statement, message, **values)
        with transaction.atomic():
            answer = say(statement, message, **values)
            said.append(("keep", hard()))  # what the commit of this transaction will do
            return answer

    monkeypatch.setattr(claims, "_say", spy)
    write()
    assert drain(clock=lambda: now).sent == 1
    assert said == [("keep", True), ("check", False), ("mark", False)]
    assert hard()
