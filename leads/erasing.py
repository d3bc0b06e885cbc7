"""Show a person everything, or let go of them, in every room: the registry in `mail.privacy` knows the rooms."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from leads import mailbox, people, personal, sequences
from leads.models import Lead, Receipt, StopReason
from mail import ledger
from mail import personal as mail_room
from mail.addresses import fingerprint
from mail.models import Message, Suppression
from mail.privacy import holders
from mail.registry import Stream
from mail.transports import files

KIND = "leads.my_data"
PURPOSE = "my_data"
LINK_LASTS = timedelta(hours=48)
MAIL_EVERY = timedelta(hours=24)
# A cancellation that does not get out within an hour must not keep somebody's address for ever.
PATIENCE = timedelta(hours=1)
ERASED = "Erased: no letters."


@transaction.atomic(durable=True)
def mail_link(*, email: str, now: datetime) -> None:
    """Mail the link to one's own data, at most once a day; says nothing about whether the address is known."""
    address = people.normalise_email(email)
    lead = Lead.objects.select_for_update(no_key=True).filter(email=address).first()
    if lead is None:
        return
    lately = Message.objects.filter(kind=KIND, recipient_hash=fingerprint(address), created_at__gt=now - MAIL_EVERY)
    if lately.exists():
        return
    ledger.enqueue(
        kind=KIND,
        dedupe_key=f"{KIND}:{lead.pk}:{now.isoformat()}",
        topic=ledger.topic(f"my-data:{lead.pk}"),
        recipient=address,
        due_at=now,
        expires_at=now + MAIL_EVERY,
        now=now,
        context={"lead": lead.pk},
    )


def lead_of(token: str, *, now: datetime) -> Lead:
    """Whose link this is; raises LinkUnknown."""
    return mailbox.lead_of(token, purpose=PURPOSE, now=now)


def export(email: str, *, now: datetime, for_staff: bool = False) -> dict[str, Any]:
    """Everything that any room holds of the person at this address, as plain values."""
    rooms = {}
    for holder in holders():
        staff = for_staff and holder.name == personal.NAME
        rows = personal.export(email, for_staff=True) if staff else holder.export(email)
        if rows:
            rooms[holder.name] = rows
    return {"made_at": now.isoformat(timespec="seconds"), "address": email, "rooms": rooms}


def as_json(email: str, *, now: datetime) -> str:
    """The export as a JSON file."""
    return json.dumps(export(email, now=now), indent=2, ensure_ascii=False, default=str) + "\n"


def as_text(email: str, *, now: datetime) -> str:
    """The export as a text that a person can read."""
    content = export(email, now=now)
    lines = [f"What we hold about {email}", f"Made at {content['made_at']}", ""]
    for room, rows in content["rooms"].items():
        lines += [room.upper(), ""]
        for row in rows:
            rest = [(name, value) for name, value in row.items() if name != "what" and value not in ("", None, {}, [])]
            lines.append(str(row.get("what", "Row")))
            lines += [f"  {name.replace('_', ' ')}: {_said(value)}" for name, value in rest]
            lines.append("")
    return "\n".join(lines) + "\n"


def _said(value: Any) -> str:
    words = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    return words.replace("\n", "\n    ")


def begin(*, lead: Lead, how: str, by: str, now: datetime) -> Receipt | None:
    """Erase a person: their calls are cancelled first, and the cancellations leave before the address goes.

    The receipt, where nothing had to wait; None where `go_on` finishes it within the hour.
    """
    with transaction.atomic(durable=True):
        row = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
        if row.erased_at is not None:
            return None
        if row.erasing_since is None:
            row.erasing_since = now
            row.save(update_fields=["erasing_since"])
            people.record_activity(lead=row, kind="erasing", summary=f"Erasure asked for: {how}", now=now, actor=by)
    if row.email:
        for holder in holders():
            if holder.prepare is not None:
                holder.prepare(row.email, now)
        if mail_room.outstanding(row.email, now=now):
            return None
    return finish(lead=row, how=how, by=by, now=now)


@transaction.atomic(durable=True)
def finish(*, lead: Lead, how: str, by: str, now: datetime) -> Receipt | None:
    """Let go of the person in every room, in one transaction; the receipt, or None where it was done already."""
    row = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if row.erased_at is not None:
        return None
    email, changed = row.email or "", {}
    if email:
        # Every row of the person, in the order of the ids; then each room lets go.
        list(
            Lead.objects.select_for_update(no_key=True)
            .filter(pk__in=[each.pk for each in personal.family(email)])
            .order_by("pk")
        )
        addresses = sorted({each.email for each in personal.family(email) if each.email})
        letters = _message_ids(addresses)
        transaction.on_commit(lambda: files.forget(letters))
        for enrolment in row.enrolments.filter(stopped_at__isnull=True).select_related("lead", "sequence"):
            sequences.stop(enrolment=enrolment, reason=StopReason.ERASED, now=now)
        for holder in holders():
            changed[holder.name] = sum(holder.erase(each, now) for each in addresses)
        for each in addresses:
            # The hash alone, so that no list and no file brings the address back by mistake; agreeing again lifts it.
            Suppression.objects.get_or_create(
                address_hash=fingerprint(each), stream=Stream.LIST, defaults={"reason": ERASED, "created_at": now}
            )
    else:
        changed[personal.NAME] = personal.erase_lead(row, now)
    return Receipt.objects.create(
        number=f"E-{now:%Y}-{secrets.token_hex(4).upper()}",
        at=now,
        address_hash=fingerprint(email) if email else "",
        how=how[:200],
        by=by[:150],
        rows=changed,
    )


def _message_ids(addresses: list[str]) -> list[str]:
    """Every message to the person, and to others about the same things: where mail goes to files, the files go too."""
    mine = Message.objects.filter(recipient_hash__in=[fingerprint(each) for each in addresses])
    topics = mine.exclude(stream=Stream.STAFF).order_by().values_list("topic_id", flat=True).distinct()
    keys = [f"lead:{lead.pk}" for each in addresses for lead in personal.family(each)]
    about = Message.objects.filter(Q(topic__in=list(topics)) | Q(topic__key__in=keys))
    return [*mine.values_list("message_id", flat=True), *about.values_list("message_id", flat=True)]


def go_on(*, now: datetime) -> int:
    """Finish the erasures that waited for mail to leave; how many were finished."""
    done = 0
    for lead in Lead.objects.filter(erasing_since__isnull=False).order_by("pk")[:100]:
        waits = lead.email and mail_room.outstanding(lead.email, now=now)
        if waits and lead.erasing_since is not None and now - lead.erasing_since < PATIENCE:
            continue
        done += finish(lead=lead, how="Asked for by the person", by="system", now=now) is not None
    return done
