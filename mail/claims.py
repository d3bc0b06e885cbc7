"""Every change of a message's state on its way out; each names the claim it acts for, so a lost lease changes nothing."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from mail.errors import ClaimLost
from mail.models import LinkToken, Message, Suppression, Topic
from mail.outbox import Written
from mail.text import one_line, plain

LEASE = timedelta(seconds=60)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
MOST_RENDERS = 3
Status = Message.Status

# One statement, so that both databases decide atomically: PostgreSQL steps over rows that others hold, SQLite takes the
# write lock before it looks. A message waits while an older version about the same topic is in its DATA, so that the
# last mail a person gets is the one that is true.
_CLAIM = """
UPDATE mail_message
SET status = 'sending', claim = %(claim)s, lease_until = %(lease)s, next_try_at = %(lease)s, data_at = NULL,
    renders = renders + CASE WHEN raw IS NULL THEN 1 ELSE 0 END
WHERE id = (
    SELECT m.id FROM mail_message m JOIN mail_topic t ON t.id = m.topic_id
    WHERE m.status IN ('due', 'sending') AND m.next_try_at <= %(now)s AND m.expires_at > %(now)s
      AND m.topic_version = t.version AND (m.raw IS NOT NULL OR m.renders < %(most_renders)s)
      AND NOT EXISTS (SELECT 1 FROM mail_suppression s
                      WHERE s.address_hash = m.recipient_hash AND s.stream IN ('', m.stream))
      AND NOT EXISTS (SELECT 1 FROM mail_message o
                      WHERE o.topic_id = m.topic_id AND o.topic_version < m.topic_version
                        AND o.status = 'sending' AND o.data_at IS NOT NULL AND o.lease_until > %(now)s)
    ORDER BY m.next_try_at, m.id LIMIT 1 {lock})
RETURNING *
"""


def claim(*, now: datetime) -> Message | None:
    """Take the one message that has waited longest, for 60 seconds; None where nothing can be taken."""
    postgres = connection.vendor == "postgresql"
    adapt: Any = (lambda value: value) if postgres else connection.ops.adapt_datetimefield_value
    values = {
        "claim": uuid.uuid4().hex,
        "now": adapt(now),
        "lease": adapt(now + LEASE),
        "most_renders": MOST_RENDERS,
    }
    taken = list(Message.objects.raw(_CLAIM.format(lock="FOR UPDATE OF m SKIP LOCKED" if postgres else ""), values))
    return taken[0] if taken else None


def keep(message: Message, written: Written) -> None:
    """Store the bytes and the links they carry in one transaction; raises ClaimLost."""
    with transaction.atomic(durable=True):
        if not _mine(message).update(raw=written.raw, masked=written.masked):
            raise ClaimLost
        LinkToken.objects.bulk_create(written.links)
    message.raw, message.masked = written.raw, written.masked


def may_begin(message: Message, *, now: datetime, need: timedelta) -> bool:
    """The last word before DATA: still mine, still true, not suppressed, not expired, and `need` left of the lease."""
    # No join here. Where this UPDATE waits for a cancel in progress, PostgreSQL looks again at the row itself only;
    # conditions that Django would put into a subquery over the same table would be judged by the old snapshot.
    live = Topic.objects.filter(pk=OuterRef("topic_id"), version=OuterRef("topic_version"))
    quiet = Suppression.objects.filter(address_hash=OuterRef("recipient_hash"), stream__in=("", OuterRef("stream")))
    return bool(
        _mine(message)
        .filter(Exists(live), ~Exists(quiet), lease_until__gte=now + need, expires_at__gt=now)
        .update(data_at=now)
    )


def sent(message: Message, *, now: datetime) -> bool:
    """The server has it. False where the lease was lost meanwhile."""
    return _finish(message, status=Status.SENT, sent_at=now, last_error="", reason="", needs_attention=False)


def failed(message: Message, *, why: str, error: str) -> bool:
    """It will never be sent like this: staff are told. False where the lease was lost meanwhile."""
    return _finish(message, status=Status.FAILED, reason=why, last_error=plain(error, limit=2000), needs_attention=True)


def skipped(message: Message, *, why: str) -> bool:
    """Its renderer says that there is nothing to send. False where the lease was lost meanwhile."""
    return _finish(message, status=Status.SKIPPED, reason=one_line(why, limit=300))


def deferred(message: Message, *, now: datetime, error: str) -> None:
    """A temporary error of this message: wait 1, 2, 5, 15, 30, then 60 minutes, each give or take a fifth."""
    _back(message, next_try_at=now + backoff(message.attempts), attempts=F("attempts") + 1, last_error=error)


def unrendered(message: Message, *, now: datetime, error: str) -> bool:
    """Its renderer failed: try again later, or fail it alone at the third time; True where it has failed for good."""
    if message.renders >= MOST_RENDERS:
        failed(message, why="It could not be written.", error=error)
        return True
    _back(message, next_try_at=now + backoff(message.renders - 1), last_error=error)
    return False


def untouched(message: Message, *, now: datetime, error: str, wait: timedelta = timedelta()) -> None:
    """Give the message back as it was: the trouble was not its own, so no attempt is counted."""
    _back(message, next_try_at=now + wait, last_error=error)


def backoff(failures_before: int) -> timedelta:
    """How long to wait after a temporary error, with jitter so that a queue does not come back as one wave."""
    step = BACKOFF[min(failures_before, len(BACKOFF) - 1)]
    return step * random.uniform(0.8, 1.2)  # noqa: S311


def _mine(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, claim=message.claim, status=Status.SENDING)


def _finish(message: Message, **changes: Any) -> bool:
    return bool(_mine(message).update(raw=None, claim="", lease_until=None, **changes))


def _back(message: Message, *, last_error: str, **changes: Any) -> None:
    error = plain(last_error, limit=2000)
    _mine(message).update(status=Status.DUE, claim="", lease_until=None, data_at=None, last_error=error, **changes)
