"""Writing booking rows and their history together, so that the history always replays to the row."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from bookings.models import Booking, BookingEvent
from bookings.models.history import difference, snapshot
from bookings.services import gate, notices
from bookings.services.gate import Slot
from leads.models import Lead
from mail import prepared
from mail.rows import require_transaction
from mail.text import one_line

HOLD_LASTS = timedelta(minutes=10)
UNANSWERED = "Nobody answered in time."
UNCONFIRMED = "The address was not confirmed in time."
Actor = BookingEvent.ActorKind
Status = Booking.Status
# What the caller wants written in the booking's own transaction, such as the link to its page.
Also = Callable[[Booking], object]
_ROW = prepared.Rows(Booking, where="bookings_booking.id = %(pk)s")
_FRESH = prepared.Rows(Booking, "coach__user", "event_type", "lead", where="bookings_booking.id = %(pk)s")


def nothing_else(booking: Booking) -> None:
    """What is usually also written: nothing."""


def place(
    slot: Slot,
    *,
    status: str,
    name: str,
    now: datetime,
    reason: str,
    actor_kind: str = Actor.ATTENDEE,
    actor: str = "",
    **values: Any,
) -> Booking:
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
    prepared.insert(booking)
    gate.changed(booking.coach_id)
    _record(booking, {}, name=name, actor_kind=actor_kind, actor=actor, why="", now=now)
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
    before, coach_id = snapshot(booking), booking.coach_id
    for column, value in values.items():
        setattr(booking, column, value)
    prepared.update(booking, tuple(values))
    gate.changed(coach_id, booking.coach_id)
    _record(booking, before, name=name, actor_kind=actor_kind, actor=actor, why=why, now=now)
    return booking


def note(booking: Booking, *, name: str, now: datetime, actor_kind: str, actor: str, why: str) -> BookingEvent:
    """Record something that changed no column."""
    require_transaction()
    return _record(booking, snapshot(booking), name=name, actor_kind=actor_kind, actor=actor, why=why, now=now)


def expire(booking: Booking, *, now: datetime, why: str = "") -> Booking:
    """Take a hold out of the coach's way."""
    return change(booking, name="expired", now=now, why=why, status=Status.EXPIRED)


def clear_way(slot: Slot, *, now: datetime) -> None:
    """Expire the holds and decline the requests that ran out on this time: the database's guard would still see them."""
    if not slot.in_the_way:
        return
    times = slot.times
    over = Q(status=Status.HELD, held_until__lte=now) | Q(status=Status.PENDING, approve_by__lte=now)
    for booking in Booking.objects.select_related("coach__user", "event_type", "lead").filter(
        over, coach=slot.coach, busy_end__gt=times["busy_start"], busy_start__lt=times["busy_end"]
    ):
        run_out(booking, now=now)


def run_out(booking: Booking, *, now: datetime) -> Booking:
    """What a hold or a request becomes when its time is over; anything else stays as it is."""
    if booking.status == Status.HELD:
        return expire(booking, now=now, why="The hold ran out.")
    if booking.status == Status.PENDING and booking.unproven:
        return release(booking, now=now, why=UNCONFIRMED)
    if booking.status == Status.PENDING:
        return decline(booking, now=now, why=UNANSWERED)
    return booking


def run_out_everywhere(which: Q, *, now: datetime) -> int:
    """Let go of these holds or requests, coach by coach in transactions of their own; their number. Raises Busy."""
    waiting = Booking.objects.filter(which)

    def work(coach_id: int) -> int:
        gate.lock(coach_id)
        found = list(waiting.select_related("coach__user", "event_type", "lead").filter(coach_id=coach_id))
        for booking in found:
            run_out(booking, now=now)
        return len(found)

    coach_ids = waiting.order_by("coach_id").values_list("coach_id", flat=True).distinct()
    return sum(gate.run(lambda: work(coach_id)) for coach_id in list(coach_ids))  # noqa: B023 - called at once


def decline(booking: Booking, *, now: datetime, why: str, actor_kind: str = Actor.SYSTEM, actor: str = "") -> Booking:
    """Say no to a request and tell the attendee."""
    change(
        booking,
        name="declined",
        now=now,
        actor_kind=actor_kind,
        actor=actor,
        why=why,
        status=Status.DECLINED,
        cancelled_at=now,
        cancel_reason=why,
        approve_by=None,
        version=booking.version + 1,
        version_at=now,
    )
    notices.declined(booking, actor=actor or "system", why=why, now=now)
    return booking


def release(booking: Booking, *, now: datetime, why: str, actor_kind: str = Actor.SYSTEM, actor: str = "") -> Booking:
    """Give the time of a call whose address was never confirmed free again; nobody is told, and what asked for it dies."""
    change(
        booking,
        name="released",
        now=now,
        actor_kind=actor_kind,
        actor=actor,
        why=why,
        status=Status.EXPIRED,
        approve_by=None,
        version=booking.version + 1,
        version_at=now,
    )
    notices.released(booking)
    return booking


def lock_person(booking: Booking) -> None:
    """Lock the booking's lead, where it has one; the lock order of the house is lead, then coach."""
    if booking.lead_id is not None:
        Lead.objects.select_for_update(no_key=True).filter(pk=booking.lead_id).first()


def fresh(booking: Booking) -> Booking:
    """The row as it is now, with its coach and type; call it under the coach's lock."""
    row = _FRESH.first(pk=booking.pk)
    if row is None:
        raise Booking.DoesNotExist
    return row


def fresh_hold(hold: Booking) -> Booking:
    """The same of a hold that was read in this request with its coach and type, which the coach's lock does not keep anyway."""
    row = _ROW.first(pk=hold.pk)
    if row is None:
        raise Booking.DoesNotExist
    if (row.coach_id, row.event_type_id) != (hold.coach_id, hold.event_type_id):
        return fresh(hold)
    row.coach, row.event_type = hold.coach, hold.event_type
    return row


def _record(
    booking: Booking, before: dict[str, Any], *, name: str, actor_kind: str, actor: str, why: str, now: datetime
) -> BookingEvent:
    old, new = difference(before, snapshot(booking))
    return prepared.insert_soon(
        BookingEvent(
            booking=booking,
            at=now,
            actor_kind=actor_kind,
            actor=one_line(actor, limit=150),
            name=name,
            old=old,
            new=new,
            why=one_line(why, limit=500),
        )
    )
