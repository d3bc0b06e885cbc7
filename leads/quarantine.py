"""Held forms: kept whole, shown to staff, and run as if they had just been sent once a person says that they are no spam.

Each entry point registers how its form is taken in, from AppConfig.ready; what is held is the posted form itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict

from leads import consents, people
from leads.abuse import AbuseFields
from leads.client import client_address
from leads.errors import NotPossible
from leads.models import Lead, Quarantine
from mail.text import one_line

# The posted form, what the view knew besides it, now: the lead that came of it. Raises NotPossible with a sentence.
TakeIn = Callable[[QueryDict, dict[str, Any], datetime], Lead | None]
LEFT_OUT = {"csrfmiddlewaretoken", "proof", "suspected", "form_time", "company_website"}
MOST_KEYS, LONGEST = 50, 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry point whose forms can be held: the name of its limit, what staff call it, and how a form is taken in."""

    name: str
    label: str
    take_in: TakeIn


_entries: dict[str, Entry] = {}


def register(name: str, *, label: str, take_in: TakeIn) -> None:
    """Make an entry point known; the same name again replaces it. `take_in` is called outside any transaction."""
    _entries[name] = Entry(name, label, take_in)


def label(name: str) -> str:
    """What staff call this entry point."""
    return _entries[name].label if name in _entries else name


@transaction.atomic(durable=True)
def hold(
    *,
    entry: str,
    request: HttpRequest,
    form: AbuseFields,
    reason: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> Quarantine:
    """Keep a suspicious form as it was posted; a copy of one that waits already is the same one.

    `form` is valid, so its fields are of bounded length; keys it does not know are not kept.
    """
    known = [name for name in form.fields if name not in LEFT_OUT]
    payload = {
        form.add_prefix(name): [value[:LONGEST] for value in request.POST.getlist(form.add_prefix(name))]
        for name in known[:MOST_KEYS]
        if form.add_prefix(name) in request.POST
    }
    email = people.normalise_email(str(form.cleaned_data.get("email") or ""))[:254]
    twin = Quarantine.objects.filter(entry=entry, email=email, state=Quarantine.State.NEW, payload=payload).first()
    if twin is not None:
        return twin
    return Quarantine.objects.create(
        entry=entry,
        received_at=now,
        payload=payload,
        facts=facts or {},
        reason=one_line(reason),
        email=email,
        name=one_line(str(form.cleaned_data.get("name") or ""), limit=120),
        address_hash=consents.address_hash(client_address(request)),
    )


def release(*, held: Quarantine, actor: str, now: datetime) -> Quarantine:
    """Not spam: take the form in as if it had just been sent. Raises NotPossible: decided already, or it cannot be used.

    Decided first and taken in after, so that two people who press the button at once take it in once; where taking in
    fails, it waits again.
    """
    row = _decide(held, Quarantine.State.RELEASED, actor, now)
    try:
        if row.entry not in _entries:
            raise NotPossible("Nobody knows any more what to do with this kind of form.")
        lead = _entries[row.entry].take_in(_posted(row), row.facts | {"address_hash": row.address_hash}, now)
    except Exception:
        Quarantine.objects.filter(pk=row.pk).update(state=Quarantine.State.NEW, decided_at=None, decided_by="")
        raise
    if lead is not None:
        _link(row, lead, actor, now)
    return row


def refuse(*, held: Quarantine, actor: str, now: datetime) -> Quarantine:
    """Spam: nothing comes of it. Raises NotPossible where it was decided already."""
    return _decide(held, Quarantine.State.REFUSED, actor, now)


@transaction.atomic(durable=True)
def _decide(held: Quarantine, state: str, actor: str, now: datetime) -> Quarantine:
    row = Quarantine.objects.select_for_update(no_key=True, of=("self",)).get(pk=held.pk)
    if row.state != Quarantine.State.NEW:
        raise NotPossible("Somebody has decided about this form already.")
    row.state, row.decided_at, row.decided_by = state, now, one_line(actor, limit=150)
    row.save(update_fields=["state", "decided_at", "decided_by"])
    return row


@transaction.atomic(durable=True)
def _link(row: Quarantine, lead: Lead, actor: str, now: datetime) -> None:
    row.lead = lead
    row.save(update_fields=["lead"])
    summary = f"Taken out of the quarantine ({label(row.entry)}; {row.reason})"
    people.record_activity(lead=lead, kind="released", summary=summary, now=now, actor=actor)


def _posted(row: Quarantine) -> QueryDict:
    posted = QueryDict(mutable=True)
    for name, values in row.payload.items():
        posted.setlist(name, values)
    return posted
