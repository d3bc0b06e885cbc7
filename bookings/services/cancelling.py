"""Cancelling a call."""

from datetime import datetime

from bookings.errors import NotActive, TooLate
from bookings.models import Booking
from bookings.services import gate, notices, rows
from bookings.services.rows import Actor, Status
from mail.text import one_line


def cancel(*, booking: Booking, actor_kind: str, actor: str, why: str, now: datetime) -> Booking:
    """Cancel a call and mail both sides; `actor_kind` is a BookingEvent.ActorKind.

    Raises TooLate (an attendee inside the policy window), NotActive (no call to cancel), Busy.
    """
    why = one_line(why, limit=500)

    def work() -> Booking:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if not row.is_upcoming:
            raise NotActive
        if actor_kind == Actor.ATTENDEE and now > row.cancel_until:
            raise TooLate
        agreed = row.status == Status.CONFIRMED
        rows.change(
            row,
            name="cancelled",
            now=now,
            actor_kind=actor_kind,
            actor=actor,
            why=why,
            status=Status.CANCELLED,
            approve_by=None,
            cancelled_at=now,
            cancel_reason=why,
            version=row.version + 1,
            version_at=now,
        )
        notices.cancelled(row, agreed=agreed, actor=actor or Actor(actor_kind).label, why=why, now=now)
        return row

    return gate.run(work)
