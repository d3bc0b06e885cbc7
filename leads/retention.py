"""How long a lead is kept, by how far it came; counted from the last thing that happened with it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from leads import erasing, importing
from leads.models import ImportRun, Lead, Quarantine, Stage

MONTH = timedelta(days=365) / 12
# Stage → months without any event. A person who confirmed nothing is forgotten soonest.
MONTHS: dict[str, int] = {
    Stage.NEW: 6,
    Stage.CONFIRMED: 24,
    Stage.CONTACTED: 24,
    Stage.CALL_BOOKED: 36,
    Stage.CALL_DONE: 36,
    Stage.ENROLLED: 84,
    Stage.LOST: 12,
}
HELD_FORMS = timedelta(days=90)
# A file that was checked and neither brought in nor dropped.
CHECKED_FILES = timedelta(days=30)
AT_ONCE = 500


def over(stage: str, *, now: datetime) -> QuerySet[Lead]:
    """Leads of this stage whose time is over."""
    rows = Lead.objects.present().filter(stage=stage, created_at__lt=now - MONTHS[stage] * MONTH)
    last = Coalesce(Max("activities__at"), "created_at")
    return rows.annotate(last=last).filter(last__lt=now - MONTHS[stage] * MONTH).order_by("pk")


def dry_run(*, now: datetime) -> dict[str, int]:
    """How many leads of each stage would be erased, and how many held forms emptied."""
    counts = {stage: over(stage, now=now).count() for stage in MONTHS}
    return counts | {"held forms": _held(now).count(), "checked files": _checked(now).count()}


def run(*, now: datetime) -> dict[str, int]:
    """Erase the leads whose time is over, at most 500 of a stage, and empty held forms and files that nobody came back to; how many of each."""
    done = {}
    for stage in MONTHS:
        rows = list(over(stage, now=now)[:AT_ONCE])
        done[str(stage)] = sum(_erased(lead, now) for lead in rows)
    with transaction.atomic(durable=True):
        done["held forms"] = _held(now).update(payload={}, facts={}, email="", name="", address_hash="")
    done["checked files"] = sum(importing.drop(run=run, now=now) is not None for run in _checked(now))
    return done


def _erased(lead: Lead, now: datetime) -> bool:
    return (
        erasing.begin(lead=lead, how=f"Kept for {MONTHS[lead.stage]} months: time is over", by="system", now=now)
        is not None
    )


def _held(now: datetime) -> QuerySet[Quarantine]:
    return Quarantine.objects.filter(received_at__lt=now - HELD_FORMS).exclude(payload={})


def _checked(now: datetime) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(state=ImportRun.State.CHECKED, made_at__lt=now - CHECKED_FILES)
