"""The mark by which something worked out or read before is known to be stale: one query for any number of coaches.

Every write that matters counts a `version` up, of the kind of call or of the coach, in its own transaction. Coaches who
cannot be booked at the moment count too: over a fixed set of links the sum only ever grows, so that one who goes and one
who comes can never give an old stamp again.
"""

from dataclasses import dataclass
from functools import lru_cache

from bookings.models import Coach, EventType
from bookings.selectors.offered import demo_allowed
from mail import statements

Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """Who can be booked for a kind of call, in the order of their names, each with the version they are at."""

    stamp: Stamp
    kind: int
    kind_version: int
    coaches: dict[int, int]


def stamp(*, slug: str, coach: str = "") -> Stamp | None:
    """Changes with every write that the open times of this kind of call depend on.

    With the slug of a `coach`, as far as that coach goes. None where nothing can be booked.
    """
    ((bookable, *found),) = statements.rows(
        f"""SELECT sum(CASE WHEN bookable THEN 1 ELSE 0 END), max(kind), max(kind_version), count(link), max(link),
                sum(link), sum(coach_version)
            FROM ({_links(demo=demo_allowed(), one_coach=bool(coach))}) links""",  # noqa: S608
        {"slug": slug, "coach": coach},
    )
    return tuple(map(int, found)) if bookable else None


def roll(*, slug: str, coach: str = "") -> Roll | None:
    """The same stamp with whom it is about; None where nothing can be booked."""
    rows = statements.rows(
        f"{_links(demo=demo_allowed(), one_coach=bool(coach))} ORDER BY coach.name, coach.id",
        {"slug": slug, "coach": coach},
    )
    coaches = {pk: version for _, _, _, pk, version, bookable in rows if bookable}
    if not coaches:
        return None
    kinds, versions, links, _, coach_versions, _ = zip(*rows, strict=True)
    mark = (kinds[0], versions[0], len(links), max(links), sum(links), sum(coach_versions))
    return Roll(mark, kinds[0], versions[0], coaches)


@lru_cache(maxsize=4)
def _links(*, demo: bool, one_coach: bool) -> str:
    """Written by hand: it is asked before everything else, and building it anew took longer than answering it."""
    return f"""
        SELECT kind.id AS kind, kind.version AS kind_version, link.id AS link, coach.id AS coach,
            coach.version AS coach_version, (coach.active {"" if demo else "AND NOT coach.is_demo"}) AS bookable
        FROM {EventType._meta.db_table} kind
        JOIN {EventType.coaches.through._meta.db_table} link ON link.eventtype_id = kind.id
        JOIN {Coach._meta.db_table} coach ON coach.id = link.coach_id
        WHERE kind.slug = %(slug)s AND kind.enabled
        {"" if demo else "AND NOT kind.is_demo"}
        {"AND coach.slug = %(coach)s" if one_coach else ""}
    """  # noqa: S608  the names of our own tables
