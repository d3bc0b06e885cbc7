"""What ties a link in a mail to a lead: the subject of the token holds the lead and which address it was sent to."""

import hashlib
from datetime import datetime

from leads.models import Lead
from mail import tokens
from mail.errors import LinkUnknown


def subject(lead: Lead) -> str:
    """The token subject of this lead at its present address: a changed address ends every link sent to the old one."""
    return f"lead:{lead.pk}:{_address(lead)}"


def lead_of(raw: str, *, purpose: str, now: datetime, lock: bool = False) -> Lead:
    """The lead whose mailbox this token was sent to; LinkUnknown for everything else, an erased lead included.

    With `lock` the row stays locked until the transaction ends.
    """
    kind, _, rest = tokens.find(raw, purpose=purpose, now=now).subject.partition(":")
    pk, _, address = rest.partition(":")
    if kind != "lead" or not pk.isdigit():
        raise LinkUnknown
    leads = Lead.objects.select_for_update(no_key=True) if lock else Lead.objects.all()
    lead = leads.filter(pk=int(pk), email__isnull=False).first()
    if lead is None or _address(lead) != address:
        raise LinkUnknown
    return lead


def _address(lead: Lead) -> str:
    # Not keyed: a new SECRET_KEY must not end the links in people's mailboxes, and the address stands in the same database.
    return hashlib.sha256((lead.email or "").encode()).hexdigest()[:16]
