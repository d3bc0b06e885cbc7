"""Confirming: the one moment at which a hold, or a time without one, becomes a call."""

from datetime import datetime

from bookings.models import Booking, Coach, EventType


def confirm(
    *,
    hold: Booking | None,
    event_type: EventType,
    start: datetime,
    coach: Coach | None,
    name: str,
    email: str,
    phone: str,
    questions: str,
    time_zone: str,
    idempotency_key: str,
    page: str,
    now: datetime,
) -> Booking:
    """Book the call and write its lead, history, mails and reminders in one transaction.

    A live hold of the same type and start is turned into the call; otherwise the gate is asked again. The same
    `idempotency_key` with the same data returns the first booking.
    Raises SlotTaken, NotOffered, KeyReused, PhoneNeeded, Busy.
    """
    raise NotImplementedError
