"""Mails to the coach: a kind, three templates with one stem, one function."""

from datetime import datetime

from bookings import ical, links
from bookings.emails import brief
from bookings.emails.facts import NOT_TRUE, done_by, for_coach, live, with_calendar
from bookings.models import Booking, BookingEvent, Coach
from bookings.scheduling import moment
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered, Skip

Status = Booking.Status


def coach_confirmed(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """Who calls and what about, with an invitation."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = for_coach(booking, now)
    # Given by another coach: a new call for this one, though nobody has booked it just now.
    context["taken_over"] = "was_coach" in message.context
    rendered = from_templates("bookings/coach_confirmed", context)
    return with_calendar(rendered, booking, context, ical.REQUEST, to=message.recipient)


def coach_pending(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """Who asks for a call, and a link of one purpose to say yes or no."""
    booking = live(message)
    if booking is None or booking.approve_by is None or not booking.awaits_approval(now):
        return Skip(NOT_TRUE)
    context = for_coach(booking, now)
    raw = mint(links.APPROVE, booking.topic_key, links.manage_ends(booking), detail=links.coach_mark(booking))
    context |= {
        "approve_url": absolute(links.approve_path(raw)),
        "approve_by": moment(booking.approve_by, context["zone"]),
        "to_staff": message.recipient != booking.coach.notice_address,
    }
    rendered = from_templates("bookings/coach_pending", context)
    return Rendered(rendered.subject, rendered.text, rendered.html, reply_to=booking.attendee_email)


def coach_rescheduled(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The new time first, then the old one, and an invitation that moves the event."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = for_coach(booking, now)
    context["was"] = moment(datetime.fromisoformat(str(message.context["was_start"])), context["zone"])
    context |= done_by(booking, "rescheduled")
    rendered = from_templates("bookings/coach_rescheduled", context)
    return with_calendar(rendered, booking, context, ical.REQUEST, to=message.recipient)


def coach_moved_away(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the coach who has lost a call to another: the event leaves the calendar."""
    booking = live(message)
    coach = Coach.objects.filter(pk=message.context["was_coach"]).first()
    if booking is None or coach is None:
        return Skip(NOT_TRUE)
    # As it was for this coach; the row is never saved.
    booking.coach = coach
    booking.start = datetime.fromisoformat(str(message.context["was_start"]))
    booking.end = datetime.fromisoformat(str(message.context["was_end"]))
    booking.location_detail = booking.event_type.location_with(coach)["location_detail"]
    context = for_coach(booking, now)
    rendered = from_templates("bookings/coach_moved_away", context)
    return with_calendar(rendered, booking, context, ical.CANCEL, to=message.recipient)


def coach_reminder(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """Before the call, a brief: who, when in the coach's zone, what led here and what was answered."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    if booking.start <= now:
        return Skip("The call has begun.")
    context = for_coach(booking, now) | {"brief": brief.of(booking)}
    rendered = from_templates("bookings/coach_reminder", context)
    return Rendered(rendered.subject, rendered.text, rendered.html, reply_to=booking.attendee_email)


def coach_updated(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The attendee, or staff, changed name, number or answers; an invitation only where it stands in the calendar."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = for_coach(booking, now) | {"by_staff": message.context.get("by_staff")}
    rendered = from_templates("bookings/coach_updated", context)
    if message.context.get("new_version"):
        return with_calendar(rendered, booking, context, ical.REQUEST, to=message.recipient)
    return Rendered(rendered.subject, rendered.text, rendered.html, reply_to=booking.attendee_email)


def coach_cancelled(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The call is off, and why."""
    booking = live(message)
    if booking is None or booking.status != Status.CANCELLED:
        return Skip(NOT_TRUE)
    context = for_coach(booking, now) | done_by(booking, "cancelled")
    rendered = from_templates("bookings/coach_cancelled", context)
    if message.context.get("never_agreed"):
        return rendered
    return with_calendar(rendered, booking, context, ical.CANCEL, to=message.recipient)


def late_request(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The attendee cannot move or cancel alone any more, and asks."""
    booking = live(message)
    event = BookingEvent.objects.filter(pk=message.context["event"]).first()
    if booking is None or event is None or not booking.is_upcoming:
        return Skip(NOT_TRUE)
    context = for_coach(booking, now) | {"said": event.why}
    rendered = from_templates("bookings/late_request", context)
    return Rendered(rendered.subject, rendered.text, rendered.html, reply_to=booking.attendee_email)
