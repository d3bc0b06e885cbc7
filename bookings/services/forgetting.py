"""Letting go of the person in a call: the row and its history stay as numbers, and the history still replays to the row."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bookings.models import Booking, BookingEvent
from bookings.services.rows import Status
from mail.models import LinkToken
from mail.rows import require_transaction

# Column → what stands there afterwards.
BLANK: dict[str, Any] = {
    "attendee_name": "",
    "attendee_email": "",
    "attendee_phone": "",
    "attendee_time_zone": "",
    "questions": "",
    "access_needs": "",
    "answers": [],
    "cancel_reason": "",
    "next_step": "",
}
# Long enough for staff to phone a person who could not find the mail; it may also be somebody else's address.
KEEP_UNPROVEN = timedelta(days=7)
AT_ONCE = 200


def blank(rows: Collection[Booking]) -> int:
    """Take the person out of these calls, out of their history and out of their links; rows changed."""
    require_transaction()
    changed = 0
    for row in rows:
        for event in row.events.order_by("id"):
            BookingEvent._base_manager.filter(pk=event.pk).update(
                old=_blanked(event.old),
                new=_blanked(event.new),
                why="",
                actor="" if event.actor_kind == BookingEvent.ActorKind.ATTENDEE else event.actor,
            )
            changed += 1
        Booking.objects.filter(pk=row.pk).update(idempotency_digest="", **BLANK)
        changed += 1
    return changed + LinkToken.objects.filter(subject__in=[row.topic_key for row in rows]).delete()[0]


@transaction.atomic(durable=True)
def forget_unproven(*, now: datetime) -> int:
    """Blank the calls of a week ago and older whose address was never confirmed, a portion at once; their number."""
    over = Booking.objects.filter(unproven=True, created_at__lt=now - KEEP_UNPROVEN, status=Status.EXPIRED)
    rows = list(over.exclude(attendee_email="").order_by("created_at")[:AT_ONCE])
    blank(rows)
    return len(rows)


def _blanked(values: dict[str, Any]) -> dict[str, Any]:
    return {name: BLANK.get(name, value) for name, value in values.items()}
