"""What the leads room holds of a person, shown and let go of. A row that is erased stays as a number without a person."""

from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from leads.models import (
    Activity,
    CallLog,
    Consent,
    ImportRow,
    Lead,
    Merge,
    Quarantine,
    Task,
    Touch,
)
from mail import personal, privacy
from mail.addresses import fingerprint
from mail.models import LinkToken

NAME = "leads"
# Lines that staff write for each other: a person's export says that there is one, and not what it says.
INTERNAL = {"note", "call", "task", "task_done", "owner"}
# What the figures need of a line that is left; everything else in it goes.
_COUNTED = {"stage": ("old", "new"), "booking": ("status",), "call": ("outcome",), "consent_given": ("purpose",)}


def register() -> None:
    """Make this room known to the privacy registry."""
    privacy.register_holder(NAME, export=export, erase=erase)


def family(email: str) -> list[Lead]:
    """Every row of the person at this address: rows that were merged, in either direction, are one person."""
    found = {row.pk: row for row in Lead.objects.filter(email=email)}
    while True:
        keys = [*found]
        near = Q(merged_into__in=keys) | Q(pk__in=[row.merged_into_id for row in found.values() if row.merged_into_id])
        more = {row.pk: row for row in Lead.objects.filter(near).exclude(pk__in=keys)}
        if not more:
            return sorted(found.values(), key=lambda row: row.pk)
        found |= more


def export(email: str, *, for_staff: bool = False) -> list[dict[str, Any]]:
    """Everything this room holds of the person, as plain rows; what staff note for each other only `for_staff`."""
    rows: list[dict[str, Any]] = []
    for lead in family(email):
        rows.append({"what": "Person", **_columns(lead)})
        for model, what in ((Consent, "Consent"), (Touch, "Visit"), (CallLog, "Phone call"), (Task, "Task")):
            for row in model._base_manager.filter(lead=lead).order_by("pk"):
                told = {"what": what, **_columns(row)}
                if isinstance(row, Consent):
                    told |= {"purpose": row.text.get_purpose_display(), "words": row.text.words}
                if not for_staff and what in ("Phone call", "Task"):
                    told = {name: value for name, value in told.items() if name not in ("note", "what_to_do")}
                rows.append(told)
        for line in Activity.objects.filter(lead=lead).order_by("pk"):
            hidden = not for_staff and line.kind in INTERNAL
            rows.append(
                {
                    "what": "Timeline",
                    "at": line.at.isoformat(),
                    "kind": line.kind,
                    "summary": "A note that staff made for each other" if hidden else line.summary,
                    "data": {} if hidden else line.data,
                }
            )
    for held in Quarantine.objects.filter(Q(email=email) | Q(lead__in=family(email))).order_by("pk"):
        rows.append(
            {
                "what": "Held form",
                "at": held.received_at.isoformat(),
                "form": held.payload,
                "state": held.get_state_display(),
            }
        )
    for entry in ImportRow.objects.filter(email_hash=fingerprint(email)).order_by("pk"):
        rows.append({"what": "Line of an import", "data": entry.data, "outcome": entry.get_outcome_display()})
    return rows


def _columns(row: Any) -> dict[str, Any]:
    """A row's columns with values, as plain JSON; keys of other rows and of staff say nothing to the person."""
    told = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.is_relation or field.primary_key or value in (None, ""):
            continue
        told["what_to_do" if field.name == "what" else field.name] = (
            value.isoformat() if isinstance(value, datetime) else value if isinstance(value, int | bool) else str(value)
        )
    return told


def erase(email: str, now: datetime) -> int:
    """Blank the person in every row of this room; the number of rows changed. Needs the caller's transaction."""
    leads = family(email)
    held = Quarantine.objects.filter(Q(email=email) | Q(lead__in=leads))
    changed = held.update(payload={}, facts={}, email="", name="", address_hash="")
    changed += ImportRow.objects.filter(email_hash=fingerprint(email)).update(data={}, email_hash="", reason="")
    return changed + sum(erase_lead(lead, now) for lead in leads)


def erase_lead(lead: Lead, now: datetime) -> int:
    """Blank one row of a person and what hangs on it; also for a person known by a phone number alone."""
    changed = 1 + Task.objects.filter(lead=lead).delete()[0]
    changed += CallLog._base_manager.filter(lead=lead).update(note="")
    changed += Touch._base_manager.filter(lead=lead).update(utm_source="", utm_medium="", utm_campaign="")
    changed += Consent.objects.filter(lead=lead).update(how="", withdrawn_how="", address_hash="")
    changed += Consent.objects.filter(lead=lead, withdrawn_at__isnull=True).update(withdrawn_at=now)
    for line in Activity.objects.filter(lead=lead).iterator(chunk_size=500):
        kept = {name: line.data[name] for name in _COUNTED.get(line.kind, ()) if name in line.data}
        changed += Activity._base_manager.filter(pk=line.pk).update(summary="Erased", data=kept)
    Merge.objects.filter(Q(kept=lead) | Q(gone=lead)).update(filled=[])
    topics = [f"lead:{lead.pk}", *(row.topic_key for row in lead.enrolments.all())]
    changed += personal.forget_topics(topics)
    changed += LinkToken.objects.filter(
        Q(subject__startswith=f"lead:{lead.pk}:") | Q(subject=f"lead:{lead.pk}")
    ).delete()[0]
    changed += forget_admin_log(Lead, [lead.pk])
    for name in ("name", "best_time_to_call", "time_zone", "lost_reason"):
        setattr(lead, name, "")
    lead.email = lead.phone = lead.owner = lead.call_wanted_at = lead.call_back_at = None
    lead.erased_at, lead.erasing_since = now, None
    lead.save()
    return changed


def forget_admin_log(model: Any, keys: list[int]) -> int:
    """The admin's own log holds names too: what was done stays, to whom does not."""
    kind = ContentType.objects.get_for_model(model)
    log = LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys])
    return log.update(object_repr="Erased", change_message="")
