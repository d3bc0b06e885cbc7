"""The booking gate: everything that takes a coach's time passes here, one transaction at a time per coach.

1. Lock the coach row before reading anything of the coach's (SQLite: BEGIN IMMEDIATE locks the whole file).
2. Read fresh rows and ask the core again.
3. Write. Behind it stands the database's own guard (bookings/overlap.py), which sees writers that skip this gate.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError

from bookings import overlap, selectors
from bookings.errors import Busy, NotOffered, SlotTaken
from bookings.models import Coach, EventType
from bookings.models.booking import Booking
from bookings.scheduling import Hours, Interval, Reason, SlotQuestion, why_not
from bookings.selectors import sql
from mail import prepared, statements

log = logging.getLogger(__name__)
T = TypeVar("T")

LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 8_000
# A lock that is not had in time must cost this request, not the worker.
_PATIENCE = (
    f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}",
    f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}",
)
RETRIES = 3
# PostgreSQL's SQLSTATE classes (appendix A of its manual): what may work when tried again, and what came too late.
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
LOCK_NOT_AVAILABLE, QUERY_CANCELED = "55P03", "57014"
MOMENT = timedelta(seconds=1)
_OF_KIND = """
bookings_eventtype.id = %(kind)s AND EXISTS (
    SELECT 1 FROM bookings_eventtype_coaches link
    WHERE link.eventtype_id = bookings_eventtype.id AND link.coach_id = %(coach)s
)
"""
_KIND_OF = prepared.Rows(EventType, where=_OF_KIND)


def _these() -> str:
    return f"bookings_coach.id {sql.one_of('coaches')}"


_UNLOCKED = prepared.Rows(Coach, where=_these, order="bookings_coach.id")
_LOCKED = prepared.Rows(Coach, where=_these, order="bookings_coach.id", locked="bookings_coach")

# Somebody was quicker, or the coach went away meanwhile: the visitor did nothing wrong.
TAKEN = {Reason.BUSY, Reason.BUFFER, Reason.OUTSIDE_CALENDAR, Reason.LIMIT, Reason.TIME_OFF}


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that the gate has just found free, with the fresh rows it was asked of.

    `in_the_way` is False where no hold or request that ran out lies on it, True where one does or nobody looked.
    """

    coach: Coach
    event_type: EventType
    start: datetime
    duration: timedelta
    in_the_way: bool = True

    @property
    def times(self) -> dict[str, datetime]:
        """The booking's columns for this time: the call, and the call with its own buffers."""
        end = self.start + self.duration
        return {
            "start": self.start,
            "end": end,
            "busy_start": self.start - self.event_type.buffer_before,
            "busy_end": end + self.event_type.buffer_after,
        }


def run(work: Callable[[], T]) -> T:
    """Do the work in a durable transaction of its own; deadlocks and serialization failures are tried again 3 times.

    Raises SlotTaken where the overlap guard refused, Busy where a lock could not be had in time.
    """
    for attempt in range(RETRIES + 1):
        try:
            with statements.durable(*_PATIENCE):
                return work()
        except IntegrityError as problem:
            if overlap.NAME in str(problem):
                raise SlotTaken from problem
            raise
        except OperationalError as problem:
            if not _may_work_again(problem):
                raise
            log.warning("The booking gate met %s (attempt %d)", _state(problem), attempt + 1)
            if attempt == RETRIES or _state(problem) in (LOCK_NOT_AVAILABLE, QUERY_CANCELED):
                raise Busy from problem
            # Jitter, so that two that met do not meet again.
            time.sleep(random.uniform(0.005, 0.03) * (attempt + 1))  # noqa: S311
    raise Busy


def lock(*coach_ids: int) -> dict[int, Coach]:
    """Lock these coach rows in the order of their ids and return them fresh; needs an open transaction.

    NO KEY UPDATE, because a plain FOR UPDATE would make every foreign key check on the coach wait as well.
    """
    rows = _LOCKED if settings.BOOKING_GATE_LOCK else _UNLOCKED
    return {coach.pk: coach for coach in rows.all(coaches=sql.ids(set(coach_ids)))}


def changed(*coach_ids: int) -> None:
    """Count a write to these coaches' hours, time off, outside busy time or bookings; call it under their lock.

    What was worked out from an older version is then known to be stale, in every process.
    """
    for coach_id in sorted(set(coach_ids)):
        statements.soon("UPDATE bookings_coach SET version = version + 1 WHERE id = %(coach)s", {"coach": coach_id})


def admit(
    *,
    coach: Coach,
    event_type: EventType,
    start: datetime,
    now: datetime,
    duration: timedelta | None = None,
    without: Booking | None = None,
    by_staff: bool = False,
) -> Slot:
    """Ask the core again with fresh rows, under the lock; `without` is one's own hold or call, which never counts.

    Notice and booking window do not bind staff, nor does a length that is no longer on offer bind a call that has it.
    Raises SlotTaken, NotOffered.
    """
    fresh = _KIND_OF.first(kind=event_type.pk, coach=coach.pk)
    if fresh is None:
        raise NotOffered(Reason.COACH_NOT_ELIGIBLE)
    if not fresh.enabled or (fresh.is_demo and not selectors.demo_allowed()):
        raise NotOffered(Reason.TYPE_DISABLED)
    if not coach.active or (coach.is_demo and not selectors.demo_allowed()):
        raise NotOffered(Reason.COACH_NOT_ELIGIBLE)
    if duration is not None and duration not in fresh.durations and (without is None or without.duration != duration):
        raise NotOffered(Reason.TYPE_DISABLED)
    slot = Slot(coach, fresh, start, duration or fresh.duration)
    if not settings.BOOKING_GATE_CHECK:
        return slot
    diary = _diary(slot, now=now, without=without)
    refuse(why_not(_asked(slot, diary, now=now, by_staff=by_staff), start))
    return replace(slot, in_the_way=bool(diary.run_out))


def still_free(booking: Booking, *, now: datetime) -> None:
    """Ask busy time only: a live hold was judged by notice, window and limits when it was placed. Raises SlotTaken."""
    if not settings.BOOKING_GATE_CHECK:
        return
    slot = Slot(booking.coach, booking.event_type, booking.start, booking.duration)
    _refuse_busy(slot, Interval(booking.busy_start, booking.busy_end), now=now, without=booking)


def not_taken(slot: Slot, *, now: datetime, without: Booking | None) -> None:
    """Ask busy time before the gate: who comes too late is told so without queueing for the lock. Raises SlotTaken.

    What is committed is taken, so nobody is refused who would have been admitted; whoever passes is asked again inside.
    """
    if settings.BOOKING_GATE_CHECK:
        times = slot.times
        _refuse_busy(slot, Interval(times["busy_start"], times["busy_end"]), now=now, without=without)


def _refuse_busy(slot: Slot, kept: Interval, *, now: datetime, without: Booking | None) -> None:
    diary = _diary(slot, now=now, without=without, hours={})
    busy = (*diary.busy, *diary.time_off, *diary.outside)
    if any(each.start < kept.end and kept.start < each.end for each in busy):
        raise SlotTaken


def refuse(reason: Reason | None) -> None:
    """Turn the core's reason into an error; no reason, no error."""
    if reason in TAKEN:
        raise SlotTaken
    if reason is not None:
        raise NotOffered(reason)


def _diary(
    slot: Slot, *, now: datetime, without: Booking | None, hours: dict[int, tuple[Hours, ...]] | None = None
) -> selectors.Diary:
    """The coach's diary around a time, fresh; with `hours` given those are not read."""
    (diary,) = selectors.diaries(
        [slot.coach],
        slot.event_type,
        since=slot.start,
        until=slot.start + MOMENT,
        now=now,
        without=without,
        duration=slot.duration,
        hours=hours,
    )
    return diary


def _asked(slot: Slot, diary: selectors.Diary, *, now: datetime, by_staff: bool) -> SlotQuestion:
    until = slot.start + MOMENT
    return diary.question(
        slot.event_type, since=slot.start, until=until, now=now, duration=slot.duration, by_staff=by_staff
    )


def _state(problem: DatabaseError) -> str:
    """The SQLSTATE of a PostgreSQL error, the result name of a SQLite one (SQLITE_BUSY), or ""."""
    cause = problem.__cause__
    return getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""


def _may_work_again(problem: OperationalError) -> bool:
    state = _state(problem)
    return state in (SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE, QUERY_CANCELED) or state.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED")
    )
