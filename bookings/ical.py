"""Calendar parts of mails and the calendar file of a booking (RFC 5545; invitations as RFC 5546 and 6047 say).

UID is the booking's bare UUID for life, SEQUENCE its version, DTSTAMP the time of that version, all instants UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vCalAddress, vDuration, vText

from bookings.models import Booking, LocationKind
from mail.addresses import for_transport
from mail.compose import sender_address
from mail.text import delinked, one_line, plain

REQUEST, CANCEL = "REQUEST", "CANCEL"
EVERY = timedelta(minutes=15)
PRODID = "-//Tpm Institute//Coaching calls//EN"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom an event is written: what the call is called on their side, and what they should know."""

    email: str
    name: str
    summary: str
    description: str
    is_coach: bool = False


def invitation(booking: Booking, reader: Reader, *, method: str) -> bytes:
    """The calendar part of one mail to one reader; `method` must also be the MIME parameter (RFC 6047, 2.4)."""
    event = _event(booking, summary=reader.summary, description=reader.description, for_coach=reader.is_coach)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    # A bare address equal to the sender: with another one, mail clients warn of an unknown organizer.
    event.add("organizer", vCalAddress(f"mailto:{sender_address()}"))
    attendee = vCalAddress(f"mailto:{for_transport(reader.email)}")
    attendee.params["CN"] = vText(_parameter(reader.name) or for_transport(reader.email))
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    # The call is agreed already; an answer from the calendar would change nothing, so none is asked for.
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee)
    return _calendar(event, method=method)


def calendar_file(booking: Booking) -> bytes:
    """The booking as a file to put into any calendar: no METHOD, because it invites nobody."""
    return _calendar(_as_it_is(booking, summary=booking.title, for_coach=False))


def feed(bookings: Iterable[Booking], *, name: str, for_coach: bool) -> bytes:
    """Many calls as a calendar to subscribe to: no METHOD; programs are asked to look again every quarter of an hour."""
    calendar = _empty()
    # RFC 7986, 5.1 and 5.7, and what older programs read instead of them.
    calendar.add("name", one_line(name))
    calendar.add("x-wr-calname", one_line(name))
    calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(EVERY))
    for booking in bookings:
        summary = f"{booking.event_type.title} with {delinked(booking.attendee_name)}" if for_coach else booking.title
        calendar.add_component(_as_it_is(booking, summary=summary, for_coach=for_coach))
    return calendar.to_ical()


def link_of(detail: str) -> str:
    """The https address in a location, or "" where the location is something else."""
    detail = one_line(detail, limit=500)
    try:
        parts = urlsplit(detail)
    except ValueError:
        return ""
    return detail if parts.scheme == "https" and parts.netloc and " " not in detail else ""


def _calendar(event: Event, *, method: str = "") -> bytes:
    calendar = _empty()
    if method:
        calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _empty() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    return calendar


def _as_it_is(booking: Booking, *, summary: str, for_coach: bool) -> Event:
    """The call in its present state, for files and feeds: asked for is tentative."""
    off = booking.status in (Booking.Status.CANCELLED, Booking.Status.DECLINED)
    waiting = booking.status == Booking.Status.PENDING
    event = _event(booking, summary=summary, description="", for_coach=for_coach)
    event.add("status", "CANCELLED" if off else "TENTATIVE" if waiting else "CONFIRMED")
    return event


def _event(booking: Booking, *, summary: str, description: str, for_coach: bool) -> Event:
    # The library escapes text but passes NUL and BEL through: everything is cleaned before it sees it.
    event = Event()
    event.add("uid", str(booking.uid))
    event.add("sequence", booking.version)
    event.add("dtstamp", booking.version_at)
    event.add("dtstart", booking.start)
    event.add("dtend", booking.end)
    event.add("summary", one_line(summary))
    if description:
        event.add("description", plain(description, limit=2000))
    event.add("location", where(booking, for_coach=for_coach))
    link = link_of(booking.location_detail)
    if link:
        event.add("url", link)
    return event


def where(booking: Booking, *, for_coach: bool = False) -> str:
    """The location in one line: the link, the address, or the number that the coach phones."""
    if booking.location_kind == LocationKind.PHONE:
        return one_line(f"{'You phone them' if for_coach else 'We phone you'}: {booking.attendee_phone}")
    return one_line(booking.location_detail, limit=500)


def _parameter(value: str) -> str:
    # A quote cannot stand in a parameter; RFC 6868 writes it as ^', which older readers show as it stands; and some
    # take a backslash for an escape there, which it is not. So none of the three goes in.
    return one_line(value.translate(str.maketrans('"^\\', "   ")), limit=80)
