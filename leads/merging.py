"""Two rows that are one person: everything moves to the kept one, is written down, and can be moved back.

The row that goes keeps its address and points at the kept one, so that a form with the old address finds the person, and
undoing needs nothing that was thrown away. Rows of rooms above move through the registry, because their history must say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Sum

from leads import people
from leads.errors import NotPossible
from leads.models import (
    Activity,
    CallLog,
    Consent,
    Enrolment,
    Lead,
    Merge,
    Quarantine,
    ScoreReason,
    Stage,
    Task,
    Touch,
)

# rows of `source` (all of them, or those of `only`) go to `target`; the keys of what went.
Move = Callable[[Lead, Lead, list[int] | None, str, datetime], list[int]]
FILLED = ("name", "phone", "role_of_interest", "time_zone", "best_time_to_call", "heard_of", "owner")


@dataclass(frozen=True, slots=True)
class Mover:
    """A room above that holds rows of a lead."""

    name: str
    move: Move


_movers: dict[str, Mover] = {}
_STAGE = "stage"  # in what was moved: the kept lead's stage before, and the one it got
# (model, the column that is unique together with the lead: the kept lead's own row wins)
_OWN: tuple[tuple[type[Model], str], ...] = (
    (Activity, ""),
    (Touch, ""),
    (CallLog, ""),
    (Task, ""),
    (Quarantine, ""),
    (Consent, "text_id"),
    (Enrolment, "sequence_id"),
    (ScoreReason, "reason"),
)


def register_mover(name: str, move: Move) -> None:
    """Make a room's mover known, from its AppConfig.ready; the same name again replaces it."""
    _movers[name] = Mover(name, move)


@transaction.atomic(durable=True)
def merge(*, kept: Lead, gone: Lead, actor: str, now: datetime) -> Merge:
    """Make two rows one person; the oldest row should be kept, but staff decide.

    Blanks of the kept row are filled, and it is as far as the further of the two; what else differs stays in the timeline.
    Raises NotPossible: a row with itself, or one that is merged already.
    """
    one, other = _both(kept, gone)
    if one.pk == other.pk:
        raise NotPossible("These are the same lead.")
    if one.merged_into_id or other.merged_into_id:
        raise NotPossible("One of the two was merged already.")
    moved = {model.__name__: _move_own(model, unique, other, one, None) for model, unique in _OWN}
    moved |= {mover.name: mover.move(other, one, None, actor, now) for mover in _movers.values()}
    filled = [name for name in FILLED if getattr(other, name) and not getattr(one, name)]
    for name in filled:
        setattr(one, name, getattr(other, name))
    one.save(update_fields=[*filled])
    other.merged_into = one
    other.save(update_fields=["merged_into"])
    row = Merge.objects.create(kept=one, gone=other, at=now, by=actor, moved=moved, filled=filled)
    _sum_up(one)
    _sum_up(other)
    _carry_stage(row, one, other, now)
    people.record_activity(
        lead=one,
        kind="merged",
        summary="Merged with another row of the same person",
        now=now,
        data={"merge": row.pk},
        actor=actor,
    )
    return row


@transaction.atomic(durable=True)
def undo(*, merge: Merge, actor: str, now: datetime) -> Merge:
    """Take a merge back: what moved moves back, what was filled is blank again. Raises NotPossible the second time.

    What happened since then stays with the kept lead; a blank that was filled and edited since then stays as it is, and
    so does a stage.
    """
    one, other = _both(merge.kept, merge.gone)
    row = Merge.objects.select_for_update(no_key=True).get(pk=merge.pk)
    if row.undone_at is not None:
        raise NotPossible("This merge was undone already.")
    if one.merged_into_id is not None:
        raise NotPossible("The kept lead was merged into another one since then: undo that merge first.")
    for model, unique in _OWN:
        _move_own(model, unique, one, other, row.moved.get(model.__name__, []))
    for mover in _movers.values():
        mover.move(one, other, row.moved.get(mover.name, []), actor, now)
    same = [name for name in row.filled if getattr(one, name) == getattr(other, name)]
    for name in same:
        setattr(one, name, None if name in ("phone", "owner") else "")
    if one.email is None and one.phone is None:  # it was reachable by what it got
        one.phone = other.phone
        same.remove("phone")
    one.save(update_fields=[*same])
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    before, carried = row.moved.get(_STAGE, ["", ""])
    if carried and one.stage == carried:
        people.move_stage(lead=one, stage=before, now=now, actor="system", why="The merge was undone")
    row.undone_at, row.undone_by = now, actor
    row.save(update_fields=["undone_at", "undone_by"])
    _sum_up(one)
    _sum_up(other)
    for lead in (one, other):
        people.record_activity(
            lead=lead, kind="unmerged", summary="The merge was undone", now=now, data={"merge": row.pk}, actor=actor
        )
    return row


def _both(kept: Lead, gone: Lead) -> tuple[Lead, Lead]:
    """Both rows, locked in the order of their ids: two merges at once wait for each other instead of dying."""
    rows = {
        row.pk: row
        for row in Lead.objects.select_for_update(no_key=True).filter(pk__in={kept.pk, gone.pk}).order_by("pk")
    }
    return rows[kept.pk], rows[gone.pk]


def _move_own(model: type[Model], unique: str, source: Lead, target: Lead, only: list[int] | None) -> list[int]:
    """Let the rows change hands; the base manager, because these rows are otherwise never changed."""
    rows: Any = model._base_manager.filter(lead=source)
    if only is not None:
        rows = rows.filter(pk__in=only)
    if unique:
        theirs = model._base_manager.filter(lead=target)
        if model is Consent:
            theirs = theirs.filter(withdrawn_at__isnull=True)
        taken = set(theirs.values_list(unique, flat=True))
        rows = [
            row
            for row in rows.order_by("pk")
            if getattr(row, unique) not in taken or getattr(row, "withdrawn_at", None)
        ]
        keys = [row.pk for row in rows]
    else:
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        model._base_manager.filter(pk__in=keys[start : start + 500]).update(lead=target)
    return keys


def _carry_stage(row: Merge, one: Lead, other: Lead, now: datetime) -> None:
    """Let the kept lead be as far as the other one was; that one row was given up does not give up the person."""
    before = one.stage
    if other.stage != Stage.LOST:
        people.advance_stage(lead=one, stage=other.stage, now=now, why="Merged with another row of the same person")
    if one.stage != before:
        row.moved[_STAGE] = [before, one.stage]
        row.save(update_fields=["moved"])


def _sum_up(lead: Lead) -> None:
    """Bring the copies on the lead in line with its rows."""
    lead.score = ScoreReason.objects.filter(lead=lead).aggregate(sum=Sum("points"))["sum"] or 0
    first, last = lead.touches.first(), lead.touches.filter(direct=False).last()
    lead.first_source = (first.utm_source or first.referrer_page)[:100] if first else ""
    lead.last_source = (last.utm_source or last.referrer_page)[:100] if last else ""
    lead.save(update_fields=["score", "first_source", "last_source"])


def possible_twins(lead: Lead) -> list[Lead]:
    """Present leads that may be the same person: the same phone number. A hint for staff; nothing is merged by itself."""
    if not lead.phone:
        return []
    return list(Lead.objects.present().filter(phone=lead.phone).exclude(pk=lead.pk).order_by("created_at", "pk")[:5])
