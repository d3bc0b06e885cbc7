"""What staff do by hand to one lead and no other module is about: a note, a stage."""

from datetime import datetime

from django.db import transaction

from leads import people
from leads.errors import NotPossible
from leads.models import Activity, Lead, Stage
from mail.text import one_line, plain


@transaction.atomic(durable=True)
def add(*, lead: Lead, words: str, actor: str, now: datetime) -> Activity:
    """Write a note on the timeline; raises NotPossible for one without words."""
    note = plain(words, limit=2000)
    if not note:
        raise NotPossible("Write something first.")
    return people.record_activity(lead=lead, kind="note", summary="Note", now=now, data={"note": note}, actor=actor)


@transaction.atomic(durable=True)
def move(*, lead: Lead, stage: str, why: str, actor: str, now: datetime) -> Lead:
    """Set the stage by hand; raises NotPossible for a lost lead without a reason, and for a row that is merged or erased."""
    if stage not in Stage.values:
        raise NotPossible("Choose one of the stages.")
    reason = one_line(why, limit=200)
    if stage == Stage.LOST and not reason:
        raise NotPossible("Say why this lead is lost.")
    row = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if row.merged_into_id is not None or row.erased_at is not None:
        raise NotPossible("This row was merged or erased. Nothing was changed.")
    people.move_stage(lead=row, stage=stage, now=now, actor=actor, why=reason if stage == Stage.LOST else "")
    return row
