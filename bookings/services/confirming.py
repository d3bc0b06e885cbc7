"""Confirming: the one moment at which a hold, or a time without one, becomes a call."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError

from bookings.errors import KeyReused, PhoneNeeded
from bookings.models import Booking, Coach, EventType, LocationKind
from bookings.services import gate, notices, rows
from bookings.services.choosing import with_a_coach
from bookings.services.rows import Actor, Status
from leads import people
from leads.models import Lead
from mail.text import one_line, plain


@dataclass(frozen=True, slots=True)
class Attendee:
    """What the visitor typed, cleaned, before it meets the database, a header or a calendar."""

    name: str
    email: str
    phone: str
    questions: str
    time_zone: str

    @property
    def columns(self) -> dict[str, str]:
        """The booking's columns."""
        return {
            "attendee_name": self.name,
            "attendee_email": self.email,
            "attendee_phone": self.phone,
            "attendee_time_zone": self.time_zone,
            "questions": self.questions,
        }


class _HoldOver(Exception):  # noqa: N818 - a turn of the conversation, not a failure
    """The hold ran out before the form came: the gate is asked again for the same time."""


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

    1. The same `idempotency_key` again returns the first booking, or raises KeyReused where the data differ.
    2. A live hold of this type and start becomes the call; only busy time is asked again.
    3. Without one, or where it ran out, the gate is asked for the start as for a new one.

    Raises SlotTaken, NotOffered, KeyReused, PhoneNeeded, Busy.
    """
    attendee = Attendee(
        name=one_line(name, limit=200),
        email=people.normalise_email(email)[:254],
        phone=one_line(phone, limit=32),
        questions=plain(questions),
        time_zone=one_line(time_zone, limit=64),
    )
    if event_type.location_kind == LocationKind.PHONE and not attendee.phone:
        raise PhoneNeeded
    form = _Form(idempotency_key, event_type, start, coach, attendee, page, now)
    try:
        return form.first_answer() or form.book(hold)
    except IntegrityError:
        # The same form, sent twice at once to two coaches: the key's unique index let one of them through.
        first = form.first_answer()
        if first is None:
            raise
        return first


@dataclass(frozen=True, slots=True)
class _Form:
    """One filled form on its way through the gate."""

    key: str
    event_type: EventType
    start: datetime
    coach: Coach | None
    attendee: Attendee
    page: str
    now: datetime

    @property
    def digest(self) -> str:
        """What "the same data" means: a SHA-256 over everything that was asked for."""
        asked = [self.event_type.pk, self.start.astimezone(UTC).isoformat(), self.coach.pk if self.coach else None]
        return hashlib.sha256(json.dumps([*asked, *self.attendee.columns.values()]).encode()).hexdigest()

    @property
    def stored_key(self) -> dict[str, Any]:
        """The key's columns: stored only here, with success."""
        return {"idempotency_key": self.key[:64] or None, "idempotency_digest": self.digest}

    def first_answer(self) -> Booking | None:
        """The booking this form has already made, or None; raises KeyReused where it was sent with other data."""
        if not self.key:
            return None
        first = Booking.objects.select_related("coach", "event_type").filter(idempotency_key=self.key[:64]).first()
        if first is not None and first.idempotency_digest != self.digest:
            raise KeyReused
        return first

    def book(self, hold: Booking | None) -> Booking:
        """Through the gate, by the hold if it lives."""
        if hold is not None and (hold.event_type_id, hold.start) == (self.event_type.pk, self.start):
            mine = hold
            try:
                return gate.run(lambda: self.from_hold(mine))
            except _HoldOver:
                pass
        return with_a_coach(
            event_type=self.event_type,
            start=self.start,
            coach=self.coach,
            now=self.now,
            without=hold,
            attempt=lambda coach_id, reason: self.without_hold(coach_id, reason, hold),
        )

    def from_hold(self, hold: Booking) -> Booking:
        """Turn a live hold into a call; raises _HoldOver where it ran out."""
        lead = self.lead()
        gate.lock(hold.coach_id)
        first = self.first_answer()
        if first is not None:
            return first
        booking = rows.fresh(hold)
        if booking.is_upcoming:
            # Two copies of the form, each with a key of its own, for one hold.
            if booking.idempotency_digest == self.digest:
                return booking
            raise KeyReused
        if not booking.is_live_hold(self.now):
            raise _HoldOver
        gate.still_free(booking, now=self.now)
        rows.change(
            booking,
            name="confirmed",
            now=self.now,
            actor_kind=Actor.ATTENDEE,
            status=Status.CONFIRMED,
            version_at=self.now,
            held_until=None,
            lead=lead,
            **self.attendee.columns,
            **self.stored_key,
        )
        notices.booked(booking, lead=lead, page=self.page, now=self.now)
        return booking

    def without_hold(self, coach_id: int, reason: str, hold: Booking | None) -> Booking:
        """Book a start that is not held (any more), giving up a hold of another time."""
        lead = self.lead()
        locked = gate.lock(coach_id, *([hold.coach_id] if hold is not None else []))
        first = self.first_answer()
        if first is not None:
            return first
        if hold is not None:
            held = rows.fresh(hold)
            if held.status == Status.HELD:
                rows.expire(held, now=self.now, why="Another time was booked, or the hold ran out.")
        slot = gate.admit(coach=locked[coach_id], event_type=self.event_type, start=self.start, now=self.now)
        rows.clear_way(slot, now=self.now)
        booking = rows.place(
            slot,
            status=Status.CONFIRMED,
            name="confirmed",
            now=self.now,
            reason=reason,
            lead=lead,
            **self.attendee.columns,
            **self.stored_key,
        )
        notices.booked(booking, lead=lead, page=self.page, now=self.now)
        return booking

    def lead(self) -> Lead:
        """The person, locked before the coach: that is the lock order of the house."""
        return people.ensure_lead(
            email=self.attendee.email,
            name=self.attendee.name,
            phone=self.attendee.phone,
            time_zone=self.attendee.time_zone,
            now=self.now,
        )
