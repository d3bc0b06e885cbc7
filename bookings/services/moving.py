"""Moving a call: one UPDATE of the same row, so that its uid, its links and its history go on."""

from dataclasses import replace
from datetime import datetime, timedelta

from bookings import links, selectors
from bookings.errors import Busy, NotActive, TooLate
from bookings.models import Booking, Coach
from bookings.services import gate, notices, rows
from bookings.services.choosing import Wish, with_a_coach
from bookings.services.rows import Actor
from mail import tokens
from mail.text import one_line


class _MovedMeanwhile(Exception):  # noqa: N818 - a turn of the conversation, not a failure
    """Another move gave the call to a third coach, whose lock this transaction does not hold, or took it to another time
    while only its coach was to change: once more from there."""


def reschedule(
    *,
    booking: Booking,
    start: datetime,
    coach: Coach | None,
    actor_kind: str,
    actor: str,
    why: str,
    now: datetime,
    duration: timedelta | None = None,
) -> Booking:
    """Move a call to another start, and to another coach where one is named or the present one is not free.

    Its own time counts as free. A call that is there already stays unchanged, so that a repeated form moves once.
    The policy window, notice and booking window bind attendees, not staff.
    Raises TooLate, NotActive (no call to move), SlotTaken, NotOffered, Busy.
    """
    by_staff = actor_kind == Actor.STAFF
    wish = Wish(
        event_type=booking.event_type,
        start=start,
        coach=coach,
        duration=duration or booking.duration,
        own=booking.coach,
        by_staff=by_staff,
    )
    return _move(booking, wish, actor_kind=actor_kind, actor=actor, why=why, now=now)


def reassign(*, booking: Booking, actor: str, why: str, now: datetime, coach: Coach | None = None) -> Booking:
    """Staff give a call to another coach at the same time: the one named, or any who is free.

    Raises NotActive, SlotTaken (nobody is free), NotOffered, Busy.
    """
    wish = Wish(
        event_type=booking.event_type,
        start=booking.start,
        coach=coach,
        duration=booking.duration,
        own=selectors.own_coach(booking.lead) if booking.lead_id else None,
        not_with=booking.coach,
        by_staff=True,
    )
    return _move(booking, wish, actor_kind=Actor.STAFF, actor=actor, why=why, now=now)


def _move(booking: Booking, wish: Wish, *, actor_kind: str, actor: str, why: str, now: datetime) -> Booking:
    why, seen = one_line(why, limit=500), booking.version

    def attempt(coach_id: int, reason: str) -> Booking:
        locked = gate.lock(coach_id, booking.coach_id)
        row = rows.fresh(booking)
        if row.coach_id not in locked:
            raise _MovedMeanwhile
        if not row.is_upcoming or not row.blocks(now) or row.start <= now:
            raise NotActive
        if wish.not_with is not None and (row.start, row.duration) != (wish.start, wish.duration):
            raise _MovedMeanwhile
        if row.start == wish.start and row.duration == wish.duration and _is_wanted(row, wish, coach_id, seen):
            return row
        if actor_kind == Actor.ATTENDEE and now > row.cancel_until:
            raise TooLate
        slot = gate.admit(
            coach=locked[coach_id],
            event_type=row.event_type,
            start=wish.start,
            duration=wish.duration,
            now=now,
            without=row,
            by_staff=wish.by_staff,
        )
        rows.clear_way(slot, now=now)
        return _write(row, slot, reason=reason, actor_kind=actor_kind, actor=actor, why=why, now=now)

    for _ in range(gate.RETRIES):
        try:
            return with_a_coach(wish, now=now, without=booking, attempt=attempt)
        except _MovedMeanwhile:
            booking = rows.fresh(booking)
            if wish.not_with is not None:
                wish = replace(wish, start=booking.start, duration=booking.duration)
    raise Busy


def _is_wanted(row: Booking, wish: Wish, coach_id: int, seen: int) -> bool:
    """Whether the call is with whom it is wanted with: the coach in question or, where anybody will do, whoever the
    same form gave it to a moment ago. Its own coach will not do after having gone away: another one is in question then.
    """
    moved_meanwhile = wish.coach is None and wish.not_with is None and row.version != seen
    return row.coach_id == coach_id or moved_meanwhile


def _write(
    row: Booking, slot: gate.Slot, *, reason: str, actor_kind: str, actor: str, why: str, now: datetime
) -> Booking:
    """The one UPDATE, and what it tells the rest of the house; an approval that was given holds for the new time."""
    before = notices.Before.of(row)
    changes = {**slot.times, "version": row.version + 1, "version_at": now}
    if row.coach_id != slot.coach.pk:
        changes |= {"coach": slot.coach, "coach_reason": reason, **slot.event_type.location_with(slot.coach)}
    if row.approve_by is not None:
        # A request keeps its deadline, unless the new time is sooner.
        changes["approve_by"] = min(row.approve_by, slot.start)
    rows.change(row, name="rescheduled", now=now, actor_kind=actor_kind, actor=actor, why=why, **changes)
    # Old links open the present state, so they end when the moved call does.
    tokens.outlive(
        subject=row.topic_key,
        purposes=(links.MANAGE, links.APPROVE),
        expires_at=links.manage_ends(row),
        now=now,
    )
    notices.moved(row, before=before, actor=actor or Actor(actor_kind).label, why=why, now=now)
    return row
