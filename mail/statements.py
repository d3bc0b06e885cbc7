"""Statements of our own, where Django takes longer to build one than the database to run it."""

import itertools
import re
import select
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

_own = threading.local()
_numbers = itertools.count()
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


def begin(words: str) -> None:
    """Begin the transaction that was just opened, on PostgreSQL with these statements, which have no values."""
    if not on_postgresql():
        return
    own = _session()
    if own is None:
        with connection.cursor() as cursor:
            cursor.execute(words)
        return
    with connection.wrap_database_errors:
        own.begin(words)


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


def _execute(own: "_Session", statement: str, values: Mapping[str, Any]) -> PGresult:
    words, names = _numbered(statement)
    with connection.wrap_database_errors:
        return own.execute(words, [values[name] for name in names])


@lru_cache(maxsize=512)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with the numbers that PostgreSQL knows its values by, and their names in that order."""
    names = tuple(dict.fromkeys(_named.findall(statement)))
    words = _named.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return words.replace("%%", "%").encode(), names


class _Session:
    """What one connection of psycopg's has prepared. PostgreSQL parses and plans each statement once a connection:
    planning a claim costs twice its work.

    psycopg's own cursors do the same, but forget everything with each rollback, of which a booking that came too late is
    one, and take as long for a statement as PostgreSQL for most of ours.
    """

    def __init__(self, raw: Connection[Any]) -> None:
        self.raw, self.pgconn, self.transformer = raw, raw.pgconn, Transformer(raw)
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}

    def execute(self, words: bytes, values: list[Any]) -> PGresult:
        """Run it, within the transaction that Django has asked for; raises psycopg.Error."""
        if not self.raw.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE:
            self.begin()
        dumped = self.transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types = self.transformer.types or ()
        name = self._prepared.get((words, types))
        if name is None:
            name = f"own_{next(_numbers)}".encode()
            self._checked(self.pgconn.prepare(name, words, types))
            self._prepared[words, types] = name
        # None is NULL, which psycopg says of exec_params and forgot here.
        found = self.pgconn.exec_prepared(name, dumped, self.transformer.formats)  # type: ignore[arg-type]
        try:
            return self._checked(found)
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName):
            # An upgrade changed a column that it returns, or it is there no more: the next time it is prepared anew.
            del self._prepared[words, types]
            raise

    def begin(self, more: str = "") -> None:
        """What psycopg says before a transaction's first statement, together with what else is to be said."""
        opens = not self.raw.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE
        self._checked(self.pgconn.exec_(f"{'BEGIN; ' if opens else ''}{more}".encode()))

    def rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        """The rows of a result as Python's values."""
        self.transformer.set_pgresult(result)
        found = self.transformer.load_rows(0, result.ntuples, tuple)
        self.transformer.set_pgresult(None)
        return found

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result, encoding=self.raw.info.encoding)


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
    here.health_check_done = True


def _session() -> _Session | None:
    """What this thread's connection has prepared. None where Django's own cursor has to do, because something listens
    there or the database is another one.
    """
    here = own_connection()
    if not on_postgresql() or here.execute_wrappers or here.queries_logged:
        return None
    here.ensure_connection()
    if here.health_check_enabled and not here.health_check_done:
        _check(here)
    here.validate_no_broken_transaction()
    raw = here.connection
    kept: _Session | None = _own.__dict__.get("session")
    if kept is None or kept.raw is not raw:
        kept = _own.session = _Session(raw)
    return kept
