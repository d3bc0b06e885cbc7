"""What takes coaches' time in a range: calls, holds, time off and outside calendars, all in one statement."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from bookings.models import BLOCKING, Booking, OutsideBusy, OutsideCalendar, TimeOff
from bookings.selectors import sql
from mail import statements

Status = Booking.Status
BOOKING, TIME_OFF, OUTSIDE = 0, 1, 2
# Where there are limits, what took place counts in its day and week.
COUNTING = (*BLOCKING, Status.COMPLETED, Status.NO_SHOW)
Row = tuple[Any, ...]


def rows(
    coaches: Iterable[int],
    *,
    since: datetime,
    until: datetime,
    counted_since: datetime,
    counted_until: datetime,
    limited: bool,
    without: int | None,
) -> list[Row]:
    """(what, coach, from, until, start, end, status, event type, name, ends to count) of all that meets [since, until).

    Bookings are read from `counted_since` until `counted_until`, all but `without`. Holds and requests that have run out
    and were not tidied yet are among them.
    """
    every = [*coaches]
    return statements.rows(
        _question(connection.vendor, limited=limited, single=len(every) == 1),
        {
            "coaches": sql.ids(every),
            "coach": every[0] if len(every) == 1 else 0,
            "since": statements.adapt(since),
            "until": statements.adapt(until),
            "counted_since": statements.adapt(counted_since),
            "counted_until": statements.adapt(counted_until),
            "without": without or 0,
        },
    )


@lru_cache(maxsize=8)
def _question(vendor: str, *, limited: bool, single: bool) -> str:
    """The statement for this database; each part goes by an index over coach and time.

    What keeps one coach's time is asked of the overlap guard's own index on PostgreSQL: one look in it answers, whatever
    the planner knows of a table that was empty a minute ago. Guessing, it went through every booking there was.
    """
    statuses = ", ".join(f"'{each}'" for each in (COUNTING if limited else BLOCKING))
    coaches = sql.one_of("coaches")
    ends = f"CASE b.status WHEN '{Status.HELD}' THEN b.held_until WHEN '{Status.PENDING}' THEN b.approve_by END"
    meets = f"b.coach_id {coaches} AND b.busy_end > %(counted_since)s AND b.busy_start < %(counted_until)s"
    if vendor == "postgresql" and single and not limited:
        asked = "tstzrange(%(counted_since)s, %(counted_until)s, '[)')"
        meets = f"b.coach_id = %(coach)s::bigint AND tstzrange(b.busy_start, b.busy_end, '[)') && {asked}"
    return f"""
        SELECT {BOOKING}, b.coach_id, {sql.utc("b.busy_start")}, {sql.utc("b.busy_end")},
            {sql.utc("b.start")}, {sql.utc('b."end"')}, b.status, b.event_type_id, b.attendee_name, {sql.utc(f"({ends})")}
        FROM {Booking._meta.db_table} b
        WHERE {meets} AND b.status IN ({statuses}) AND b.id <> %(without)s
        UNION ALL
        SELECT {TIME_OFF}, t.coach_id, {sql.utc("t.start")}, {sql.utc('t."end"')}, NULL, NULL, NULL, NULL, NULL, NULL
        FROM {TimeOff._meta.db_table} t
        WHERE t.coach_id {coaches} AND t."end" > %(since)s AND t.start < %(until)s
        UNION ALL
        SELECT {OUTSIDE}, c.coach_id, {sql.utc("o.start")}, {sql.utc('o."end"')}, NULL, NULL, NULL, NULL, NULL, NULL
        FROM {OutsideBusy._meta.db_table} o JOIN {OutsideCalendar._meta.db_table} c ON c.id = o.calendar_id
        WHERE c.coach_id {coaches} AND c.enabled AND o."end" > %(since)s AND o.start < %(until)s
    """  # noqa: S608  the names of our own tables
