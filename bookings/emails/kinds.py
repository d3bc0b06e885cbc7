"""The kinds of mail about a call, and writing one into the ledger."""

from datetime import datetime

from bookings.models import Booking
from mail import ledger
from mail.models import Message, Topic

CONFIRMED = "bookings.confirmed"
PENDING = "bookings.pending"
PROVE = "bookings.prove"
DECLINED = "bookings.declined"
RESCHEDULED = "bookings.rescheduled"
CANCELLED = "bookings.cancelled"
REMINDER = "bookings.reminder"
FOLLOW_UP = "bookings.follow_up"
NO_SHOW = "bookings.no_show"
LINKS = "bookings.links"
COACH_CONFIRMED = "bookings.coach_confirmed"
COACH_PENDING = "bookings.coach_pending"
COACH_RESCHEDULED = "bookings.coach_rescheduled"
COACH_MOVED_AWAY = "bookings.coach_moved_away"
COACH_REMINDER = "bookings.coach_reminder"
COACH_UPDATED = "bookings.coach_updated"
COACH_CANCELLED = "bookings.coach_cancelled"
LATE_REQUEST = "bookings.late_request"


def message(
    kind: str,
    booking: Booking,
    *,
    topic: Topic,
    recipient: str,
    expires_at: datetime,
    now: datetime,
    due_at: datetime | None = None,
    facts: dict[str, int | str] | None = None,
    mark: str = "",
) -> Message:
    """One message about the booking's present version, not yet written into the ledger.

    `mark` tells messages of one kind and version apart, such as reminders; `facts` are what the row will not tell later.
    """
    return ledger.message(
        kind=kind,
        dedupe_key=f"{kind}:{booking.uid}:{booking.version}" + (f":{mark}" if mark else ""),
        topic=topic,
        recipient=recipient,
        due_at=due_at or now,
        expires_at=expires_at,
        now=now,
        context={"booking": str(booking.uid), "version": booking.version, **(facts or {})},
    )


def enqueue(
    kind: str,
    booking: Booking,
    *,
    topic: Topic,
    recipient: str,
    expires_at: datetime,
    now: datetime,
    due_at: datetime | None = None,
    facts: dict[str, int | str] | None = None,
    mark: str = "",
) -> None:
    """The same, written; needs the booking's transaction."""
    row = message(
        kind,
        booking,
        topic=topic,
        recipient=recipient,
        expires_at=expires_at,
        now=now,
        due_at=due_at,
        facts=facts,
        mark=mark,
    )
    ledger.write([row], now=now)
