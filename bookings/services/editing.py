"""What an attendee, or staff for them, can still change without moving the call, and asking when it is too late to do it alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bookings.errors import NotActive, PhoneNeeded, TooManyRequests
from bookings.models import Answer, Booking, LocationKind
from bookings.models.answers import stored
from bookings.services import gate, notices, rows
from bookings.services.rows import Actor
from bookings.services.typed import clean_answers
from mail.text import one_line, plain

REQUESTS_A_DAY = 3
ASKED = "asked to change"
# What both calendars show, beside the number that the coach dials.
IN_CALENDARS = ("attendee_name", "location_kind", "location_detail")


def edit_details(
    *,
    booking: Booking,
    phone: str,
    questions: str,
    access_needs: str,
    answers: Sequence[Answer],
    actor_kind: str,
    actor: str,
    now: datetime,
    name: str | None = None,
    place: tuple[str, str] | None = None,
) -> Booking:
    """Change what the coach should know and the number, and where given the name's spelling and the place; the time stays.

    `place` is a LocationKind and its link or address. A new name or place, or a new number on a call that the coach
    phones, is a new version: both calendars carry them.
    Raises NotActive, PhoneNeeded, Busy.
    """
    phone = one_line(phone, limit=32)

    def work() -> Booking:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if not row.is_upcoming or row.start <= now:
            raise NotActive
        kind, detail = place or (row.location_kind, row.location_detail)
        if kind == LocationKind.PHONE and not phone:
            raise PhoneNeeded
        wanted: dict[str, Any] = {
            "attendee_name": row.attendee_name if name is None else one_line(name, limit=200),
            "attendee_phone": phone,
            "questions": plain(questions),
            "access_needs": plain(access_needs, limit=2000),
            "answers": stored(clean_answers(answers)),
            "location_kind": kind,
            "location_detail": one_line(detail, limit=500),
        }
        changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not changes:
            return row
        dialled = "attendee_phone" in changes and kind == LocationKind.PHONE
        new_version = dialled or not changes.keys().isdisjoint(IN_CALENDARS)
        if new_version:
            changes |= {"version": row.version + 1, "version_at": now}
        rows.change(row, name="details edited", now=now, actor_kind=actor_kind, actor=actor, **changes)
        by_staff = actor_kind == Actor.STAFF
        notices.edited(row, new_version=new_version, by_staff=by_staff, actor=actor or Actor(actor_kind).label, now=now)
        return row

    return gate.run(work)


def ask_late_change(*, booking: Booking, text: str, now: datetime) -> None:
    """Pass a late request to move or cancel on to the coach, at most three a day.

    Raises NotActive (no call, or it is over), TooManyRequests, Busy.
    """
    said = one_line(text, limit=500)

    def work() -> None:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if not row.is_upcoming or row.end <= now:
            raise NotActive
        lately = row.events.filter(name=ASKED, at__gt=now - timedelta(days=1))
        if lately.filter(why=said).exists():
            return
        if lately.count() >= REQUESTS_A_DAY:
            raise TooManyRequests
        event = rows.note(row, name=ASKED, now=now, actor_kind=Actor.ATTENDEE, actor="booking link", why=said)
        notices.late_request(row, event=event, now=now)

    gate.run(work)
