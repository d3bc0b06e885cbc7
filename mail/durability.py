"""How hard a commit is pressed onto the disk.

Of a message's four commits only one must survive a power cut before its content leaves: the one that keeps bytes and
links. It also presses down all that came before it, the mark of the message before included. So at most one message a
sender goes out again after the database has crashed, with the same bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DatabaseError, connection, transaction

_eased: ContextVar[bool] = ContextVar("eased", default=False)
# PostgreSQL: a commit does not wait for its WAL. SQLite in WAL mode: no fsync until the next checkpoint.
_EASE = {"postgresql": "SET synchronous_commit TO off", "sqlite": "PRAGMA synchronous = NORMAL"}
_PRESS = {"postgresql": "RESET synchronous_commit", "sqlite": "PRAGMA synchronous = FULL"}


@contextmanager
def eased() -> Iterator[None]:
    """Within, commits of this connection are atomic and visible at once, but may be lost with the power."""
    if connection.in_atomic_block or connection.vendor not in _EASE:
        yield
        return
    _say(_EASE)
    mark = _eased.set(True)
    try:
        yield
    finally:
        _eased.reset(mark)
        try:
            _say(_PRESS)
        except DatabaseError:
            connection.close()  # rather no connection than an eased one in somebody else's hands


@contextmanager
def pressed() -> Iterator[None]:
    """Within `eased`, a durable transaction whose commit does wait for the disk."""
    eased_here = _eased.get()
    if eased_here and connection.vendor == "sqlite":
        _say(_PRESS)
    try:
        with transaction.atomic(durable=True):
            if eased_here and connection.vendor == "postgresql":
                _say({"postgresql": "SET LOCAL synchronous_commit TO on"})
            yield
    finally:
        if eased_here and connection.vendor == "sqlite":
            _say(_EASE)


def _say(words: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(words[connection.vendor])
