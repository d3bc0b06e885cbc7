"""Leads that staff enter: somebody phoned, or was met."""

from datetime import datetime

from django.db import IntegrityError, transaction

from leads import assigning, consents, people
from leads.errors import NotPossible
from leads.models import CALL, Lead, Origin
from leads.models.consent import Purpose
from mail.rows import require_transaction
from mail.text import one_line, plain


@transaction.atomic(durable=True)
def enter(
    *,
    actor: str,
    now: datetime,
    email: str = "",
    phone: str = "",
    name: str = "",
    role_of_interest: str = "",
    time_zone: str = "",
    best_time_to_call: str = "",
    heard_of: str = "",
    note: str = "",
    wants_call: bool = False,
    consent_source: str = "",
) -> Lead:
    """Enter a person by address, by phone number alone, or both; a row of the same address or number is found, not doubled.

    A wish to be called is a consent given by word of mouth: `consent_source` says where and how ("phoned us on Monday").
    Raises NotPossible where neither an address nor a number can be used, or a wish for a call has no source or number.
    """
    told = people.cleaned(
        name=name,
        phone=phone,
        role_of_interest=role_of_interest,
        time_zone=time_zone,
        best_time_to_call=best_time_to_call,
        heard_of=heard_of,
    )
    address = people.normalise_email(email)
    if email and ("@" not in address or len(address) > 254):
        raise NotPossible("This is no e-mail address.")
    if phone and told["phone"] is None:
        raise NotPossible("This is no phone number that can be dialled.")
    if not address and told["phone"] is None:
        raise NotPossible("Enter an e-mail address or a phone number.")
    source = one_line(consent_source, limit=150)
    if wants_call and (told["phone"] is None or not source):
        raise NotPossible("A wish to be called needs a number, and how the person said so.")
    lead, _ = find_or_make(address=address, told=told, origin=Origin.STAFF, actor=actor, now=now)
    if wants_call and Purpose.PHONE_CALL not in consents.confirmed_purposes(lead):
        consents.give(lead=lead, purpose=CALL, how=f"Told {actor}: {source}", address="", now=now)
    if words := plain(note, limit=2000):
        people.record_activity(lead=lead, kind="note", summary="Note", now=now, data={"note": words}, actor=actor)
    assigning.assign_in_turn(lead=lead, now=now)
    return lead


def find_or_make(*, address: str, told: dict[str, object], origin: str, actor: str, now: datetime) -> tuple[Lead, bool]:
    """The lead of this address, or of this number where no address is given, locked; and whether it was made here."""
    require_transaction()
    before = _found(address, told)
    if before is not None:
        lead = people.locked_as_kept(before)
        people.fill(lead, told, now)
        return lead, False
    lead = Lead(email=address or None, created_at=now, origin=origin, **{k: v or None for k, v in told.items() if v})
    try:
        with transaction.atomic():
            lead.save(force_insert=True)
    except IntegrityError:  # a visitor was quicker
        found = _found(address, told)
        if found is None:
            raise
        lead = people.locked_as_kept(found)
        people.fill(lead, told, now)
        return lead, False
    people.record_activity(lead=lead, kind="made", summary="Made by staff", now=now, actor=actor)
    return lead, True


def _found(address: str, told: dict[str, object]) -> Lead | None:
    rows = Lead.objects.select_for_update(no_key=True)
    if address:
        return rows.filter(email=address).first()
    return rows.filter(email__isnull=True, phone=told["phone"]).first()
