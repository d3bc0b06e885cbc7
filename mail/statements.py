"""Statements of our own, where Django takes longer to build one than the database to run it."""

import re
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import RawCursor

FIRST_USES = 5  # psycopg's own default
MANY = 1_000  # so many rows are not kept in memory until the next statement

_own = threading.local()
_named = re.compile(r"%\((\w+)\)s")


def change(statement: str, values: Mapping[str, Any]) -> int:
    """How many rows it changed or returned; raises django.db.DatabaseError."""
    own = _own_cursor()
    if own is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)
    _execute(own, statement, values)
    return own.rowcount


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What it returned; raises django.db.DatabaseError."""
    own = _own_cursor()
    if own is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    _execute(own, statement, values)
    found = own.fetchall()
    if len(found) > MANY:
        _own.__dict__.clear()
    return found


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


def _execute(own: RawCursor[Any], statement: str, values: Mapping[str, Any]) -> None:
    """PostgreSQL parses and plans each statement once a connection: planning a claim costs twice its work."""
    words, names = _numbered(statement)
    with connection.wrap_database_errors:
        own.execute(words, [values[name] for name in names], prepare=True)


@lru_cache(maxsize=512)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with the numbers that PostgreSQL knows its values by, and their names in that order."""
    names = tuple(dict.fromkeys(_named.findall(statement)))
    words = _named.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return words.replace("%%", "%").encode(), names


def _own_cursor() -> RawCursor[Any] | None:
    """The one cursor of this thread's connection: making one takes as long as what most of our statements do.

    Every statement's rows are read before the next is said, so that one is enough. None where Django's own cursor has
    to do, because something listens there or the database is another one.
    """
    here = own_connection()
    if not on_postgresql() or here.execute_wrappers or here.queries_logged:
        return None
    here.ensure_connection()
    here.validate_no_broken_transaction()
    raw = here.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = FIRST_USES  # Django's own statements are put together on this side and never prepared
    kept: RawCursor[Any] | None = _own.__dict__.get("cursor")
    if kept is None or kept.connection is not raw or kept.closed:
        kept = _own.cursor = RawCursor(raw)
    return kept
