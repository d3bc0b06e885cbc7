"""Writing booking rows and their history together, so that the history always replays to the row."""

from datetime import datetime, timedelta
from typing import Any

from bookings.models import Booking, BookingEvent
from bookings.models.history import difference, snapshot
from bookings.services.gate import Slot
from mail.rows import require_transaction
from mail.text import one_line

HOLD_LASTS = timedelta(minutes=10)
Actor = BookingEvent.ActorKind
Status = Booking.Status


def place(slot: Slot, *, status: str, name: str, now: datetime, reason: str, **values: Any) -> Booking:
    """Insert a booking of a slot that the gate has admitted, and its first event."""
    require_transaction()
    booking = Booking(
        coach=slot.coach,
        coach_reason=reason,
        event_type=slot.event_type,
        status=status,
        created_at=now,
        version_at=now,
        **slot.times,
        **slot.event_type.location_with(slot.coach),
        **values,
    )
    booking.save(force_insert=True)
    _record(booking, {}, name=name, actor_kind=Actor.ATTENDEE, actor="", why="", now=now)
    return booking


def change(
    booking: Booking,
    *,
    name: str,
    now: datetime,
    actor_kind: str = Actor.SYSTEM,
    actor: str = "",
    why: str = "",
    **values: Any,
) -> Booking:
    """Set these columns of a row that the caller has locked, and record what they were."""
    require_transaction()
    before = snapshot(booking)
    for column, value in values.items():
        setattr(booking, column, value)
    booking.save(update_fields=[*values])
    _record(booking, before, name=name, actor_kind=actor_kind, actor=actor, why=why, now=now)
    return booking


def expire(booking: Booking, *, now: datetime, why: str = "") -> Booking:
    """Take a hold out of the coach's way."""
    return change(booking, name="expired", now=now, why=why, status=Status.EXPIRED)


def clear_way(slot: Slot, *, now: datetime) -> None:
    """Expire the holds that ran out on this time: the database's guard would still see them."""
    times = slot.times
    for booking in Booking.objects.filter(
        coach=slot.coach,
        status=Status.HELD,
        held_until__lte=now,
        busy_end__gt=times["busy_start"],
        busy_start__lt=times["busy_end"],
    ):
        expire(booking, now=now, why="The hold ran out.")


def fresh(booking: Booking) -> Booking:
    """The row as it is now, with its coach and type; call it under the coach's lock."""
    return Booking.objects.select_related("coach__user", "event_type", "lead").get(pk=booking.pk)


def _record(
    booking: Booking, before: dict[str, Any], *, name: str, actor_kind: str, actor: str, why: str, now: datetime
) -> None:
    old, new = difference(before, snapshot(booking))
    BookingEvent.objects.create(
        booking=booking,
        at=now,
        actor_kind=actor_kind,
        actor=one_line(actor, limit=150),
        name=name,
        old=old,
        new=new,
        why=one_line(why, limit=500),
    )
