"""Statements of our own, where Django takes longer to build one than the database to run it."""

import re
import select
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from mail.session import Row, Session

_own = threading.local()
_named = re.compile(r"%\((\w+)\)s")


def change(statement: str, values: Mapping[str, Any]) -> int:
    """How many rows it changed or returned; raises django.db.DatabaseError."""
    own = _session()
    if own is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)
    result = _execute(own, statement, values)
    return result.ntuples if result.status == ExecStatus.TUPLES_OK else result.command_tuples or 0


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What it returned; raises django.db.DatabaseError."""
    own = _session()
    if own is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    return own.rows(_execute(own, statement, values))


def begin(*settings: str) -> None:
    """Begin the transaction that was just opened, on PostgreSQL with these statements, which have no values."""
    if not on_postgresql() or not settings:
        return
    own = _session()
    if own is None:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(settings))
        return
    with own.errors:
        own.begin(*settings)


def soon(statement: str, values: Mapping[str, Any], *, then: Callable[[Row], None] | None = None) -> None:
    """Say a statement whose answer nobody waits for; `then` is told its first row, where it returns one.

    Within `durable` it goes to the server with the next one that is asked, and raises what it has to raise there;
    everywhere else it is said at once.
    """
    own = _session()
    if own is not None and own.waiting is not None:
        words, names = _numbered(statement)
        with own.errors:
            own.later(words, [values[name] for name in names], then)
        return
    if then is None:
        change(statement, values)
        return
    for row in rows(statement, values)[:1]:
        then(row)


@contextmanager
def durable(*settings: str) -> Iterator[None]:
    """A durable transaction that begins with these (PostgreSQL only); what is said `soon` in it waits for the next statement.

    Each statement costs a turn of this process, of the kernel and of the server's process, which is more than most of ours
    cost the database. The order stays that of the program: Django's own statements, savepoints among them, wait for what
    was said before them. The COMMIT goes along with the last; Django then finds nothing left to commit.
    """
    with transaction.atomic(durable=True):
        own, here = _session(), own_connection()
        if own is None:
            begin(*settings)
            yield
            return
        own.waiting = []
        try:
            with connection.execute_wrapper(_in_order):
                begin(*settings)
                yield
                # A test has a transaction of its own around ours.
                alone = len(here.atomic_blocks) == 1
                with own.errors:
                    own.flush(commit=alone and not here.needs_rollback)
        finally:
            own.waiting = None


def _in_order(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """What Django says itself comes after what was said before it."""
    own: Session = _own.session
    with own.errors:
        own.flush()
    return execute(sql, params, many, context)


def own_connection() -> BaseDatabaseWrapper:
    """This thread's connection itself: `django.db.connection` looks it up anew with every attribute it is asked for."""
    return connections[DEFAULT_DB_ALIAS]


def adapt(instant: datetime) -> Any:
    """An instant as the database driver of this connection wants it in a statement of our own."""
    return instant if on_postgresql() else connection.ops.adapt_datetimefield_value(instant)


@cache
def on_postgresql() -> bool:
    """Whether the database is PostgreSQL; asked of Django once, whose proxy is slow where it is asked for every value."""
    return connection.vendor == "postgresql"


def _execute(own: Session, statement: str, values: Mapping[str, Any]) -> PGresult:
    words, names = _numbered(statement)
    with own.errors:
        return own.execute(words, [values[name] for name in names])


@lru_cache(maxsize=512)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with the numbers that PostgreSQL knows its values by, and their names in that order."""
    names = tuple(dict.fromkeys(_named.findall(statement)))
    words = _named.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return words.replace("%%", "%").encode(), names


def _check(here: BaseDatabaseWrapper) -> None:
    """What Django does before a request's first statement, once a request: see that the server is still there.

    It asks `SELECT 1`. A server that went away has closed the line, which can be seen on this side: only where there is
    something to read does anybody ask.
    """
    line = select.poll()
    line.register(here.connection.pgconn.socket, select.POLLIN)
    if line.poll(0):
        here.close_if_health_check_failed()
        here.ensure_connection()
    here.health_check_done = True  # type: ignore[attr-defined]  # not in the stubs


def _session() -> Session | None:
    """What this thread's connection has prepared. None where Django's own cursor has to do, because something listens
    there or the database is another one.
    """
    here = own_connection()
    listening = here.execute_wrappers and here.execute_wrappers != [_in_order]
    if not on_postgresql() or listening or here.queries_logged:
        return None
    here.ensure_connection()
    if here.health_check_enabled and not here.health_check_done:  # type: ignore[attr-defined]
        _check(here)
    here.validate_no_broken_transaction()
    raw = here.connection
    kept: Session | None = _own.__dict__.get("session")
    if kept is None or kept.raw is not raw:
        kept = _own.session = Session(raw, here.wrap_database_errors)
    return kept
