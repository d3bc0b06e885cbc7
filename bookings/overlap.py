"""The last proof against double bookings, in the database itself: an exclusion constraint or, on SQLite, triggers."""

import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

NAME = "booking_no_overlap"
TABLE = "bookings_booking"

# Django rebuilds a SQLite table on AlterField and drops its triggers without a word: hence install() on post_migrate.
_CLASH = """
WHEN NEW.status IN ('held', 'pending', 'confirmed')
BEGIN
  SELECT RAISE(ABORT, 'booking_no_overlap') WHERE EXISTS (
    SELECT 1 FROM bookings_booking AS other
    WHERE other.coach_id = NEW.coach_id AND other.id IS NOT NEW.id
      AND other.status IN ('held', 'pending', 'confirmed')
      AND other.busy_end > NEW.busy_start AND other.busy_start < NEW.busy_end);
END
"""
_TRIGGERS = {
    f"{NAME}_insert": f"BEFORE INSERT ON {TABLE} {_CLASH}",
    f"{NAME}_update": f"BEFORE UPDATE OF coach_id, status, busy_start, busy_end ON {TABLE} {_CLASH}",
}
CONSTRAINT = f"""
ALTER TABLE {TABLE} ADD CONSTRAINT {NAME}
EXCLUDE USING gist (coach_id WITH =, tstzrange(busy_start, busy_end, '[)') WITH &&)
WHERE (status IN ('held', 'pending', 'confirmed'))
"""


def install(using: str = "default") -> None:
    """Put the guard in place; does nothing where it already is."""
    connection = connections[using]
    if present(using):
        return
    remove(using)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(CONSTRAINT)
        else:
            for name, body in _TRIGGERS.items():
                cursor.execute(f"CREATE TRIGGER {name} {body}")


def remove(using: str = "default") -> None:
    """Take the guard away, for the tests that show what happens without it."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}")
        else:
            for name in _TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def present(using: str = "default") -> bool:
    """True while the database itself refuses overlapping bookings; False too where the table does not exist yet."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT count(*) FROM pg_constraint"
                " WHERE conname = %s AND contype = 'x' AND convalidated AND conrelid = to_regclass(%s)",
                [NAME, TABLE],
            )
            return cursor.fetchone() == (1,)
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        found = {name: _squeezed(sql) for name, sql in cursor.fetchall()}
    return all(found.get(name) == _squeezed(f"CREATE TRIGGER {name} {body}") for name, body in _TRIGGERS.items())


def install_if_possible(using: str) -> None:
    """After `migrate`: put the guard (back) in place, unless bookings were migrated away or not yet there."""
    connection = connections[using]
    if connection.vendor in ("postgresql", "sqlite") and _table_exists(connection):
        install(using)


def check_guard(*, databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """System check bookings.E001: the table is there and its guard is not; `migrate` is let through to put it back."""
    if sys.argv[1:2] == ["migrate"]:
        return []
    return [
        Error(
            f"The guard against overlapping bookings is missing in the database “{using}”.",
            hint="Run “manage.py migrate”, which puts it back.",
            id="bookings.E001",
        )
        for using in databases or []
        if _table_exists(connections[using]) and not present(using)
    ]


def check_switches(**_: object) -> list[CheckMessage]:
    """System check bookings.E002: the gate's guards are switched off outside the tests that show they matter."""
    on = settings.BOOKING_GATE_LOCK and settings.BOOKING_GATE_CHECK
    if on or settings.UNGUARDED_FOR_TESTS:
        return []
    return [
        Error(
            "BOOKING_GATE_LOCK and BOOKING_GATE_CHECK must be on.",
            hint="Only a test-only settings module with UNGUARDED_FOR_TESTS may switch them off.",
            id="bookings.E002",
        )
    ]


def _table_exists(connection: BaseDatabaseWrapper) -> bool:
    """False before the first migration, and after the room was migrated away."""
    with connection.cursor() as cursor:
        return TABLE in connection.introspection.table_names(cursor)


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())
