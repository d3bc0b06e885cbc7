"""What every page of a booked call says about it: its state in one word, its times in words, what can still be done."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from bookings import ical, links, selectors
from bookings.models import Booking
from bookings.models.location import readable
from bookings.views import wording, zones
from bookings.views.asked import default_zone

OPEN = ("coming", "pending")
_ENDED = {
    Booking.Status.COMPLETED: "held",
    Booking.Status.NO_SHOW: "missed",
    Booking.Status.DECLINED: "declined",
}


def state(booking: Booking, now: datetime) -> str:
    """The word that pages are laid out by.

    "pending", "coming", "running", "over" (no outcome yet), "held", "missed", "declined" (also by silence), "cancelled".
    """
    if booking.status == Booking.Status.PENDING:
        return "pending" if booking.awaits_approval(now) else "declined"
    if booking.status == Booking.Status.CONFIRMED:
        return "coming" if now < booking.start else "running" if now < booking.end else "over"
    return _ENDED.get(Booking.Status(booking.status), "cancelled")


def attendee_zone(booking: Booking) -> ZoneInfo:
    """The zone the attendee booked from, or the institute's own."""
    return zones.find(booking.attendee_time_zone) or default_zone()


def context(booking: Booking, token: str, now: datetime) -> dict[str, Any]:
    """What the templates of a call share; times in the attendee's zone, and in the coach's where that differs."""
    zone = attendee_zone(booking)
    coach_zone = selectors.coach_zone(booking.coach, at=booking.start)
    same_clock = booking.start.astimezone(zone).utcoffset() == booking.start.astimezone(coach_zone).utcoffset()
    word = state(booking, now)
    too_late = now > booking.cancel_until
    return {
        "nav": "book",
        "booking": booking,
        "state": word,
        "open": word in OPEN,
        "late": word in OPEN and too_late,
        "token": token,
        "when": wording.sentence(booking.start, zone),
        "day": wording.day(booking.start.astimezone(zone).date(), today=now.astimezone(zone).date()),
        "span": wording.span(booking.start, booking.end, zone),
        "zone_label": zones.label(zone, booking.start),
        "coach_when": "" if same_clock else wording.sentence(booking.start, coach_zone),
        "was": _was(booking, zone),
        "length": wording.length(booking.duration),
        "phone": readable(booking.attendee_phone),
        "add_to": links.add_to_calendar(booking) if word == "coming" else (),
        "join_url": ical.link_of(booking.location_detail),
        "policy": wording.policy(booking.event_type.cancel_window),
        "cancel_until": wording.sentence(booking.cancel_until, zone),
        "approve_by": wording.sentence(booking.approve_by, zone) if booking.approve_by else "",
        "can_cancel": word in OPEN and not too_late,
        **_again(booking),
    }


def _was(booking: Booking, zone: ZoneInfo) -> str:
    """When the call was before its last move, for those who open an old link; "" for one that stays where it was."""
    if booking.version == 1:
        return ""
    moves = booking.events.filter(name="rescheduled").order_by("-id").values_list("old", flat=True)
    earlier = (moves.first() or {}).get("start")
    return wording.sentence(datetime.fromisoformat(earlier), zone) if earlier else ""


def _again(booking: Booking) -> dict[str, str]:
    """The way to a new call: with the same coach where that can be booked, and with any coach."""
    kind, coach = booking.event_type, booking.coach
    if not selectors.event_types().filter(pk=kind.pk).exists():
        return {"again": reverse("bookings:book"), "again_any": ""}
    path = reverse("bookings:event_type", args=[kind.slug])
    zone = {"tz": booking.attendee_time_zone} if zones.find(booking.attendee_time_zone) else {}
    anybody = f"{path}?{urlencode(zone)}" if zone else path
    if not selectors.coaches(kind).filter(pk=coach.pk).exists():
        return {"again": anybody, "again_any": ""}
    return {"again": f"{path}?{urlencode(zone | {'coach': coach.slug})}", "again_any": anybody}
