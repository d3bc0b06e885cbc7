"""Holds: a coach's time kept for ten minutes while somebody fills the form."""

from datetime import datetime, timedelta

from django.db.models import Q

from bookings.errors import NotActive
from bookings.models import Booking, Coach, EventType
from bookings.services import gate, rows
from bookings.services.choosing import Wish, with_a_coach
from bookings.services.rows import HOLD_LASTS, Actor, Also, Status, nothing_else
from mail.text import one_line


def hold(
    *,
    event_type: EventType,
    start: datetime,
    coach: Coach | None,
    time_zone: str,
    now: datetime,
    previous_hold: Booking | None = None,
    duration: timedelta | None = None,
    also: Also = nothing_else,
) -> Booking:
    """Keep this time for ten minutes, giving up `previous_hold`; `coach` None lets the house choose one.

    What is `also` to be written of the hold is written in its transaction.

    Raises SlotTaken, NotOffered, Busy.
    """

    def attempt(coach_id: int, reason: str) -> Booking:
        previous_coach = [] if previous_hold is None else [previous_hold.coach_id]
        locked = gate.lock(coach_id, *previous_coach)
        if previous_hold is not None:
            # Inside the same transaction: where the new time is refused, the old one stays held.
            _give_up(rows.fresh(previous_hold), now=now, why="Another time was chosen.")
        slot = gate.admit(coach=locked[coach_id], event_type=event_type, start=start, now=now, duration=duration)
        rows.clear_way(slot, now=now)
        placed = rows.place(
            slot,
            status=Status.HELD,
            name="held",
            now=now,
            reason=reason,
            held_until=now + HOLD_LASTS,
            attendee_time_zone=one_line(time_zone, limit=64),
        )
        also(placed)
        return placed

    asked = Wish(event_type=event_type, start=start, coach=coach, duration=duration)
    return with_a_coach(asked, now=now, without=previous_hold, attempt=attempt)


def renew_hold(*, booking: Booking, now: datetime) -> Booking:
    """Give a live hold ten more minutes, at most ten times; after that it is returned as it is. Raises NotActive, Busy."""

    def work() -> Booking:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if not row.is_live_hold(now):
            raise NotActive
        if not row.renewals_left:
            return row
        return rows.change(
            row,
            name="renewed",
            now=now,
            actor_kind=Actor.ATTENDEE,
            held_until=now + HOLD_LASTS,
            hold_renewals=row.hold_renewals + 1,
        )

    return gate.run(work)


def release_hold(*, booking: Booking, now: datetime) -> Booking:
    """Give a held time free again; what is no hold any more stays as it is. Raises Busy."""

    def work() -> Booking:
        gate.lock(booking.coach_id)
        return _give_up(rows.fresh(booking), now=now, why="Given up by the visitor.")

    return gate.run(work)


def expire_holds(*, now: datetime) -> int:
    """Mark the holds that ran out; tidies the desk's lists, no guard needs it. Returns their number. Raises Busy."""
    return rows.run_out_everywhere(Q(status=Status.HELD, held_until__lte=now), now=now)


def _give_up(booking: Booking, *, now: datetime, why: str) -> Booking:
    return rows.expire(booking, now=now, why=why) if booking.status == Status.HELD else booking
