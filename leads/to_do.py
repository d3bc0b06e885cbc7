"""Tasks: what somebody promised to do for a lead, by when."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from leads import people
from leads.errors import NotPossible
from leads.models import Lead, Task
from mail.text import one_line


@transaction.atomic(durable=True)
def add(*, lead: Lead, what: str, due_at: datetime, owner: User | None, actor: str, now: datetime) -> Task:
    """Write down a task; raises NotPossible for one without words."""
    words = one_line(what, limit=300)
    if not words:
        raise NotPossible("Say what is to be done.")
    task = Task.objects.create(lead=lead, what=words, due_at=due_at, owner=owner, made_at=now, made_by=actor)
    people.record_activity(
        lead=lead, kind="task", summary=f"To do: {words}", now=now, data={"task": task.pk}, actor=actor
    )
    return task


@transaction.atomic(durable=True)
def finish(*, task: Task, actor: str, now: datetime) -> Task:
    """Done; twice is the same as once. It counts as work on the lead."""
    lead = Lead.objects.select_for_update(no_key=True).get(pk=task.lead_id)
    row = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if row.done_at is None:
        row.done_at, row.done_by = now, actor
        row.save(update_fields=["done_at", "done_by"])
        people.worked_on(lead=lead, now=now)
        people.record_activity(
            lead=lead, kind="task_done", summary=f"Done: {row.what}", now=now, data={"task": row.pk}, actor=actor
        )
    return row


@transaction.atomic(durable=True)
def reopen(*, task: Task, actor: str, now: datetime) -> Task:
    """Not done after all; an open task stays as it is."""
    row = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("lead").get(pk=task.pk)
    if row.done_at is not None:
        row.done_at, row.done_by = None, ""
        row.save(update_fields=["done_at", "done_by"])
        people.record_activity(
            lead=row.lead, kind="task", summary=f"Open again: {row.what}", now=now, data={"task": row.pk}, actor=actor
        )
    return row


def overdue(*, now: datetime, owner: User | None = None) -> QuerySet[Task]:
    """Open tasks whose time has passed, the oldest first; of one owner, or of all."""
    rows = Task.objects.filter(done_at__isnull=True, due_at__lte=now).select_related("lead", "owner")
    return rows.filter(owner=owner) if owner is not None else rows
