"""Mails to the attendee: a kind, three templates with one stem, one function."""

from datetime import datetime

from django.urls import reverse

from bookings import ical, selectors
from bookings.emails.facts import NOT_TRUE, coming_calls, done_by, for_attendee, for_stranger, live, with_calendar
from bookings.models import Booking
from bookings.scheduling import moment
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered, Skip
from mail.text import one_line

Status = Booking.Status


def confirmed(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """How to join, how to move or cancel, and an invitation."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = for_attendee(booking, mint, now)
    # The same mail after a yes of the coach, and after a new number for a call that the coach phones.
    made = booking.events.filter(new__version=booking.version).order_by("-id").first()
    context |= {"news": made.name if made is not None else ""}
    return with_calendar(from_templates("bookings/confirmed", context), booking, context, ical.REQUEST)


def pending(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The time is kept until the coach answers; no invitation yet, or calendars would show a call that is none."""
    booking = live(message)
    if booking is None or booking.approve_by is None or not booking.awaits_approval(now):
        return Skip(NOT_TRUE)
    context = for_attendee(booking, mint, now)
    context["approve_by"] = moment(booking.approve_by, context["zone"])
    return from_templates("bookings/pending", context)


def prove(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """Whether this address wants the call; until it says so nobody else hears of it."""
    booking = live(message)
    if booking is None or not booking.awaits_proof(now):
        return Skip("The address was confirmed, or the time was given free.")
    return from_templates("bookings/prove", for_stranger(booking, mint, now))


def declined(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The coach cannot take the call; the way to another time."""
    booking = live(message)
    if booking is None or booking.status != Status.DECLINED:
        return Skip(NOT_TRUE)
    context = for_attendee(booking, mint, now)
    context |= {"book_url": _book_again(booking)} | done_by(booking, "declined")
    return from_templates("bookings/declined", context)


def rescheduled(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The new time first, then the old one, and an invitation that moves the event."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = for_attendee(booking, mint, now)
    context["was"] = moment(datetime.fromisoformat(str(message.context["was_start"])), context["zone"])
    context |= done_by(booking, "rescheduled")
    context["new_coach"] = message.context["was_coach"] != booking.coach_id
    context["same_time"] = context["was"] == context["when"]
    return with_calendar(from_templates("bookings/rescheduled", context), booking, context, ical.REQUEST)


def reminder(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """Before the call; without a calendar part, or clients would show a second invitation."""
    booking = live(message)
    if booking is None or booking.status != Status.CONFIRMED:
        return Skip(NOT_TRUE)
    if booking.start <= now:
        return Skip("The call has begun.")
    return from_templates("bookings/reminder", for_attendee(booking, mint, now))


def cancelled(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The call is off, and the event leaves their calendar where there was one."""
    booking = live(message)
    if booking is None or booking.status != Status.CANCELLED:
        return Skip(NOT_TRUE)
    context = for_attendee(booking, mint, now)
    context |= {"book_url": _book_again(booking)} | done_by(booking, "cancelled")
    rendered = from_templates("bookings/cancelled", context)
    return rendered if message.context.get("never_agreed") else with_calendar(rendered, booking, context, ical.CANCEL)


def follow_up(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """After the call: thanks, and the next step that the coach wrote for the attendee."""
    booking = live(message)
    if booking is None or booking.status != Status.COMPLETED:
        return Skip("The outcome was corrected since.")
    context = for_attendee(booking, mint, now)
    context |= {"book_url": _book_again(booking), "next_step": one_line(booking.next_step, limit=300)}
    return from_templates("bookings/follow_up", context)


def no_show(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """After a call that nobody came to: no blame, and the way to another time."""
    booking = live(message)
    if booking is None or booking.status != Status.NO_SHOW:
        return Skip("The outcome was corrected since.")
    return from_templates("bookings/no_show", for_attendee(booking, mint, now) | {"book_url": _book_again(booking)})


def current_links(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To an address that asked for it: fresh links of its coming calls."""
    calls = [for_attendee(booking, mint, now) for booking in coming_calls(message.recipient, now=now)[:20]]
    if not calls:
        return Skip("This address has no coming calls any more.")
    return from_templates("bookings/links", {"calls": calls})


def _book_again(booking: Booking) -> str:
    """Where to find another time: of the same kind of call while it is offered."""
    if selectors.event_types().filter(pk=booking.event_type_id).exists():
        return absolute(reverse("bookings:event_type", args=[booking.event_type.slug]))
    return absolute(reverse("bookings:book"))
