"""What the booking room holds of a person, shown and let go of: calls stay as numbers, without the person."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from bookings import services
from bookings.errors import NotActive
from bookings.models import Booking, BookingEvent
from bookings.services.forgetting import BLANK, blank
from leads import merging, personal
from leads.models import Lead
from mail import privacy

NAME = "bookings"
WHY = "The student asked us to erase their data."


def register() -> None:
    """Make this room known to the privacy registry and to merges."""
    privacy.register_holder(NAME, export=export, erase=erase, prepare=prepare)
    merging.register_mover(NAME, move)


def of(email: str) -> QuerySet[Booking]:
    """Every call of the person at this address."""
    return Booking.objects.filter(Q(attendee_email=email) | Q(lead__in=personal.family(email))).order_by("pk")


def export(email: str) -> list[dict[str, Any]]:
    """Every call with what was asked and answered, and what happened to it; plain values."""
    return [
        {
            "what": "Coaching call",
            "kind": row.event_type.title,
            "coach": row.coach.name,
            "start": row.start.isoformat(),
            "end": row.end.isoformat(),
            "state": row.state_label,
            "booked_at": row.created_at.isoformat(),
            **{name: getattr(row, name) for name in BLANK},
            "enrolled_in": row.programme,
            "history": [
                {"at": event.at.isoformat(), "what": event.name, "why": event.why, "old": event.old, "new": event.new}
                for event in row.events.order_by("id")
            ],
        }
        for row in of(email).select_related("event_type", "coach").prefetch_related("events")
    ]


def prepare(email: str, now: datetime) -> int:
    """Cancel the calls that are still to come, with a CANCEL for both calendars; their number. Raises Busy.

    A time that was kept for an address which never confirmed it is given free, and nobody hears of it.
    """
    cancelled = 0
    for row in of(email).filter(status__in=(Booking.Status.CONFIRMED, Booking.Status.PENDING), end__gt=now):
        try:
            if row.unproven:
                services.release_unproven(
                    booking=row, actor_kind=BookingEvent.ActorKind.SYSTEM, actor="", why=WHY, now=now
                )
                continue
            services.cancel(booking=row, actor_kind=BookingEvent.ActorKind.SYSTEM, actor="", why=WHY, now=now)
        except NotActive:  # somebody was quicker
            continue
        cancelled += 1
    return cancelled


def erase(email: str, now: datetime) -> int:
    """Blank the person in every call and in its history, which still replays to its row; rows changed."""
    rows = list(of(email))
    return blank(rows) + personal.forget_admin_log(Booking, [row.pk for row in rows])


def move(source: Lead, target: Lead, only: list[int] | None, actor: str, now: datetime) -> list[int]:
    """A merge gives the person's calls to the other row, and their history says so."""
    found = Booking.objects.filter(lead=source)
    if only is not None:
        found = found.filter(pk__in=only)
    keys = []
    for row in found.order_by("pk"):
        BookingEvent.objects.create(
            booking=row,
            at=now,
            actor_kind=BookingEvent.ActorKind.STAFF,
            actor=actor,
            name="person merged",
            old={"lead_id": source.pk},
            new={"lead_id": target.pk},
        )
        Booking.objects.filter(pk=row.pk).update(lead=target)
        keys.append(row.pk)
    return keys
