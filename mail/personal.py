"""What the mail room holds of a person, shown and let go of: messages to the address, and what others were told of it.

The keyed hash in Suppression stays after an erasure: it is how an address that asked for quiet is known when it comes back.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Q, Value, When

from mail import privacy, registry
from mail.addresses import fingerprint
from mail.models import Bounce, Message, Suppression, Topic
from mail.preview import preview
from mail.registry import Stream
from mail.sweep import UNKNOWN

ERASED = "Erased: the person asked for it."
NAME = "mail"
AT_ONCE = 1000
_FORGOTTEN: dict[str, Any] = {"masked": None, "last_error": ""}


def register() -> None:
    """Make this room known to the privacy registry."""
    privacy.register_holder(NAME, export=export, erase=erase)


def export(email: str) -> list[dict[str, Any]]:
    """Every message to the address with what it said, and the kinds of mail the address does not get; plain values."""
    rows = Message.objects.filter(recipient_hash=fingerprint(email)).defer("raw").order_by("pk")
    quiet = Suppression.objects.filter(address_hash=fingerprint(email)).order_by("pk")
    return [_told(row) for row in rows.iterator(chunk_size=200)] + [
        {
            "what": "No more mail",
            "stream": row.stream or "every stream",
            "reason": row.reason,
            "at": _iso(row.created_at),
        }
        for row in quiet
    ]


def outstanding(email: str, *, now: datetime) -> int:
    """How many messages to the address are due and not yet out: a cancellation must leave before its address is erased."""
    return Message.objects.filter(
        recipient_hash=fingerprint(email), status__in=Message.OPEN, due_at__lte=now, expires_at__gt=now
    ).count()


@transaction.atomic
def erase(email: str, now: datetime) -> int:
    """Blank every message to the address, and the texts of every other message about the same things; rows changed.

    What has not left is cancelled. The rows stay, as numbers without a person.
    """
    mine = Message.objects.filter(recipient_hash=fingerprint(email))
    # A coach's own address stands on notices about other people's calls: those texts are not about the coach.
    about = list(mine.exclude(stream=Stream.STAFF).order_by().values_list("topic_id", flat=True).distinct())
    waiting = Q(status__in=Message.OPEN)
    why = Case(When(data_at__isnull=False, then=Value(UNKNOWN)), default=Value(ERASED))
    mine.filter(waiting).update(
        status=Message.Status.CANCELLED, reason=why, raw=None, claim="", lease_until=None, needs_attention=False
    )
    notices = [f"bounce:{pk}" for pk in Bounce.objects.filter(message__in=mine).values_list("pk", flat=True)]
    about += Topic.objects.filter(key__in=notices).values_list("pk", flat=True)
    Bounce.objects.filter(message__in=mine).update(detail="")
    changed = mine.update(recipient="", recipient_hash="", context={}, needs_attention=False, **_FORGOTTEN)
    return changed + _forget(about)


def forget_topics(keys: Collection[str]) -> int:
    """Blank the texts of every message about these topics that has left, such as notices to staff; rows changed.

    Needs the caller's transaction. What still waits is written from its room's rows when its time comes.
    """
    return _forget(list(Topic.objects.filter(key__in=keys).values_list("pk", flat=True)))


def _forget(topics: list[int]) -> int:
    changed = 0
    for start in range(0, len(topics), AT_ONCE):  # SQLite takes a limited number of values
        told = Message.objects.filter(topic__in=topics[start : start + AT_ONCE]).exclude(status__in=Message.OPEN)
        changed += told.filter(Q(masked__isnull=False) | ~Q(last_error="")).update(**_FORGOTTEN)
    return changed


def _told(row: Message) -> dict[str, Any]:
    shown = preview(row)
    return {
        "what": registry.label(row.kind),
        "address": row.recipient,
        "stream": row.stream,
        "state": row.get_status_display(),
        "reason": row.reason,
        "due": _iso(row.due_at),
        "sent": _iso(row.sent_at),
        "subject": dict(shown.headers).get("Subject", "") if shown else "",
        "text": shown.text.replace("\r\n", "\n") if shown else "",
    }


def _iso(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""
