"""The secret links of a booking: minted for a purpose, found again, and their paths."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from bookings.models import Booking, Coach, LocationKind
from leads.models import Lead
from mail import prepared, tokens
from mail.errors import LinkUnknown
from mail.links import absolute
from mail.models import LinkToken

MANAGE, HOLD, APPROVE, PROVE, FEED = "manage", "hold", "approve", "prove", "feed"
MANAGE_ENDS_AFTER = timedelta(hours=24)
HOLD_LINK_LASTS = timedelta(hours=24)
_BY_UID = prepared.Rows(Booking, "coach", "event_type", "lead", where="bookings_booking.uid = %(uid)s")
# Longer than the time is kept, so that who comes late reads why instead of "unknown link".
PROVE_LINK_LASTS = timedelta(hours=48)


def manage_path(token: str) -> str:
    """The path of the page that shows and cancels a call."""
    return reverse("bookings:manage", args=[token])


def approve_path(token: str) -> str:
    """The path of the page on which a coach says yes or no to a request."""
    return reverse("bookings:approve", args=[token])


def prove_path(token: str) -> str:
    """The path of the page on which an address confirms a call."""
    return reverse("bookings:prove", args=[token])


def manage_ends(booking: Booking) -> datetime:
    """When a manage link ends: a day after the call."""
    return booking.end + MANAGE_ENDS_AFTER


def mint_manage(*, booking: Booking, now: datetime) -> str:
    """Store a new manage token of this booking and its present address, and return it raw."""
    return tokens.mint(
        purpose=MANAGE,
        subject=booking.topic_key,
        expires_at=manage_ends(booking),
        now=now,
        detail=address_mark(booking),
    )


def mint_hold(*, booking: Booking, now: datetime) -> str:
    """Store a token for the details page of a hold, and return it raw; it outlives the hold, whose form stays usable."""
    return tokens.mint(purpose=HOLD, subject=booking.topic_key, expires_at=now + HOLD_LINK_LASTS, now=now)


def mint_approve(*, booking: Booking, now: datetime) -> str:
    """Store a token with which the call's coach says yes or no, and return it raw."""
    return tokens.mint(
        purpose=APPROVE,
        subject=booking.topic_key,
        expires_at=manage_ends(booking),
        now=now,
        detail=coach_mark(booking),
    )


def add_to_calendar(booking: Booking) -> tuple[tuple[str, str], ...]:
    """Name and address of the web calendars that take an event from a link; nothing is sent before it is opened."""
    start, end = (each.astimezone(UTC) for each in (booking.start, booking.end))
    where = booking.location_detail if booking.location_kind != LocationKind.PHONE else "We phone you"
    compact = "%Y%m%dT%H%M%SZ"
    google = {
        "action": "TEMPLATE",
        "text": booking.title,
        "dates": f"{start:{compact}}/{end:{compact}}",
        "location": where,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": booking.title,
        "startdt": start.isoformat(),
        "enddt": end.isoformat(),
        "location": where,
    }
    return (
        ("Google Calendar", f"https://calendar.google.com/calendar/render?{urlencode(google)}"),
        ("Outlook", f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}"),
    )


def feed_url(token: str) -> str:
    """The address that a calendar program subscribes to; calendars take webcal for "subscribe" and fetch by https."""
    return absolute(reverse("bookings:feed", args=[token]))


def feed_subject(owner: Coach | Lead) -> str:
    """Whose calls a feed shows."""
    return f"{'coach' if isinstance(owner, Coach) else 'lead'}:{owner.pk}"


def feed_since(owner: Coach | Lead) -> datetime | None:
    """When the live subscribe address of this person was made, or None where there is none."""
    live = LinkToken.objects.filter(subject=feed_subject(owner), purpose=FEED, revoked_at=None)
    return live.order_by("-created_at").values_list("created_at", flat=True).first()


def find_feed(raw: str, *, now: datetime) -> Coach | Lead:
    """Whose feed a raw token opens; LinkUnknown for every other token."""
    kind, _, key = tokens.find(raw, purpose=FEED, now=now).subject.partition(":")
    owner: Coach | Lead | None = None
    if kind == "coach":
        owner = Coach.objects.filter(pk=key, active=True).first()
    elif kind == "lead":
        owner = Lead.objects.filter(pk=key).first()
    if owner is None:
        raise LinkUnknown
    return owner


def by_uid(uid: str) -> Booking | None:
    """The booking of this uid with its coach, type and lead, or None."""
    try:
        return _BY_UID.first(uid=UUID(uid))
    except ValueError:
        return None


def find_booking(raw: str, *, purpose: str, now: datetime) -> Booking:
    """The booking that a raw token of this purpose opens; LinkUnknown for every other token."""
    row = tokens.find(raw, purpose=purpose, now=now)
    kind, _, uid = row.subject.partition(":")
    booking = by_uid(uid) if kind == "booking" else None
    if booking is None or (purpose in (MANAGE, PROVE) and row.detail != address_mark(booking)):
        raise LinkUnknown
    if purpose == APPROVE and row.detail != coach_mark(booking):
        # The call went to another coach: this one has no say in it any more.
        raise LinkUnknown
    return booking


def coach_mark(booking: Booking) -> str:
    """What ties an approval link to the coach it was mailed to: whoever has the call now has the say."""
    return f"coach:{booking.coach_id}"


def address_mark(booking: Booking) -> str:
    """What ties a link to the address it was mailed to, so that a corrected address kills the old links."""
    return tokens.digest(booking.attendee_email)[:32]
