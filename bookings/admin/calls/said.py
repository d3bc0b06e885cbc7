"""What the desk says about a call: when it is, why something cannot be done, and what changed."""

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from bookings.errors import BookingError, Busy, KeyReused, NotActive, NotOffered, PhoneNeeded, SlotTaken
from bookings.models import Booking, LocationKind
from bookings.scheduling import Explanation, Reason, in_words, moment

BUSY = "The calendar is busy at this moment. Nothing was changed; please try again."
TAKEN = "Somebody else has this time now. Nothing was changed; please choose another."
NOT_ACTIVE = "This call is cancelled, over or only held. Nothing was changed."
_SENTENCES: dict[type[BookingError], str] = {
    Busy: BUSY,
    SlotTaken: TAKEN,
    NotActive: NOT_ACTIVE,
    PhoneNeeded: "The coach phones the student on this kind of call: enter the number to dial.",
    KeyReused: "This form has made a booking already, with other details. Look at the list before you book again.",
}


def sentence(error: BookingError, *, not_active: str = NOT_ACTIVE) -> str:
    """The error in words for staff."""
    if isinstance(error, NotActive):
        return not_active
    if isinstance(error, NotOffered):
        try:
            why = in_words(Explanation(Reason(error.reason)), timezone.get_current_timezone())
        except ValueError:
            why = ""
        return f"This time cannot be booked. {why}".strip()
    return _SENTENCES.get(type(error), "That cannot be done. Nothing was changed.")


def when(at: datetime, zone: tzinfo | None = None) -> str:
    """An instant by the desk's clock, or that of another zone: "Thu 14 January 2027, 10:00 AM (New York, UTC−5)"."""
    said = moment(at, zone or timezone.get_current_timezone())
    return f"{said.short_day} {said.year}, {said.time} ({said.where})"


def zone_of(booking: Booking) -> ZoneInfo | None:
    """The attendee's zone, or None where it is not known."""
    try:
        return ZoneInfo(booking.attendee_time_zone)
    except (ValueError, KeyError, OSError):
        return None


def about(booking: Booking) -> list[str]:
    """What every page of a call says first."""
    theirs = zone_of(booking)
    lines = [f"{booking.title}, {when(booking.start)}."]
    who = f"Attendee: {booking.attendee_name or 'nobody yet'}"
    if theirs is not None and theirs.key != str(timezone.get_current_timezone()):
        who += f", for whom it is {moment(booking.start, theirs).full}"
    return [*lines, f"{who}."]


# What a line of the history tells staff, in the order of telling; the rest of the columns follow from these.
_NAMES = {
    "status": "state",
    "start": "start",
    "end": "end",
    "coach_id": "coach",
    "coach_reason": "why this coach",
    "location_kind": "location",
    "location_detail": "link or address",
    "attendee_name": "name",
    "attendee_email": "email",
    "attendee_phone": "phone",
    "attendee_time_zone": "time zone",
    "questions": "what to talk about",
    "access_needs": "what would make it easier",
    "answers": "answers",
    "held_until": "held until",
    "approve_by": "to be answered by",
    "unproven": "address",
    "cancel_reason": "reason",
    "next_step": "next step",
    "programme": "enrolled in",
    "programme_value": "value",
}


def changes(old: dict[str, Any], new: dict[str, Any], *, coaches: dict[int, str]) -> list[str]:
    """What one event changed, a sentence a column; `coaches` are the names that the reader may know."""
    lines = []
    for column, name in _NAMES.items():
        if column not in new:
            continue
        before, after = (_value(column, row.get(column), coaches) for row in (old, new))
        if before and after:
            lines.append(f"{name}: {before} → {after}")
        elif after:
            lines.append(f"{name}: {after}")
        elif before:
            lines.append(f"{name}: {before} → nothing")
    return lines


def _value(column: str, value: Any, coaches: dict[int, str]) -> str:
    if value in (None, "", []):
        return ""
    if column in ("start", "end", "held_until", "approve_by"):
        return when(datetime.fromisoformat(value))
    if column == "status":
        return Booking.Status(value).label.lower()
    if column == "unproven":
        return "not confirmed" if value else "confirmed"
    if column == "location_kind":
        return LocationKind(value).label
    if column == "coach_id":
        return coaches.get(value, "another coach")
    if column == "answers":
        return "; ".join(f"{each['label']}: {each['value']}" for each in value)
    return str(value)
