"""What the mails about a call say, for each of the two readers, and the calendar part they carry.

Nothing a visitor typed freely goes to the visitor's own address (which may be somebody else's): names are cut and
de-linked, questions and answers reach only the coach.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from bookings import ical, links, selectors
from bookings.models import Booking, BookingEvent, LocationKind
from bookings.models.location import readable
from bookings.scheduling import moment, next_clock_change
from mail import clock, identity
from mail.links import absolute
from mail.models import Message
from mail.registry import CalendarPart, Minter, Rendered
from mail.text import delinked, one_line, plain

NOT_TRUE = "The call was changed or cancelled since."
DECLINING = "Declining the calendar event does not cancel the call."
_dialled = re.compile(r"\+\d{5,15}")


def coming_calls(address: str, *, now: datetime) -> QuerySet[Booking]:
    """The calls of a normalised address that are agreed on and not over."""
    return (
        Booking.objects.select_related("coach", "event_type")
        .filter(
            attendee_email=address,
            status__in=(Booking.Status.CONFIRMED, Booking.Status.PENDING),
            unproven=False,
            end__gt=now,
        )
        .order_by("start")
    )


def live(message: Message) -> Booking | None:
    """The booking a message is about, if it still is the version that the message was written for."""
    return (
        Booking.objects.select_related("coach__user", "event_type", "lead")
        .filter(uid=message.context.get("booking"), version=message.context.get("version"))
        .first()
    )


def for_attendee(booking: Booking, mint: Minter, now: datetime) -> dict[str, Any]:
    """What a mail to the attendee may say; nothing of it was typed freely but a cut and de-linked name."""
    raw = mint(links.MANAGE, booking.topic_key, links.manage_ends(booking), detail=links.address_mark(booking))
    zone = _zone(booking.attendee_time_zone)
    return _common(booking, zone, now) | {
        "name": delinked(booking.attendee_name),
        "email": booking.attendee_email,
        "summary": booking.title,
        "manage_url": absolute(links.manage_path(raw)),
        "pending": booking.status == Booking.Status.PENDING,
        "cancel_until": moment(booking.cancel_until, zone) if booking.cancel_until > now else None,
    }


def for_stranger(booking: Booking, mint: Minter, now: datetime) -> dict[str, Any]:
    """What a mail may say to an address that may know of nothing: not one word that was typed, and no link but one."""
    zone = _zone(booking.attendee_time_zone)
    raw = mint(links.PROVE, booking.topic_key, now + links.PROVE_LINK_LASTS, detail=links.address_mark(booking))
    return _common(booking, zone, now) | {
        "phone": "",
        "phone_href": "",
        "pending": True,
        "prove_url": absolute(links.prove_path(raw)),
        "until_when": moment(booking.approve_by or booking.start, zone),
    }


def for_coach(booking: Booking, now: datetime) -> dict[str, Any]:
    """What a mail to the coach says, in the coach's zone."""
    attendee = delinked(booking.attendee_name) or booking.attendee_email
    return _common(booking, selectors.coach_zone(booking.coach, at=booking.start), now) | {
        "name": booking.coach.name,
        "attendee": attendee,
        "summary": f"{booking.event_type.title} with {attendee}",
        "email": booking.attendee_email,
        "questions": plain(booking.questions),
        "access_needs": plain(booking.access_needs),
        "answers": [(one_line(each["label"]), plain(each["value"])) for each in booking.answers],
        "attendee_when": moment(booking.start, _zone(booking.attendee_time_zone)),
        "desk_url": absolute(reverse("admin:bookings_booking_change", args=[booking.pk])),
    }


def done_by(booking: Booking, *names: str) -> dict[str, Any]:
    """Who did the last of these things to the call, and why: "attendee", "staff" or "system" as `by`.

    What the attendee gave as a reason is for the coach only: `why_for_attendee` leaves it out.
    """
    last = booking.events.filter(name__in=names).order_by("-id").first()
    if last is None:
        return {"by": "", "actor": "", "why": "", "why_for_attendee": ""}
    why = one_line(last.why, limit=500)
    own = last.actor_kind == BookingEvent.ActorKind.ATTENDEE
    return {
        "by": last.actor_kind,
        "actor": one_line(last.actor, limit=80),
        "why": why,
        "why_for_attendee": "" if own else why,
    }


def _common(booking: Booking, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    change = next_clock_change(zone, since=now, until=booking.start) if now < booking.start else None
    number = booking.attendee_phone
    return {
        "zone": zone,
        "title": booking.event_type.title,
        "coach": booking.coach.name,
        "when": moment(booking.start, zone),
        "until": moment(booking.end, zone),
        "kind": booking.location_kind,
        "by_phone": booking.location_kind == LocationKind.PHONE,
        "where": one_line(booking.location_detail, limit=500),
        "link": ical.link_of(booking.location_detail),
        "phone": one_line(readable(number)),
        "phone_href": f"tel:{number}" if _dialled.fullmatch(number) else "",
        "clock_change": moment(change, zone) if change is not None else None,
        "declining": DECLINING,
    }


def with_calendar(
    rendered: Rendered, booking: Booking, context: dict[str, Any], method: str, *, to: str = ""
) -> Rendered:
    """The mail with its calendar part; a coach's (with `to`) lets an answer go to the attendee."""
    lines = ["This call was cancelled." if method == ical.CANCEL else DECLINING]
    if method == ical.REQUEST:
        address = context.get("manage_url") or context.get("desk_url")
        lines.append(f"{'To move or cancel' if context.get('manage_url') else 'Open it at the desk'}: {address}")
    reader = ical.Reader(
        email=to or booking.attendee_email,
        name=context["name"],
        summary=context["summary"],
        description="\n".join(lines),
        is_coach=bool(to),
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
    if name in clock.zone_names():
        return ZoneInfo(name)
    return ZoneInfo(str(identity.current().default_time_zone))
