"""The mails of the booking room: their kinds, writing them into the ledger, and who renders them."""

from bookings.emails import attendee, coach
from bookings.emails.facts import coming_calls
from bookings.emails.kinds import (
    CANCELLED,
    COACH_CANCELLED,
    COACH_CONFIRMED,
    COACH_MOVED_AWAY,
    COACH_PENDING,
    COACH_REMINDER,
    COACH_RESCHEDULED,
    COACH_UPDATED,
    CONFIRMED,
    DECLINED,
    FOLLOW_UP,
    LATE_REQUEST,
    LINKS,
    NO_SHOW,
    PENDING,
    PROVE,
    REMINDER,
    RESCHEDULED,
    enqueue,
    message,
)
from mail import registry
from mail.registry import Stream

__all__ = [
    "CANCELLED",
    "COACH_CANCELLED",
    "COACH_CONFIRMED",
    "COACH_MOVED_AWAY",
    "COACH_PENDING",
    "COACH_REMINDER",
    "COACH_RESCHEDULED",
    "COACH_UPDATED",
    "CONFIRMED",
    "DECLINED",
    "FOLLOW_UP",
    "LATE_REQUEST",
    "LINKS",
    "NO_SHOW",
    "PENDING",
    "PROVE",
    "REMINDER",
    "RESCHEDULED",
    "coming_calls",
    "enqueue",
    "message",
    "register",
]


def register() -> None:
    """Make the kinds known to the mail room; called once from AppConfig.ready."""
    add = registry.register
    for kind, render, label in (
        (CONFIRMED, attendee.confirmed, "Coaching call booked"),
        (PENDING, attendee.pending, "Coaching call asked for"),
        (PROVE, attendee.prove, "Coaching call to be confirmed by its address"),
        (DECLINED, attendee.declined, "Coaching call declined"),
        (RESCHEDULED, attendee.rescheduled, "Coaching call moved"),
        (CANCELLED, attendee.cancelled, "Coaching call cancelled"),
        (REMINDER, attendee.reminder, "Coaching call reminder"),
        (FOLLOW_UP, attendee.follow_up, "After a coaching call"),
        (NO_SHOW, attendee.no_show, "Coaching call missed"),
        (LINKS, attendee.current_links, "Links of coming calls"),
    ):
        add(kind, stream=Stream.BOOKING, render=render, label=label)
    for kind, render, label in (
        (COACH_CONFIRMED, coach.coach_confirmed, "Coach: call booked"),
        (COACH_PENDING, coach.coach_pending, "Coach: call asked for"),
        (COACH_RESCHEDULED, coach.coach_rescheduled, "Coach: call moved"),
        (COACH_MOVED_AWAY, coach.coach_moved_away, "Coach: call given to another coach"),
        (COACH_REMINDER, coach.coach_reminder, "Coach: reminder with a brief"),
        (COACH_UPDATED, coach.coach_updated, "Coach: details changed"),
        (COACH_CANCELLED, coach.coach_cancelled, "Coach: call cancelled"),
        (LATE_REQUEST, coach.late_request, "Coach: asked to change a call"),
    ):
        add(kind, stream=Stream.STAFF, render=render, label=label)
