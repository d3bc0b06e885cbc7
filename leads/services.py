"""What can be done with leads from outside: one verb a function, one short transaction each."""

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction

from leads import assigning, consent_texts, consents, magnet, mailbox
from leads.models import CALL, LIST, Activity, Lead, Stage
from leads.models.consent import Purpose
from leads.people import (
    advance_stage,
    ensure_lead,
    locked_as_kept,
    normalise_email,
    own_path,
    record_activity,
    record_touch,
    worked_on,
)
from mail import identity, ledger
from mail.text import one_line, plain

MAIL_EVERY = timedelta(hours=24)
RESENDS = 2
ASKED, AGAIN = "confirmation_mail", "confirmation_mail_again"


@transaction.atomic(durable=True)
def subscribe(
    *,
    email: str,
    name: str,
    role_of_interest: str,
    phone: str,
    best_time_to_call: str,
    wants_list: bool,
    wants_call: bool,
    page: str,
    now: datetime,
    address: str,
    came_from: str = "",
    heard_of: str = "",
) -> Lead:
    """Take down an address with what was asked for, and mail it a link to confirm both (the guide comes with it).

    Known and unknown addresses end alike for the visitor; `address` is the client's network address, or its hash.
    """
    lead = ensure_lead(
        email=email,
        name=name,
        phone=phone,
        role_of_interest=role_of_interest,
        best_time_to_call=best_time_to_call,
        heard_of=heard_of,
        now=now,
    )
    record_touch(lead=lead, page=page, referrer_page=came_from, now=now)
    purposes = [purpose for purpose, wanted in ((LIST, wants_list), (CALL, wants_call)) if wanted]
    for purpose in purposes:
        consents.ask(
            lead=lead, purpose=purpose, how=f"Form at {urlsplit(own_path(page)).path}"[:200], address=address, now=now
        )
    wishes = " and ".join(Purpose(purpose).label.lower() for purpose in purposes)
    summary = f"Left the address, asked for {wishes}" if wishes else "Left the address for the guide"
    record_activity(lead=lead, kind="subscribed", summary=summary, now=now, data={"purposes": purposes})
    asked = {"address", *purposes}
    mailed = mailed_lately(lead, now)
    # Nobody's mailbox is filled by a stranger with a form: an unproven address gets one mail a day, whose page offers
    # everything asked for until then; a proven one gets one a day for each purpose.
    at_once = lead.confirmed_at is not None and magnet.offered() is not None
    if at_once:  # a proven address has the guide without another button
        magnet.deliver(lead=lead, now=now)
    if (purposes or not at_once) and (not mailed or (lead.confirmed_at and asked - mailed)):
        _mail_confirmation(lead, ASKED, "Confirmation mail asked for", sorted(asked), now)
    return lead


@transaction.atomic(durable=True)
def resend(*, email: str, now: datetime) -> None:
    """Mail the confirmation link once more, at most twice a day; does nothing where none was asked for lately."""
    own = Lead.objects.select_for_update(no_key=True).filter(email=normalise_email(email)).first()
    lead = locked_as_kept(own) if own is not None else None
    if lead is None or not (purposes := mailed_lately(lead, now)):
        return
    if lead.activities.filter(kind=AGAIN, at__gt=now - MAIL_EVERY).count() < RESENDS:
        _mail_confirmation(lead, AGAIN, "Confirmation mail asked for once more", sorted(purposes), now)


def mailed_lately(lead: Lead, now: datetime) -> set[str]:
    """What confirmation mails of the last 24 hours were for."""
    rows = lead.activities.filter(kind=ASKED, at__gt=now - MAIL_EVERY)
    return {purpose for row in rows for purpose in row.data["purposes"]}


def _mail_confirmation(lead: Lead, kind: str, summary: str, purposes: list[str], now: datetime) -> None:
    activity = record_activity(lead=lead, kind=kind, summary=summary, now=now, data={"purposes": purposes})
    ledger.enqueue(
        kind="leads.confirm",
        dedupe_key=f"leads.confirm:{activity.pk}",
        topic=ledger.topic(f"lead:{lead.pk}"),
        recipient=lead.email or "",
        due_at=now,
        expires_at=now + MAIL_EVERY,
        now=now,
        context={"lead": lead.pk},
    )


@transaction.atomic(durable=True)
def confirm(*, token: str, shown: Collection[int], now: datetime, agreed: bool = True) -> Lead:
    """Prove the address and confirm the consents whose words the page showed, or withdraw them where not `agreed`.

    Again it changes nothing. Raises LinkUnknown.
    """
    lead = mailbox.lead_of(token, purpose="confirm", now=now, lock=True)
    first = lead.confirmed_at is None
    _prove(lead, now)
    if first:
        magnet.deliver(lead=lead, now=now)
    if agreed:
        consents.confirm(lead=lead, shown=shown, now=now)
    else:
        consents.decline(lead=lead, shown=shown, now=now)
    return lead


def _prove(lead: Lead, now: datetime) -> None:
    """Whoever opened the link reads this mailbox."""
    if lead.confirmed_at is None:
        lead.confirmed_at = now
        lead.save(update_fields=["confirmed_at"])
        record_activity(lead=lead, kind="confirmed", summary="Confirmed the e-mail address", now=now)
    advance_stage(lead=lead, stage=Stage.CONFIRMED, now=now)
    assigning.assign_in_turn(lead=lead, now=now)


@transaction.atomic(durable=True)
def withdraw(*, lead: Lead, purpose: str, now: datetime, how: str) -> None:
    """End a consent at once; again it changes nothing. A link mailed before a merge speaks for the whole person."""
    own = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    for row in {own, locked_as_kept(own)}:
        consents.withdraw(lead=row, purpose=purpose, how=how, now=now)


@transaction.atomic(durable=True)
def mark_replied(*, lead: Lead, actor: str, now: datetime) -> Lead:
    """Staff saw an answer to one of our mails: sequences stop, a person writes from here on."""
    locked = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    locked.replied_at = now
    locked.save(update_fields=["replied_at"])
    worked_on(lead=locked, now=now)
    record_activity(lead=locked, kind="replied", summary="Answered one of our mails", now=now, actor=actor)
    return locked


@transaction.atomic(durable=True)
def choose(*, token: str, wanted: Collection[str], now: datetime, address: str) -> Lead:
    """Keep exactly the wanted purposes, from the page behind the preferences link. Raises LinkUnknown."""
    lead = mailbox.lead_of(token, purpose="preferences", now=now, lock=True)
    _prove(lead, now)
    have = consents.confirmed_purposes(lead)
    for purpose in Purpose.values:
        if purpose in wanted and purpose not in have:
            consents.give(lead=lead, purpose=purpose, how="Preferences page", address=address, now=now)
        elif purpose not in wanted and lead.consents.filter(text__purpose=purpose, withdrawn_at__isnull=True).exists():
            consents.withdraw(lead=lead, purpose=purpose, how="Preferences page", now=now)
    return lead


@transaction.atomic(durable=True)
def contact(
    *, name: str, email: str, phone: str, message: str, page: str, now: datetime, came_from: str = ""
) -> Activity:
    """Keep a visitor's message on their timeline and mail it to staff."""
    lead = ensure_lead(email=email, name=name, phone=phone, now=now)
    record_touch(lead=lead, page=page, referrer_page=came_from, now=now)
    said = {"name": one_line(name), "phone": one_line(phone), "message": plain(message)}
    activity = record_activity(
        lead=lead, kind="enquiry", summary="Wrote through the contact form", now=now, data=said, actor="visitor"
    )
    assigning.assign_in_turn(lead=lead, now=now)
    ledger.enqueue(
        kind="leads.enquiry",
        dedupe_key=f"leads.enquiry:{activity.pk}",
        topic=ledger.topic(f"lead:{lead.pk}"),
        recipient=identity.staff_address(),
        due_at=now,
        expires_at=now + timedelta(days=7),
        now=now,
        context={"activity": activity.pk},
    )
    return activity


def consent_words() -> str:
    """The words beside the tick box for interview-preparation emails, for the forms of other rooms."""
    return consent_texts.words(LIST)
