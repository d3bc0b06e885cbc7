"""What a booking tells the rest of the house, written in the booking's own transaction: timeline, mails, reminders."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import emails, reminders
from bookings.models import Booking, BookingEvent, Coach
from bookings.scheduling import moment
from bookings.selectors import UTC_ZONE
from leads import people
from leads.models import Lead, Stage
from mail import ledger
from mail.identity import staff_address
from mail.models import Message, Topic

# A cancellation still helps after the call was to begin: it takes the event out of the calendars.
CANCELLATION_EXPIRES_AFTER = timedelta(hours=24)
# Staff who press the wrong button notice it at once; a mail about a call of last week helps nobody.
SECOND_THOUGHTS, OLD_NEWS = timedelta(minutes=15), timedelta(days=3)


# The page of the form, and the page of ours that led to it; blank where nobody knows, or staff booked.
Visit = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Before:
    """Where a call was before it was moved."""

    coach: Coach
    start: datetime
    end: datetime

    @classmethod
    def of(cls, booking: Booking) -> "Before":
        """The call as it is now."""
        return cls(booking.coach, booking.start, booking.end)


def booked(booking: Booking, *, lead: Lead, visit: Visit, actor: str, now: datetime) -> None:
    """A call was booked: confirmation, notice to the coach, reminders, one line of the lead's timeline."""
    _record(booking, f"Booked {_what(booking)}", lead=lead, visit=visit, actor=actor, now=now)
    people.advance_stage(lead=lead, stage=Stage.CALL_BOOKED, now=now)
    _mail_agreed(booking, topic=ledger.topic(booking.topic_key, fresh=True), now=now)


def asked_for(booking: Booking, *, lead: Lead, visit: Visit, actor: str, now: datetime) -> None:
    """A call was asked for that the coach has to approve: both hear by when."""
    _record(booking, f"Asked for {_what(booking)}", lead=lead, visit=visit, actor=actor, now=now)
    _mail_request(booking, now=now)


def approved(booking: Booking, *, actor: str, now: datetime) -> None:
    """The coach said yes: from here on it is a call like any other."""
    _mail_agreed(booking, topic=ledger.bump(booking.topic_key, why="The coach said yes."), now=now)
    tell(booking, f"Approved {booking.title}", actor=actor, now=now)
    if booking.lead is not None:
        people.advance_stage(lead=booking.lead, stage=Stage.CALL_BOOKED, now=now)


def declined(booking: Booking, *, actor: str, why: str, now: datetime) -> None:
    """The coach said no, or nothing: the attendee hears it and is shown the way to another time."""
    topic = ledger.bump(booking.topic_key, why="The request was declined.")
    until = max(booking.end, now) + CANCELLATION_EXPIRES_AFTER
    emails.enqueue(emails.DECLINED, booking, topic=topic, recipient=booking.attendee_email, expires_at=until, now=now)
    tell(booking, f"Declined {booking.title}" + (f": {why}" if why else ""), actor=actor, now=now)


def released(booking: Booking) -> None:
    """An address never confirmed its call: nobody heard of it but the address itself, and nobody hears more."""
    ledger.bump(booking.topic_key, why="The time was given free again.")


def mail_confirmation(booking: Booking, *, now: datetime) -> None:
    """The attendee's confirmation and reminders of the booking's present version."""
    ledger.write(_confirmation(booking, topic=ledger.topic(booking.topic_key), now=now), now=now)


def _confirmation(booking: Booking, *, topic: Topic, now: datetime) -> list[Message]:
    confirmed = emails.message(
        emails.CONFIRMED, booking, topic=topic, recipient=booking.attendee_email, expires_at=booking.start, now=now
    )
    return [confirmed, *reminders.messages(booking, topic=topic, now=now)]


def _mail_agreed(booking: Booking, *, topic: Topic, now: datetime) -> None:
    """All that both sides hear of a call that is agreed on, written at once."""
    told = _confirmation(booking, topic=topic, now=now)
    if booking.coach.notice_address:
        told.append(
            emails.message(
                emails.COACH_CONFIRMED,
                booking,
                topic=topic,
                recipient=booking.coach.notice_address,
                expires_at=booking.start,
                now=now,
            )
        )
    ledger.write(told, now=now)


def moved(booking: Booking, *, before: Before, actor: str, why: str, now: datetime) -> None:
    """A call has another time or coach: new invitations, and a CANCEL to a coach who has lost it."""
    topic = ledger.bump(booking.topic_key, why="The call was moved.")
    was: dict[str, int | str] = {
        "was_start": before.start.isoformat(),
        "was_end": before.end.isoformat(),
        "was_coach": before.coach.pk,
    }
    if booking.status == Booking.Status.PENDING:
        _mail_request(booking, now=now)
    else:
        emails.enqueue(
            emails.RESCHEDULED,
            booking,
            topic=topic,
            recipient=booking.attendee_email,
            expires_at=booking.start,
            now=now,
            facts=was,
        )
        ledger.write(reminders.messages(booking, topic=topic, now=now), now=now)
        same = before.coach == booking.coach
        _to_coach(emails.COACH_RESCHEDULED if same else emails.COACH_CONFIRMED, booking, now=now, facts=was)
        if not same and before.coach.notice_address:
            emails.enqueue(
                emails.COACH_MOVED_AWAY,
                booking,
                topic=topic,
                recipient=before.coach.notice_address,
                expires_at=max(before.end, now) + CANCELLATION_EXPIRES_AFTER,
                now=now,
                facts=was,
            )
    at = moment(before.start, UTC_ZONE)
    summary = f"Moved from {at.long} UTC to {_what(booking)}" + (f": {why}" if why else "")
    tell(booking, summary, actor=actor, now=now)


def cancelled(booking: Booking, *, agreed: bool, actor: str, why: str, now: datetime) -> None:
    """A call was cancelled: nothing said before is true any more, both sides get a CANCEL where it was `agreed` on."""
    topic = ledger.bump(booking.topic_key, why="The call was cancelled.")
    until = max(booking.end, now) + CANCELLATION_EXPIRES_AFTER
    for kind, recipient in (
        (emails.CANCELLED, booking.attendee_email),
        (emails.COACH_CANCELLED, booking.coach.notice_address),
    ):
        if recipient:
            emails.enqueue(
                kind,
                booking,
                topic=topic,
                recipient=recipient,
                expires_at=until,
                now=now,
                facts={} if agreed else {"never_agreed": 1},
            )
    tell(booking, f"Cancelled {booking.title}" + (f": {why}" if why else ""), actor=actor, now=now)


def edited(booking: Booking, *, new_version: bool, by_staff: bool, actor: str, now: datetime) -> None:
    """What the coach should know was changed; with a new version both calendars are written anew."""
    if new_version:
        ledger.bump(booking.topic_key, why="The details were changed.")
        if booking.status == Booking.Status.CONFIRMED:
            mail_confirmation(booking, now=now)
    if booking.status == Booking.Status.PENDING:
        if new_version:
            _mail_request(booking, now=now)
    else:
        last = booking.events.order_by("-id").values_list("id", flat=True)[0]
        facts: dict[str, int | str] = {"new_version": int(new_version), "by_staff": int(by_staff)}
        _to_coach(emails.COACH_UPDATED, booking, now=now, facts=facts, mark=str(last))
    tell(booking, f"Changed the details of {booking.title}", actor=actor, now=now)


def late_request(booking: Booking, *, event: BookingEvent, now: datetime) -> None:
    """The attendee cannot move or cancel alone any more and asks the coach; without a coach's address, staff."""
    emails.enqueue(
        emails.LATE_REQUEST,
        booking,
        topic=ledger.topic(booking.topic_key),
        recipient=booking.coach.notice_address or staff_address(),
        expires_at=booking.end,
        now=now,
        facts={"event": event.pk},
        mark=str(event.pk),
    )
    tell(booking, f"Asked to change {booking.title}: {event.why}", actor="visitor", now=now)


def outcome(booking: Booking, *, now: datetime) -> None:
    """The call is over: the attendee hears of it once, and late enough that staff can correct a slip before."""
    kinds = {Booking.Status.COMPLETED: emails.FOLLOW_UP, Booking.Status.NO_SHOW: emails.NO_SHOW}
    topic = ledger.bump(booking.topic_key, why="The outcome was recorded.")
    heard = Message.objects.filter(topic=topic, kind__in=kinds.values(), status=Message.Status.SENT).exists()
    if heard or now - booking.end > OLD_NEWS or not booking.attendee_email:
        return
    last = booking.events.order_by("-id").values_list("id", flat=True)[0]
    emails.enqueue(
        kinds[Booking.Status(booking.status)],
        booking,
        topic=topic,
        recipient=booking.attendee_email,
        due_at=now + SECOND_THOUGHTS,
        expires_at=now + OLD_NEWS,
        now=now,
        mark=str(last),
    )


def tell(booking: Booking, summary: str, *, actor: str, now: datetime) -> None:
    """One line of the lead's timeline, where the booking has a lead."""
    if booking.lead is not None:
        people.record_activity(
            lead=booking.lead,
            kind="booking",
            summary=summary,
            now=now,
            data=_facts(booking),
            actor=actor or "system",
        )


def _record(booking: Booking, summary: str, *, lead: Lead, visit: Visit, actor: str, now: datetime) -> None:
    people.record_activity(lead=lead, kind="booking", summary=summary, now=now, data=_facts(booking), actor=actor)
    page, came_from = visit
    if page:
        people.record_touch(lead=lead, page=page, referrer_page=came_from, now=now)


def _mail_request(booking: Booking, *, now: datetime) -> None:
    """The attendee hears that the time is kept, the coach (or staff) that an answer is wanted, both until when."""
    topic = ledger.topic(booking.topic_key)
    until = booking.approve_by or booking.start
    for kind, recipient in (
        (emails.PENDING, booking.attendee_email),
        (emails.COACH_PENDING, booking.coach.notice_address or staff_address()),
    ):
        emails.enqueue(kind, booking, topic=topic, recipient=recipient, expires_at=until, now=now)


def _to_coach(
    kind: str, booking: Booking, *, now: datetime, facts: dict[str, int | str] | None = None, mark: str = ""
) -> None:
    """One mail to the coach, where there is an address; of no use once the call has begun."""
    if booking.coach.notice_address:
        emails.enqueue(
            kind,
            booking,
            topic=ledger.topic(booking.topic_key),
            recipient=booking.coach.notice_address,
            expires_at=booking.start,
            now=now,
            facts=facts,
            mark=mark,
        )


def _what(booking: Booking) -> str:
    return f"{booking.title} for {moment(booking.start, UTC_ZONE).long} UTC"


def _facts(booking: Booking) -> dict[str, str | int]:
    return {
        "booking": str(booking.uid),
        "version": booking.version,
        "status": booking.status,
        "start": booking.start.isoformat(),
        "coach": booking.coach.name,
        "event_type": booking.event_type.title,
    }
