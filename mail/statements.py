"""Statements of our own, where Django takes longer to build one than the database to run it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Cursor

FIRST_USES = 5  # psycopg's own default
MANY = 1_000  # so many rows are not kept in memory until the next statement

_own = threading.local()


def change(statement: str, values: Mapping[str, Any]) -> int:
    """How many rows it changed or returned; raises django.db.DatabaseError."""
    with _said(statement, values) as cursor:
        return int(cursor.rowcount)


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What it returned; raises django.db.DatabaseError."""
    with _said(statement, values) as cursor:
        found = list(cursor.fetchall())
    if len(found) > MANY:
        _own.__dict__.clear()
    return found


def own_connection() -> BaseDatabaseWrapper:
    """This thread's connection itself: `django.db.connection` looks it up anew with every attribute it is asked for."""
    return connections[DEFAULT_DB_ALIAS]


def adapt(instant: datetime) -> Any:
    """An instant as the database driver of this connection wants it in a statement of our own."""
    connection = own_connection()
    return instant if connection.vendor == "postgresql" else connection.ops.adapt_datetimefield_value(instant)


@contextmanager
def _said(statement: str, values: Mapping[str, Any]) -> Iterator[Any]:
    """PostgreSQL parses and plans each statement once a connection: planning a claim costs twice its work."""
    connection: Any = own_connection()
    if connection.vendor != "postgresql" or connection.execute_wrappers or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            yield cursor
        return
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = FIRST_USES  # Django's own statements are put together on this side and never prepared
    with connection.wrap_database_errors:
        own = _cursor(raw)
        own.execute(statement, values, prepare=True)
        yield own


def _cursor(raw: Any) -> Cursor[Any]:
    """The one cursor of this thread's connection: making one takes as long as what most of our statements do.

    Every statement's rows are read before the next is said, so that one is enough.
    """
    kept: Cursor[Any] | None = _own.__dict__.get("cursor")
    if kept is None or kept.connection is not raw or kept.closed:
        kept = _own.cursor = Cursor(raw)
    return kept
