"""A request for a call: the coach says yes or no, and silence is a no."""

from datetime import datetime

from django.db.models import Q

from bookings.errors import NotActive
from bookings.models import Booking
from bookings.services import gate, notices, rows
from bookings.services.rows import Status
from mail.text import one_line


def approve(*, booking: Booking, actor_kind: str, actor: str, now: datetime) -> Booking:
    """Say yes: the request becomes a call, through the gate like everything that takes time; twice is the same as once.

    Raises NotActive (declined, cancelled, or too late), SlotTaken, Busy.
    """

    def work() -> Booking:
        rows.lock_person(booking)
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if row.status == Status.CONFIRMED:
            return row
        if not row.awaits_approval(now):
            raise NotActive
        gate.still_free(row, now=now)
        rows.change(
            row,
            name="approved",
            now=now,
            actor_kind=actor_kind,
            actor=actor,
            status=Status.CONFIRMED,
            approve_by=None,
            version=row.version + 1,
            version_at=now,
        )
        notices.approved(row, actor=actor, now=now)
        return row

    return gate.run(work)


def decline(*, booking: Booking, actor_kind: str, actor: str, why: str, now: datetime) -> Booking:
    """Say no, and tell the attendee; twice is the same as once. Raises NotActive, Busy."""
    why = one_line(why, limit=500)

    def work() -> Booking:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if row.status == Status.DECLINED:
            return row
        if row.status != Status.PENDING or row.unproven:
            raise NotActive
        return rows.decline(row, now=now, why=why, actor_kind=actor_kind, actor=actor)

    return gate.run(work)


def decline_unanswered(*, now: datetime) -> int:
    """Decline the requests that nobody answered in time; their number. Raises Busy.

    No guard needs it: a request that ran out takes nobody's time any more. It is for the person who waits.
    """
    return rows.run_out_everywhere(Q(status=Status.PENDING, approve_by__lte=now), now=now)
