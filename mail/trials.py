"""Test mails: until one was confirmed from its inbox, nobody knows that mail arrives."""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from mail import ledger, tokens
from mail.addresses import for_transport
from mail.errors import LinkUnknown, NotPossible
from mail.models import Message, Trial

KIND = "mail.trial"
PURPOSE = "trial"
GOOD_FOR = timedelta(days=2)
# A form that mails whatever address is typed in: enough for trying, too few for annoying.
A_DAY = 20


def way() -> str:
    """Which way mail goes at present, as a hash: the server, who signs in there, and the sender's address.

    Without the password: a new one shows by itself where it is wrong, and a hash of it would be something to guess at.
    """
    parts = (
        settings.MAIL_TRANSPORT,
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_USE_TLS,
        settings.EMAIL_USE_SSL,
        settings.DEFAULT_FROM_EMAIL,
    )
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()


def proven() -> bool:
    """Whether a test mail that went the present way was confirmed, and that way leads out of the house."""
    return settings.MAIL_TRANSPORT != "file" and Trial.objects.filter(way=way(), confirmed_at__isnull=False).exists()


@transaction.atomic(durable=True)
def send(*, address: str, asked_by: Any, now: datetime) -> Message:
    """Write a test mail to the address; raises CannotCompose for a hopeless one, NotPossible for one too many today."""
    address = for_transport(address)
    if Trial.objects.filter(asked_at__gt=now - timedelta(days=1)).count() >= A_DAY:
        raise NotPossible(f"There were {A_DAY} test mails in the last 24 hours. Look for them before sending more.")
    trial = Trial.objects.create(way=way(), asked_at=now, asked_by=asked_by)
    return ledger.enqueue(
        kind=KIND,
        dedupe_key=f"{KIND}:{uuid.uuid4()}",
        topic=ledger.topic(f"trial:{trial.pk}"),
        recipient=address,
        due_at=now,
        expires_at=now + GOOD_FOR,
        now=now,
        context={"trial": trial.pk},
    )


def find(token: str, *, now: datetime) -> Trial:
    """The test mail that this link came with; raises LinkUnknown."""
    kind, _, pk = tokens.find(token, purpose=PURPOSE, now=now).subject.partition(":")
    trial = Trial.objects.filter(pk=int(pk)).first() if kind == "trial" and pk.isdigit() else None
    if trial is None:
        raise LinkUnknown
    return trial


def confirm(token: str, *, now: datetime) -> Trial:
    """Somebody reads this inbox; again it changes nothing. Raises LinkUnknown."""
    trial = find(token, now=now)
    Trial.objects.filter(pk=trial.pk, confirmed_at__isnull=True).update(confirmed_at=now)
    trial.refresh_from_db(fields=["confirmed_at"])
    return trial
