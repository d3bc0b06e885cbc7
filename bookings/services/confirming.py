"""Confirming: the one moment at which a hold, or a time without one, becomes a call."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError

from bookings import selectors
from bookings.errors import KeyReused, PhoneNeeded, TooManyOpen
from bookings.models import Answer, Booking, Coach, EventType, LocationKind
from bookings.services import gate, notices, rows
from bookings.services.choosing import Wish, with_a_coach
from bookings.services.rows import Actor, Also, Status, nothing_else
from bookings.services.typed import Attendee, attendee
from leads import people
from leads.models import Lead
from mail import statements

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
_OPEN_CALLS = f"""
SELECT count(*) FROM bookings_booking WHERE lead_id = %(lead)s AND "end" > %(now)s
    AND (status = '{Status.CONFIRMED}' OR (status = '{Status.PENDING}' AND approve_by > %(now)s))
"""  # noqa: S608  our own words


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
    duration: timedelta | None = None,
    access_needs: str = "",
    answers: Sequence[Answer] = (),
    came_from: str = "",
    also: Also = nothing_else,
) -> Booking:
    """Book the call, or ask the coach for it, and write its lead, history, mails and reminders in one transaction.

    What is `also` to be written of a call that is made now is written there as well.

    1. The same `idempotency_key` again returns the first booking, or raises KeyReused where the data differ.
    2. A live hold of this type, start and length becomes the call; only busy time is asked again.
    3. Without one, or where it ran out, the gate is asked for the start as for a new one.

    Raises SlotTaken, NotOffered, KeyReused, PhoneNeeded, TooManyOpen, Busy.
    """
    wish = Wish(event_type=event_type, start=start, coach=coach, duration=duration)
    who = attendee(name, email, phone, questions, time_zone, access_needs, answers)
    return Form(
        key=idempotency_key, wish=wish, attendee=who, page=page, came_from=came_from, now=now, also=also
    ).answer(hold)


def book_for(
    *,
    event_type: EventType,
    start: datetime,
    coach: Coach | None,
    name: str,
    email: str,
    phone: str,
    questions: str,
    time_zone: str,
    idempotency_key: str,
    actor: str,
    now: datetime,
    duration: timedelta | None = None,
    access_needs: str = "",
    answers: Sequence[Answer] = (),
) -> Booking:
    """Staff book on a student's behalf through the same gate; confirmed at once.

    Notice, booking window, approval and the limit of calls per person do not bind staff. Without a wish for a coach the
    student's own comes first. Raises SlotTaken, NotOffered, KeyReused, PhoneNeeded, Busy.
    """
    who = attendee(name, email, phone, questions, time_zone, access_needs, answers)
    own = selectors.own_coach(Lead.objects.filter(email=who.email).first())
    wish = Wish(event_type=event_type, start=start, coach=coach, duration=duration, own=own, by_staff=True)
    return Form(key=idempotency_key, wish=wish, attendee=who, page="", now=now, staff=actor).answer(None)


def approval_deadline(*, start: datetime, notice: timedelta, now: datetime) -> datetime:
    """Until when a coach can answer a request: a day, or minimum notice, but an hour in any case before the start."""
    return min(start, max(min(now + A_DAY, start - notice), now + AN_HOUR))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One filled form on its way through the gate; `staff` is who filled it for somebody else."""

    key: str
    wish: Wish
    attendee: Attendee
    page: str
    now: datetime
    staff: str = ""
    came_from: str = ""
    also: Also = nothing_else

    def answer(self, hold: Booking | None) -> Booking:
        """The booking that this form makes, or has made."""
        if self.wish.event_type.location_kind == LocationKind.PHONE and not self.attendee.phone:
            raise PhoneNeeded
        try:
            return self.book(hold)
        except IntegrityError:
            # The same form, sent twice at once to two coaches: the key's unique index let one of them through.
            first = self.first_answer()
            if first is None:
                raise
            return first

    @property
    def digest(self) -> str:
        """What "the same data" means: a SHA-256 over everything that was asked for."""
        wish = self.wish
        length = int((wish.duration or wish.event_type.duration).total_seconds())
        asked = [wish.event_type.pk, wish.start.astimezone(UTC).isoformat(), wish.coach.pk if wish.coach else None]
        values = [*asked, length, *self.attendee.columns.values()]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()

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
        wish = self.wish
        if hold is not None and (hold.event_type_id, hold.start, hold.duration) == (
            wish.event_type.pk,
            wish.start,
            wish.duration or wish.event_type.duration,
        ):
            mine = hold
            try:
                return gate.run(lambda: self.from_hold(mine))
            except _HoldOver:
                pass
        # By the hold that became its call a form that is sent again is known there; here it must not meet its own call.
        first = self.first_answer()
        if first is not None:
            return first
        return with_a_coach(
            wish,
            now=self.now,
            without=hold,
            attempt=lambda coach_id, reason: self.without_hold(coach_id, reason, hold),
        )

    def from_hold(self, hold: Booking) -> Booking:
        """Turn a live hold into a call; raises _HoldOver where it ran out."""
        lead = self.lead()
        gate.lock(hold.coach_id)
        booking = rows.fresh_hold(hold)
        if booking.idempotency_key and booking.idempotency_key == self.key[:64]:
            # The same form again, whatever has become of its call since.
            if booking.idempotency_digest != self.digest:
                raise KeyReused
            return booking
        if booking.is_upcoming or booking.awaits_proof(self.now):
            # Two copies of the form, each with a key of its own, for one hold.
            if booking.idempotency_digest == self.digest:
                return booking
            raise KeyReused
        # Renewed again and again, a hold can outlive its own start: then the gate answers, and nothing is booked.
        if not booking.is_live_hold(self.now) or booking.start <= self.now:
            raise _HoldOver
        self.refuse_too_many(lead)
        gate.still_free(booking, now=self.now)
        values = self.agreed(booking.event_type, lead)
        rows.change(
            booking,
            name=values["status"],
            now=self.now,
            actor_kind=Actor.ATTENDEE,
            version_at=self.now,
            held_until=None,
            **values,
        )
        self.tell(booking, lead)
        return booking

    def without_hold(self, coach_id: int, reason: str, hold: Booking | None) -> Booking:
        """Book a start that is not held (any more), giving up a hold of another time."""
        lead = self.lead()
        locked = gate.lock(coach_id, *([hold.coach_id] if hold is not None else []))
        first = self.first_answer()
        if first is not None:
            return first
        self.refuse_too_many(lead)
        if hold is not None:
            held = rows.fresh(hold)
            if held.status == Status.HELD:
                rows.expire(held, now=self.now, why="Another time was booked, or the hold ran out.")
        slot = gate.admit(
            coach=locked[coach_id],
            event_type=self.wish.event_type,
            start=self.wish.start,
            duration=self.wish.duration,
            now=self.now,
            by_staff=self.wish.by_staff,
        )
        rows.clear_way(slot, now=self.now)
        values = self.agreed(slot.event_type, lead)
        booking = rows.place(
            slot,
            name=values["status"],
            now=self.now,
            reason=reason,
            actor_kind=Actor.STAFF if self.staff else Actor.ATTENDEE,
            actor=self.staff,
            source=Booking.Source.STAFF if self.staff else Booking.Source.VISITOR,
            **values,
        )
        self.tell(booking, lead)
        return booking

    def agreed(self, event_type: EventType, lead: Lead | None) -> dict[str, Any]:
        """The columns that a hold or an empty row gets: the key is stored only here, with success."""
        asks = event_type.needs_approval and not self.staff
        deadline = approval_deadline(start=self.wish.start, notice=event_type.minimum_notice, now=self.now)
        return {
            "status": Status.PENDING if asks else Status.CONFIRMED,
            "approve_by": deadline if asks else None,
            "lead": lead,
            "idempotency_key": self.key[:64] or None,
            "idempotency_digest": self.digest,
            **self.attendee.columns,
        }

    def tell(self, booking: Booking, lead: Lead | None) -> None:
        """Timeline, mails and reminders of what was just written."""
        if lead is None:
            return
        told = notices.asked_for if booking.status == Status.PENDING else notices.booked
        told(booking, lead=lead, visit=(self.page, self.came_from), actor=self.staff or "visitor", now=self.now)
        self.also(booking)

    def refuse_too_many(self, lead: Lead | None) -> None:
        """One person, so many coming calls; the lead's lock makes the count true. Raises TooManyOpen."""
        if self.staff or lead is None or lead.just_made:
            return
        ((number,),) = statements.rows(_OPEN_CALLS, {"lead": lead.pk, "now": statements.adapt(self.now)})
        if number >= settings.OPEN_CALLS_PER_PERSON:
            raise TooManyOpen

    def lead(self) -> Lead | None:
        """The person, locked before the coach: that is the lock order of the house."""
        return people.ensure_lead(
            email=self.attendee.email,
            name=self.attendee.name,
            phone=self.attendee.phone,
            time_zone=self.attendee.time_zone,
            now=self.now,
        )
