"""What will never be sent gets its final state and a reason that staff can read."""

from datetime import datetime

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL

from mail import clock
from mail.claims import MOST_RENDERS
from mail.models import Message, Suppression, Topic
from mail.registry import Stream

Status = Message.Status
EXPIRED = "Its time passed before it could be sent."
NEWER = "Something newer took its place."
SUPPRESSED = "The address does not want this kind of mail."
COMES_BACK = "Mail to this address comes back: there is no such mailbox."
CRASHED = "Writing it stopped the sender three times."
UNKNOWN = "The sender stopped in the middle of sending it: it may have arrived."
# Said in the words of the partial indexes: SQLite cannot see through bound values that an index would do.
OPEN = RawSQL("mail_message.status IN ('due', 'sending')", (), output_field=BooleanField())
DUE = RawSQL("mail_message.status = 'due'", (), output_field=BooleanField())


def waiting(*, now: datetime) -> bool:
    """Whether any message is due, or past its time, and not in another sender's hands."""
    # Two questions, because SQLite answers an OR over two indexes by reading everything.
    return (
        Message.objects.filter(OPEN, next_try_at__lte=now).exists()
        or Message.objects.filter(DUE, expires_at__lte=now).exists()
    )


def sweep(*, now: datetime) -> int:
    """Close what has expired, is no longer true, is suppressed, or cannot be written; the number of rows closed."""
    free = Q(status=Status.DUE)
    if clock.steady():
        free |= Q(status=Status.SENDING, lease_until__lte=now)
    due = Message.objects.filter(OPEN, free, next_try_at__lte=now)
    live = Topic.objects.filter(pk=OuterRef("topic_id"), version=OuterRef("topic_version"))
    quiet = Suppression.objects.filter(address_hash=OuterRef("recipient_hash"), stream__in=("", OuterRef("stream")))
    wished, dead = Exists(quiet.filter(bounced=False)), Exists(quiet.filter(bounced=True))
    over = {"status": Status.SKIPPED, "reason": _unless_begun(EXPIRED)}
    final = {"raw": None, "claim": "", "lease_until": None}
    return (
        due.filter(~Exists(live)).update(status=Status.CANCELLED, reason=_unless_begun(NEWER), **final)
        + Message.objects.filter(DUE, expires_at__lte=now).update(**over, **final)
        + due.filter(expires_at__lte=now).update(**over, **final)
        + due.filter(wished).update(status=Status.SKIPPED, reason=_unless_begun(SUPPRESSED), **final)
        # Somebody waits for it, unless it is a letter: a person has to reach them another way.
        + due.filter(dead).update(
            status=Case(When(stream=Stream.LIST, then=Value(Status.SKIPPED)), default=Value(Status.FAILED)),
            needs_attention=~Q(stream=Stream.LIST),
            reason=_unless_begun(COMES_BACK),
            **final,
        )
        + due.filter(raw__isnull=True, renders__gte=MOST_RENDERS).update(
            status=Status.FAILED, reason=CRASHED, needs_attention=True, **final
        )
    )


def _unless_begun(reason: str) -> Case:
    """An orphan whose DATA had begun may have been delivered; saying that it was not would be a guess."""
    return Case(When(status=Status.SENDING, data_at__isnull=False, then=Value(UNKNOWN)), default=Value(reason))
