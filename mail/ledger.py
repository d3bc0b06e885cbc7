"""The ledger: every outgoing message is a row written in the transaction of the thing it is about."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from mail import prepared, registry, statements
from mail.addresses import fingerprint
from mail.errors import NotPossible
from mail.models import Message, Suppression, Topic
from mail.nudge import nudge_on_commit
from mail.rows import require_transaction
from mail.text import one_line

Status = Message.Status
NEWER = "Something newer took its place."
_FIND_TOPIC = "SELECT id, version FROM mail_topic WHERE key = %(key)s"
_MAKE_TOPIC = """
INSERT INTO mail_topic (key, version) VALUES (%(key)s, 1) ON CONFLICT (key) DO NOTHING RETURNING id, version
"""


def topic(key: str, *, fresh: bool = False) -> Topic:
    """The topic of that key, made where there is none; `fresh` where nothing is likely to have been said about it yet."""
    require_transaction()
    # Nothing comes back of the insert where another transaction's commit was quicker: then its row is there.
    found = (not fresh and statements.rows(_FIND_TOPIC, {"key": key})) or statements.rows(_MAKE_TOPIC, {"key": key})
    ((pk, version),) = found or statements.rows(_FIND_TOPIC, {"key": key})
    return Topic(pk=pk, key=key, version=version)


def bump(key: str, *, why: str = NEWER) -> Topic:
    """Make everything said so far about the topic untrue: one version more, and what has not left is cancelled.

    A message whose DATA has begun is past recall and is left to its sender.
    """
    row = topic(key)
    Topic.objects.filter(pk=row.pk).update(version=F("version") + 1)
    row.refresh_from_db(fields=["version"])
    recallable = Q(status=Status.DUE) | Q(status=Status.SENDING, data_at__isnull=True)
    older = Message.objects.filter(recallable, topic=row, topic_version__lt=row.version)
    older.update(status=Status.CANCELLED, reason=one_line(why, limit=300), raw=None, claim="", lease_until=None)
    return row


def enqueue(
    *,
    kind: str,
    dedupe_key: str,
    topic: Topic,
    recipient: str,
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    context: dict[str, int | str] | None = None,
) -> Message:
    """Write one message for one recipient; the same `dedupe_key` again returns the first row unchanged."""
    row = message(
        kind=kind,
        dedupe_key=dedupe_key,
        topic=topic,
        recipient=recipient,
        due_at=due_at,
        expires_at=expires_at,
        now=now,
        context=context,
    )
    write([row], now=now)
    return Message.objects.get(dedupe_key=dedupe_key)


def message(
    *,
    kind: str,
    dedupe_key: str,
    topic: Topic,
    recipient: str,
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    context: dict[str, int | str] | None = None,
) -> Message:
    """One message for one recipient, not yet written."""
    recipient = one_line(recipient, limit=320)
    return Message(
        kind=kind,
        dedupe_key=dedupe_key,
        topic=topic,
        topic_version=topic.version,
        stream=registry.get(kind).stream,
        recipient=recipient,
        recipient_hash=fingerprint(recipient),
        context=context or {},
        due_at=due_at,
        next_try_at=due_at,
        expires_at=expires_at,
        created_at=now,
        message_id=fresh_message_id(),
    )


def write(messages: Sequence[Message], *, now: datetime) -> None:
    """Write these into the ledger, in one statement; a `dedupe_key` that is there already leaves its first row unchanged."""
    require_transaction()
    prepared.insert_all(messages, "dedupe_key")
    if any(each.due_at <= now for each in messages):
        nudge_on_commit()


def fresh_message_id() -> str:
    """A Message-ID of our own domain (RFC 5322, 3.6.4)."""
    domain = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ") or "localhost"
    return f"<{uuid.uuid4().hex}@{domain}>"


@transaction.atomic(durable=True)
def cancel(*, message: Message, now: datetime, why: str = "Cancelled by staff.") -> None:
    """Staff take back a message that has not left; NotPossible where it is too late."""
    recallable = Q(status=Status.DUE) | Q(status=Status.SENDING, data_at__isnull=True)
    done = Message.objects.filter(recallable, pk=message.pk).update(
        status=Status.CANCELLED, reason=one_line(why, limit=300), raw=None, claim="", lease_until=None
    )
    if not done:
        raise NotPossible("Only a message that has not left yet can be cancelled.")


@transaction.atomic(durable=True)
def retry(*, message: Message, now: datetime) -> None:
    """Staff send a failed or skipped message again, rendered anew; NotPossible where it is no longer true or timely."""
    row = Message.objects.select_related("topic").select_for_update(of=("self",)).get(pk=message.pk)
    if row.status not in (Status.FAILED, Status.SKIPPED):
        raise NotPossible("Only a message that failed or was not sent can be tried again.")
    if row.topic_version != row.topic.version:
        raise NotPossible("Something newer took its place; sending it would say what is no longer true.")
    if row.expires_at <= now:
        raise NotPossible("Its time has passed.")
    if Suppression.objects.filter(address_hash=row.recipient_hash, stream__in=("", row.stream), bounced=True).exists():
        raise NotPossible(
            "Mail to this address comes back. If it is right after all, say so under Returned mail first."
        )
    Message.objects.filter(pk=row.pk).update(
        status=Status.DUE,
        reason="",
        last_error="",
        needs_attention=False,
        attempts=0,
        renders=0,
        next_try_at=now,
        data_at=None,
        sent_at=None,
        raw=None,
        masked=None,
        message_id=fresh_message_id(),
    )
    nudge_on_commit()


@transaction.atomic(durable=True)
def dealt_with(*, message: Message, now: datetime) -> None:
    """Staff have done what a failed message asked of them, such as a phone call; NotPossible where nothing was asked."""
    if not Message.objects.filter(pk=message.pk, needs_attention=True).update(needs_attention=False):
        raise NotPossible("Nothing was asked of anybody here.")
