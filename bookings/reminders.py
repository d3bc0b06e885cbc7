"""Reminders: an offset on the event type and a row in the mail ledger, nothing of their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import emails
from bookings.models import Booking
from mail.models import Message, Topic

A_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder: so many minutes before, when it falls due, and until when it still makes sense."""

    minutes: int
    due_at: datetime
    expires_at: datetime


def plan(*, start: datetime, offsets: list[int], now: datetime) -> list[Due]:
    """The reminders of a call booked at `now`, earliest first; offsets are minutes before the start.

    A reminder whose window the booking is made in never exists. One of a day or more is useful until 4 hours before
    the call, a shorter one until 5 minutes before; an earlier one also ends when the next falls due.
    """
    due: list[Due] = []
    next_due = start
    for minutes in sorted(set(offsets)):
        before = timedelta(minutes=minutes)
        due_at = start - before
        useful_until = start - (timedelta(hours=4) if before >= A_DAY else timedelta(minutes=5))
        if due_at > now:
            due.insert(0, Due(minutes, due_at, min(useful_until, next_due)))
        next_due = due_at
    return due


def messages(booking: Booking, *, topic: Topic, now: datetime) -> list[Message]:
    """Both sides' reminders of the booking's present version, not yet written into the ledger."""
    recipients = {emails.REMINDER: booking.attendee_email, emails.COACH_REMINDER: booking.coach.notice_address}
    return [
        emails.message(
            kind,
            booking,
            topic=topic,
            recipient=recipient,
            due_at=each.due_at,
            expires_at=each.expires_at,
            now=now,
            mark=str(each.minutes),
        )
        for each in plan(start=booking.start, offsets=booking.event_type.reminder_offsets, now=now)
        for kind, recipient in recipients.items()
        if recipient
    ]
