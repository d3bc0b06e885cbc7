"""A call whose form looked like a robot's: its time is kept until the address confirms it, and nobody else hears of it.

It is PENDING and `unproven`, without a lead, and its one mail asks the address. Confirmed, it becomes what the form
would have made it, and all its mails start then. Unanswered or refused, it is EXPIRED, and nobody is told.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings import emails
from bookings.errors import NotActive, ProofAskedLately, TooManyRequests, TooManyUnproven
from bookings.models import Answer, Booking, Coach, EventType
from bookings.services import gate, rows
from bookings.services.choosing import Wish
from bookings.services.confirming import Form
from bookings.services.rows import Actor, Status
from bookings.services.typed import attendee
from leads import abuse
from leads.models import Lead
from mail import ledger
from mail.text import one_line

KEPT_FOR = timedelta(minutes=30)
# Robots with many addresses can keep so many times of a coach's day from people, and no more.
AT_A_TIME = 2


@dataclass(frozen=True, kw_only=True)
class _UnprovenForm(Form):
    """A form on its way through the gate without a person behind it, as far as anybody knows."""

    def answer(self, hold: Booking | None) -> Booking:
        """The booking that this form makes, or has made: sent again it asks for no second mail."""
        first = self.first_answer()
        if first is not None:
            return first
        try:
            return super().answer(hold)
        except ProofAskedLately:
            # The same form, sent twice at once: the other one has just used up the day's mail, for both.
            first = self.first_answer()
            if first is None:
                raise
            return first

    def lead(self) -> Lead | None:
        """Nobody yet; in the place of the person's row the address's mail of the day is locked, and used up."""
        if not abuse.within("prove:email", self.attendee.email, now=self.now):
            raise ProofAskedLately
        return None

    def agreed(self, event_type: EventType, lead: Lead | None) -> dict[str, Any]:
        """The columns of a time that is kept for half an hour, whoever else would have to agree to it."""
        until = min(self.wish.start, self.now + KEPT_FOR)
        return super().agreed(event_type, lead) | {"status": Status.PENDING, "approve_by": until, "unproven": True}

    def tell(self, booking: Booking, lead: Lead | None) -> None:
        """Ask the address, and nobody else. Raises TooManyUnproven, which takes back what was just written."""
        waiting = Booking.objects.filter(unproven=True, coach=booking.coach_id, status=Status.PENDING)
        if waiting.filter(approve_by__gt=self.now).count() > AT_A_TIME:
            raise TooManyUnproven
        _ask(booking, now=self.now)


def book_unproven(
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
) -> Booking:
    """Keep the time for half an hour, or until the call would start, and ask the address to confirm the call.

    Like `confirm` in everything else. Raises ProofAskedLately, TooManyUnproven, SlotTaken, NotOffered, KeyReused,
    PhoneNeeded, Busy.
    """
    wish = Wish(event_type=event_type, start=start, coach=coach, duration=duration)
    who = attendee(name, email, phone, questions, time_zone, access_needs, answers)
    return _UnprovenForm(key=idempotency_key, wish=wish, attendee=who, page=page, now=now).answer(hold)


def prove(*, booking: Booking, actor_kind: str, actor: str, page: str, now: datetime) -> Booking:
    """The address says yes, or staff who spoke with the person: now it is a call, or a request to the coach.

    Twice is the same as once. Raises NotActive (given free, or too late), TooManyOpen (not for staff), SlotTaken, Busy.
    """

    def work() -> Booking:
        before = rows.fresh(booking)
        if not before.awaits_proof(now):
            return _already(before)
        form = _form_of(before, page=page, now=now)
        lead = form.lead()
        gate.lock(before.coach_id)
        row = rows.fresh(before)
        if not row.awaits_proof(now):
            return _already(row)
        if actor_kind != Actor.STAFF:
            form.refuse_too_many(lead)
        gate.still_free(row, now=now)
        agreed = form.agreed(row.event_type, lead)
        rows.change(
            row,
            name="address confirmed",
            now=now,
            actor_kind=actor_kind,
            actor=actor,
            unproven=False,
            version=row.version + 1,
            version_at=now,
            **{name: agreed[name] for name in ("status", "approve_by", "lead")},
        )
        ledger.bump(row.topic_key, why="The address was confirmed.")
        form.tell(row, lead)
        return row

    return gate.run(work)


def release_unproven(*, booking: Booking, actor_kind: str, actor: str, why: str, now: datetime) -> Booking:
    """Give the time free again before the half hour is over; nobody is told. Twice is the same as once.

    Raises NotActive (it is a call by now), Busy.
    """
    why = one_line(why, limit=500)

    def work() -> Booking:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if row.unproven and row.status == Status.EXPIRED:
            return row
        if not row.unproven or row.status != Status.PENDING:
            raise NotActive
        return rows.release(row, now=now, why=why, actor_kind=actor_kind, actor=actor)

    return gate.run(work)


def ask_again(*, booking: Booking, now: datetime) -> None:
    """Mail the question once more because the visitor asked for it, at most twice a day to one address.

    Raises NotActive, TooManyRequests, Busy.
    """

    def work() -> None:
        row = rows.fresh(booking)
        if not row.awaits_proof(now):
            raise NotActive
        if not abuse.within("prove_again:email", row.attendee_email, now=now):
            raise TooManyRequests
        _ask(row, now=now, mark=str(uuid.uuid4()))

    gate.run(work)


def _ask(booking: Booking, *, now: datetime, mark: str = "") -> None:
    """One mail to the address that was typed; of no use once the time is given free."""
    emails.enqueue(
        emails.PROVE,
        booking,
        topic=ledger.topic(booking.topic_key),
        recipient=booking.attendee_email,
        expires_at=booking.approve_by or booking.start,
        now=now,
        mark=mark,
    )


def _already(row: Booking) -> Booking:
    """A call whose address was confirmed before; raises NotActive for a time that was given free."""
    if not row.is_upcoming:
        raise NotActive
    return row


def _form_of(booking: Booking, *, page: str, now: datetime) -> Form:
    """The form as it would have been without a suspicion."""
    who = attendee(
        booking.attendee_name,
        booking.attendee_email,
        booking.attendee_phone,
        booking.questions,
        booking.attendee_time_zone,
        booking.access_needs,
        (),
    )
    wish = Wish(event_type=booking.event_type, start=booking.start, coach=booking.coach)
    return Form(key="", wish=wish, attendee=who, page=page, now=now)
