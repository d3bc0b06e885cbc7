"""What a booking tells the rest of the house, written in the booking's own transaction: timeline, mails, reminders."""

from datetime import datetime, timedelta

from bookings import emails, reminders
from bookings.models import Booking
from bookings.scheduling import moment
from bookings.selectors import UTC_ZONE
from leads import people
from leads.models import Lead, Stage
from mail import ledger

# A cancellation still helps after the call was to begin: it takes the event out of the calendars.
CANCELLATION_EXPIRES_AFTER = timedelta(hours=24)


def booked(booking: Booking, *, lead: Lead, page: str, now: datetime) -> None:
    """A call was booked: confirmation, notice to the coach, reminders, one line of the lead's timeline."""
    at = moment(booking.start, UTC_ZONE)
    people.record_activity(
        lead=lead, kind="booking", summary=f"Booked {booking.title} for {at.long} UTC", now=now, data=_facts(booking)
    )
    if page:
        people.record_touch(lead=lead, page=page, now=now)
    people.advance_stage(lead=lead, stage=Stage.CALL_BOOKED, now=now)
    mail_confirmation(booking, now=now)
    if booking.coach.notice_address:
        emails.enqueue(
            emails.COACH_CONFIRMED,
            booking,
            topic=ledger.topic(booking.topic_key),
            recipient=booking.coach.notice_address,
            expires_at=booking.start,
            now=now,
        )


def mail_confirmation(booking: Booking, *, now: datetime) -> None:
    """The attendee's confirmation and reminders of the booking's present version."""
    topic = ledger.topic(booking.topic_key)
    emails.enqueue(
        emails.CONFIRMED, booking, topic=topic, recipient=booking.attendee_email, expires_at=booking.start, now=now
    )
    reminders.enqueue(booking, topic=topic, now=now)


def cancelled(booking: Booking, *, actor: str, why: str, now: datetime) -> None:
    """A call was cancelled: nothing said before is true any more, both sides get a CANCEL."""
    topic = ledger.bump(booking.topic_key, why="The call was cancelled.")
    until = max(booking.end, now) + CANCELLATION_EXPIRES_AFTER
    for kind, recipient in (
        (emails.CANCELLED, booking.attendee_email),
        (emails.COACH_CANCELLED, booking.coach.notice_address),
    ):
        if recipient:
            emails.enqueue(kind, booking, topic=topic, recipient=recipient, expires_at=until, now=now)
    tell(booking, f"Cancelled {booking.title}" + (f": {why}" if why else ""), actor=actor, now=now)


def tell(booking: Booking, summary: str, *, actor: str, now: datetime) -> None:
    """One line of the lead's timeline, where the booking has a lead."""
    if booking.lead is not None:
        people.record_activity(
            lead=booking.lead,
            kind="booking",
            summary=summary,
            now=now,
            data=_facts(booking),
            actor=actor or "system",
        )


def _facts(booking: Booking) -> dict[str, str | int]:
    return {
        "booking": str(booking.uid),
        "version": booking.version,
        "status": booking.status,
        "start": booking.start.isoformat(),
        "coach": booking.coach.name,
        "event_type": booking.event_type.title,
    }
