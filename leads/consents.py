"""Row-writers for consent: asked for on a form, confirmed from the mailbox, withdrawn as easily as given."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from leads import consent_texts
from leads.models import CALL, LIST, Consent, Lead
from leads.models.consent import UNSUBSCRIBED, Purpose
from leads.people import record_activity
from mail.addresses import fingerprint
from mail.models import Suppression
from mail.registry import Stream
from mail.rows import require_transaction

# As long as the link in the confirmation mail: what a stranger asked for weeks ago is not offered again.
PENDING_FOR = timedelta(hours=48)


def ask(*, lead: Lead, purpose: str, how: str, address: str, now: datetime) -> Consent:
    """Note that the form asked for this purpose; it counts for nothing until it is confirmed from the mailbox."""
    require_transaction()
    text = consent_texts.current(purpose)
    open_row = lead.consents.filter(text=text, withdrawn_at__isnull=True).first()
    if open_row is None:
        return lead.consents.create(text=text, given_at=now, how=how, address_hash=address_hash(address))
    if open_row.confirmed_at is None:  # asked again: the newer asking is the one that will be confirmed
        open_row.given_at, open_row.how, open_row.address_hash = now, how, address_hash(address)
        open_row.save(update_fields=["given_at", "how", "address_hash"])
    return open_row


def pending(lead: Lead, *, now: datetime) -> QuerySet[Consent]:
    """What was asked for in the last 48 hours and waits for the button in the mail."""
    return (
        lead.consents.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True, given_at__gt=now - PENDING_FOR)
        .select_related("text")
        .order_by("text__purpose")
    )


def confirmed_purposes(lead: Lead) -> set[str]:
    """The purposes this lead has agreed to and not withdrawn, in whichever version of the words."""
    valid = lead.consents.filter(confirmed_at__isnull=False, withdrawn_at__isnull=True)
    return set(valid.values_list("text__purpose", flat=True))


def confirm(*, lead: Lead, shown: Iterable[int], now: datetime) -> list[Consent]:
    """Confirm the pending consents among those whose words the page showed."""
    require_transaction()
    rows = list(pending(lead, now=now).filter(pk__in=list(shown)))
    for row in rows:
        row.confirmed_at = now
        row.save(update_fields=["confirmed_at"])
        _given(lead, row.text.purpose, now, "Confirmed from the mailbox")
    return rows


def decline(*, lead: Lead, shown: Iterable[int], now: datetime) -> None:
    """End the pending consents among those whose words the page showed: the mailbox says no."""
    require_transaction()
    rows = list(pending(lead, now=now).filter(pk__in=list(shown)))
    for row in rows:
        row.withdrawn_at, row.withdrawn_how = now, "Declined from the mailbox"
        row.save(update_fields=["withdrawn_at", "withdrawn_how"])
        summary = f"Declined: {row.text.get_purpose_display()}"
        record_activity(
            lead=lead, kind="consent_declined", summary=summary, now=now, data={"purpose": row.text.purpose}
        )


def give(*, lead: Lead, purpose: str, how: str, address: str, now: datetime) -> None:
    """Agree from a page that only the owner of the mailbox can open: given and confirmed at once."""
    row = ask(lead=lead, purpose=purpose, how=how, address=address, now=now)
    if row.confirmed_at is None:
        row.confirmed_at = now
        row.save(update_fields=["confirmed_at"])
        _given(lead, purpose, now, how)


def withdraw(*, lead: Lead, purpose: str, how: str, now: datetime) -> bool:
    """End every open consent of this purpose and stop its mail; whether anything was open."""
    require_transaction()
    ended = lead.consents.filter(text__purpose=purpose, withdrawn_at__isnull=True).update(
        withdrawn_at=now, withdrawn_how=how
    )
    if purpose == LIST and lead.email:
        Suppression.objects.get_or_create(
            address_hash=fingerprint(lead.email),
            stream=Stream.LIST,
            defaults={"reason": UNSUBSCRIBED, "created_at": now},
        )
    if purpose == CALL and lead.call_wanted_at is not None:
        lead.call_wanted_at = None
        lead.save(update_fields=["call_wanted_at"])
    if ended:
        summary = f"Withdrawn: {Purpose(purpose).label} ({how})"
        record_activity(lead=lead, kind="consent_withdrawn", summary=summary, now=now, data={"purpose": purpose})
    return bool(ended)


def _given(lead: Lead, purpose: str, now: datetime, how: str) -> None:
    if purpose == LIST and lead.email:
        # Only the wish for quiet is lifted: a bounce on the same stream says the address does not work.
        Suppression.objects.filter(address_hash=fingerprint(lead.email), stream=Stream.LIST, bounced=False).delete()
    if purpose == CALL:
        lead.call_wanted_at = now
        lead.save(update_fields=["call_wanted_at"])
    summary = f"Agreed: {Purpose(purpose).label} ({how})"
    record_activity(lead=lead, kind="consent_given", summary=summary, now=now, data={"purpose": purpose})


def address_hash(address: str) -> str:
    """A keyed hash of the client's network address: enough to prove a consent, useless as an address.

    What is such a hash already, from a form that was held, stays as it is; without an address there is none.
    """
    if not address or re.fullmatch(r"[0-9a-f]{64}", address):
        return address
    return salted_hmac("leads.consent.address", address, algorithm="sha256").hexdigest()
