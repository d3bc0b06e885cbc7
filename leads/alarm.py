"""Telling staff that a kind of form floods the site: a mail, at most one an hour, whatever floods and how much."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from leads.limits_storage import DatabaseStorage
from mail import identity, ledger
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered

KIND = "leads.flood"
EVERY = timedelta(hours=1)
# The name of a limit → what staff call its forms; others go by their name.
FORMS = {"subscribe": "requests for the guide", "contact": "messages from the contact form"}
log = logging.getLogger(__name__)


@transaction.atomic(durable=True)
def flood(*, entry: str, most: int, now: datetime) -> None:
    """Log that more than `most` forms of this kind came within an hour, and mail it unless a mail went within the last one."""
    log.error("limit %s:all reached: every form of this kind is challenged now", entry)
    if DatabaseStorage(now).incr("flood mail", int(EVERY.total_seconds())) > 1:
        return
    ledger.enqueue(
        kind=KIND,
        dedupe_key=f"{KIND}:{now.isoformat()}",
        topic=ledger.topic("flood"),
        recipient=identity.staff_address(),
        due_at=now,
        expires_at=now + EVERY,
        now=now,
        context={"entry": entry, "most": most},
    )


def render(message: Message, mint: Minter, now: datetime) -> Rendered:
    """What happens, and what staff can do: nothing is refused, so nobody has to hurry."""
    entry = str(message.context["entry"])
    return from_templates(
        "leads/flood",
        {
            "forms": FORMS.get(entry, entry.replace("_", " ")),
            "most": message.context["most"],
            "desk_url": absolute(reverse("admin:leads_quarantine_changelist")),
        },
    )
