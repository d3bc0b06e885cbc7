"""The mails of the booking room: a kind, three templates with one stem, one function.

Nothing a visitor typed freely goes to the visitor's own address (which may be somebody else's): names are cut and
de-linked, questions reach only the coach.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import QuerySet
from django.urls import reverse

from bookings import ical, links, selectors
from bookings.models import Booking, LocationKind
from bookings.scheduling import moment, next_clock_change
from mail import identity, ledger, registry
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message, Topic
from mail.registry import CalendarPart, Minter, Rendered, Skip, Stream
from mail.text import delinked, one_line, plain

CONFIRMED = "bookings.confirmed"
CANCELLED = "bookings.cancelled"
REMINDER = "bookings.reminder"
COACH_CONFIRMED = "bookings.coach_confirmed"
COACH_CANCELLED = "bookings.coach_cancelled"
LINKS = "bookings.links"

NOT_TRUE = "The call was changed or cancelled since."
DECLINING = "Declining the calendar event does not cancel the call."


def register() -> None:
    """Make the kinds known to the mail room; called once from AppConfig.ready."""
    add = registry.register
    add(CONFIRMED, stream=Stream.BOOKING, render=confirmed, label="Coaching call booked")
    add(CANCELLED, stream=Stream.BOOKING, render=cancelled, label="Coaching call cancelled")
    add(REMINDER, stream=Stream.BOOKING, render=reminder, label="Coaching call reminder")
    add(COACH_CONFIRMED, stream=Stream.STAFF, render=coach_confirmed, label="Coach: call booked")
    add(COACH_CANCELLED, stream=Stream.STAFF, render=coach_cancelled, label="Coach: call cancelled")
    add(LINKS, stream=Stream.BOOKING, render=current_links, label="Links of coming calls")


def enqueue(
    kind: str,
    booking: Booking,
    *,
    topic: Topic,
    recipient: str,
    expires_at: datetime,
    now: datetime,
    due_at: datetime | None = None,
    minutes: int | None = None,
) -> None:
    """Write one message about the booking's present version; needs the booking's transaction.

    `minutes` tells the reminders of one booking apart.
    """
    ledger.enqueue(
        kind=kind,
        dedupe_key=f"{kind}:{booking.uid}:{booking.version}" + (f":{minutes}" if minutes is not None else ""),
        topic=topic,
        recipient=recipient,
        due_at=due_at or now,
        expires_at=expires_at,
        now=now,
        context={"booking": str(booking.uid), "version": booking.version},
    )


def coming_calls(address: str, *, now: datetime) -> QuerySet[Booking]:
    """The calls of a normalised address that are agreed on and not over."""
    return (
        Booking.objects.select_related("coach", "event_type")
        .filter(attendee_email=address, status__in=(Booking.Status.CONFIRMED, Booking.Status.PENDING), end__gt=now)
        .order_by("start")
    )


def confirmed(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the attendee: how to join, how to cancel, and an invitation."""
    booking = _live(message)
    if booking is None or booking.status != Booking.Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = _for_attendee(booking, mint, now)
    return _with_calendar(from_templates("bookings/confirmed", context), booking, context, ical.REQUEST)


def reminder(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the attendee, before the call; without a calendar part, or clients would show a second invitation."""
    booking = _live(message)
    if booking is None or booking.status != Booking.Status.CONFIRMED:
        return Skip(NOT_TRUE)
    if booking.start <= now:
        return Skip("The call has begun.")
    return from_templates("bookings/reminder", _for_attendee(booking, mint, now))


def cancelled(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the attendee: the call is off, and the event leaves their calendar."""
    booking = _live(message)
    if booking is None or booking.status != Booking.Status.CANCELLED:
        return Skip(NOT_TRUE)
    context = _for_attendee(booking, mint, now)
    context["book_url"] = absolute(reverse("bookings:book"))
    return _with_calendar(from_templates("bookings/cancelled", context), booking, context, ical.CANCEL)


def coach_confirmed(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the coach: who calls and what about."""
    booking = _live(message)
    if booking is None or booking.status != Booking.Status.CONFIRMED:
        return Skip(NOT_TRUE)
    context = _for_coach(booking, now)
    rendered = from_templates("bookings/coach_confirmed", context)
    return _with_calendar(rendered, booking, context, ical.REQUEST, to=message.recipient)


def coach_cancelled(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the coach: the call is off, and why."""
    booking = _live(message)
    if booking is None or booking.status != Booking.Status.CANCELLED:
        return Skip(NOT_TRUE)
    context = _for_coach(booking, now)
    rendered = from_templates("bookings/coach_cancelled", context)
    return _with_calendar(rendered, booking, context, ical.CANCEL, to=message.recipient)


def current_links(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To an address that asked for it: fresh links of its coming calls."""
    calls = [_for_attendee(booking, mint, now) for booking in coming_calls(message.recipient, now=now)[:20]]
    if not calls:
        return Skip("This address has no coming calls any more.")
    return from_templates("bookings/links", {"calls": calls})


def _live(message: Message) -> Booking | None:
    """The booking a message is about, if it still is the version that the message was written for."""
    return (
        Booking.objects.select_related("coach", "event_type")
        .filter(uid=message.context.get("booking"), version=message.context.get("version"))
        .first()
    )


def _for_attendee(booking: Booking, mint: Minter, now: datetime) -> dict[str, Any]:
    """What a mail to the attendee may say; nothing of it was typed freely but a cut and de-linked name."""
    raw = mint(links.MANAGE, booking.topic_key, links.manage_ends(booking), detail=links.address_mark(booking))
    zone = _zone(booking.attendee_time_zone)
    return _common(booking, zone, now) | {
        "name": delinked(booking.attendee_name),
        "email": booking.attendee_email,
        "summary": booking.title,
        "manage_url": absolute(links.manage_path(raw)),
        "cancel_until": moment(booking.cancel_until, zone) if booking.cancel_until > now else None,
    }


def _for_coach(booking: Booking, now: datetime) -> dict[str, Any]:
    """What a mail to the coach says, in the coach's zone."""
    return _common(booking, selectors.coach_zone(booking.coach, at=booking.start), now) | {
        "name": booking.coach.name,
        "attendee": delinked(booking.attendee_name),
        "summary": f"{booking.event_type.title} with {delinked(booking.attendee_name)}",
        "email": booking.attendee_email,
        "phone": booking.attendee_phone,
        "questions": plain(booking.questions),
        "why": one_line(booking.cancel_reason, limit=500),
        "attendee_when": moment(booking.start, _zone(booking.attendee_time_zone)),
        "desk_url": absolute(reverse("admin:bookings_booking_change", args=[booking.pk])),
    }


def _common(booking: Booking, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    change = next_clock_change(zone, since=now, until=booking.start) if now < booking.start else None
    return {
        "title": booking.event_type.title,
        "coach": booking.coach.name,
        "when": moment(booking.start, zone),
        "until": moment(booking.end, zone),
        "kind": booking.location_kind,
        "by_phone": booking.location_kind == LocationKind.PHONE,
        "where": one_line(booking.location_detail, limit=500),
        "link": ical.link_of(booking.location_detail),
        "phone": booking.attendee_phone,
        "clock_change": moment(change, zone) if change is not None else None,
        "declining": DECLINING,
    }


def _with_calendar(
    rendered: Rendered, booking: Booking, context: dict[str, Any], method: str, *, to: str = ""
) -> Rendered:
    """The mail with its calendar part; a coach's (with `to`) lets an answer go to the attendee."""
    lines = ["This call was cancelled." if method == ical.CANCEL else DECLINING]
    if method == ical.REQUEST:
        address = context.get("manage_url") or context.get("desk_url")
        lines.append(f"{'To cancel' if context.get('manage_url') else 'Open it at the desk'}: {address}")
    reader = ical.Reader(
        email=to or booking.attendee_email,
        name=context["name"],
        summary=context["summary"],
        description="\n".join(lines),
    )
    part = CalendarPart(content=ical.invitation(booking, reader, method=method), method=method)
    return Rendered(
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=part,
        reply_to=booking.attendee_email if to else "",
    )


def _zone(name: str) -> ZoneInfo:
    """The attendee's zone, or the institute's where the stored name is none."""
    if name in available_timezones():
        return ZoneInfo(name)
    return ZoneInfo(str(identity.current().default_time_zone))
