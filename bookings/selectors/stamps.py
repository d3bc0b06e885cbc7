"""The mark by which a worked-out answer about open times is known to be stale."""

from functools import lru_cache

from django.db import connection

from bookings.models import Coach, EventType
from bookings.selectors.offered import demo_allowed

Stamp = tuple[int, ...]


def stamp(*, slug: str, coach: str = "") -> Stamp | None:
    """Changes with every write that the open times of this kind of call depend on: one query for any number of coaches.

    With the slug of a `coach`, as far as that coach goes. None where nothing can be booked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_question(demo=demo_allowed(), one_coach=bool(coach)), [slug, coach] if coach else [slug])
        return cursor.fetchone()


@lru_cache(maxsize=4)
def _question(*, demo: bool, one_coach: bool) -> str:
    """Written by hand: it is asked before everything else, and building it anew took longer than answering it."""
    return f"""
        SELECT kind.id, kind.version, count(link.id), max(link.id), sum(coach.version)
        FROM {EventType._meta.db_table} kind
        JOIN {EventType.coaches.through._meta.db_table} link ON link.eventtype_id = kind.id
        JOIN {Coach._meta.db_table} coach ON coach.id = link.coach_id AND coach.active
        WHERE kind.slug = %s AND kind.enabled
        {"" if demo else "AND NOT kind.is_demo AND NOT coach.is_demo"}
        {"AND coach.slug = %s" if one_coach else ""}
        GROUP BY kind.id, kind.version
    """  # noqa: S608  the names of our own tables
