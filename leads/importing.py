"""Leads from a CSV file: checked first, line by line, then brought in exactly as the check said.

1. `check` reads the whole file and writes one row a line: new, known, or refused with the reason. Nothing else happens.
2. Staff look at the report. 3. `start`, then `go_on` until it says done: each portion is one transaction, so that a
process that dies in the middle leaves every line either brought in and marked, or neither. 4. `drop` forgets the file.
A file that cannot be read at all brings in nothing and leaves nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from leads import consents, entry, import_lines, people
from leads.errors import NotPossible
from leads.models import CALL, LIST, ImportRow, ImportRun, Lead, Origin
from leads.models.consent import Purpose
from mail.addresses import fingerprint
from mail.models import Suppression
from mail.registry import Stream
from mail.text import one_line

AT_ONCE = 200
Outcome = ImportRow.Outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: lines done and lines to do in all, and what they are."""

    done: int
    total: int
    new: int
    known: int
    refused: int

    @property
    def is_done(self) -> bool:
        """True once nothing is left to bring in."""
        return self.done >= self.total


def check(
    *,
    content: bytes,
    file_name: str,
    consent_source: str,
    purposes: Collection[str],
    actor: str,
    now: datetime,
) -> ImportRun:
    """Read a file and say what each line would do; the dry run. Raises NotPossible for what is no file of leads at all.

    `purposes` are what the people in the file agreed to; they need `consent_source`, which says where and when.
    """
    source = one_line(consent_source, limit=150)
    unknown = set(purposes) - set(Purpose.values)
    if unknown:
        raise NotPossible("This is nothing that people can agree to.")
    if purposes and not source:
        raise NotPossible("Say where and when these people agreed; it is kept with each consent.")
    heading, lines = import_lines.read(content)
    rows = import_lines.judged(heading, lines, purposes)
    with transaction.atomic(durable=True):
        run = ImportRun.objects.create(
            file_name=one_line(file_name, limit=200) or "unnamed",
            consent_source=source,
            purposes=sorted(purposes),
            made_at=now,
            made_by=one_line(actor, limit=150),
        )
        for row in rows:
            row.run = run
        ImportRow.objects.bulk_create(rows, batch_size=500)
    return run


@transaction.atomic(durable=True)
def start(*, run: ImportRun, now: datetime) -> ImportRun:
    """Staff have looked at the report: bring the lines in. Raises NotPossible the second time."""
    row = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if row.state != ImportRun.State.CHECKED:
        raise NotPossible("This file was brought in or dropped already.")
    row.state = ImportRun.State.RUNNING
    row.save(update_fields=["state"])
    return row


@transaction.atomic(durable=True)
def go_on(*, run: ImportRun, now: datetime) -> Progress:
    """Bring in the next 200 lines, all or none of them; how far the run is.

    The run's row is locked, so that two that go on at once take turns. A line that cannot be brought in after all is
    marked as refused with its reason.
    """
    row = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if row.state != ImportRun.State.RUNNING:
        return progress(row)
    for line in row.rows.filter(done_at__isnull=True).exclude(outcome=Outcome.REFUSED)[:AT_ONCE]:
        try:
            with transaction.atomic():
                line.lead = _bring_in(line, row, now)
        except NotPossible as error:
            line.outcome, line.reason = Outcome.REFUSED, str(error)
        line.done_at, line.data = now, {}
        line.save(update_fields=["lead", "outcome", "reason", "done_at", "data"])
    found = progress(row)
    if found.is_done:
        row.state, row.finished_at = ImportRun.State.DONE, now
        row.save(update_fields=["state", "finished_at"])
    return found


def _bring_in(line: ImportRow, run: ImportRun, now: datetime) -> Lead:
    told = people.cleaned(**{name: value for name, value in line.data.items() if name != "email"})
    lead, made = entry.find_or_make(
        address=people.normalise_email(line.data.get("email", "")),
        told=told,
        origin=Origin.IMPORT,
        actor=run.made_by,
        now=now,
    )
    for purpose in run.purposes:
        if purpose == CALL and lead.do_not_call:
            raise NotPossible("This person asked not to be called.")
        if (
            purpose == LIST
            and lead.email
            and Suppression.objects.filter(address_hash=fingerprint(lead.email), stream__in=("", Stream.LIST)).exists()
        ):
            raise NotPossible("This address asked for no more emails.")
        if purpose not in consents.confirmed_purposes(lead):
            consents.give(
                lead=lead,
                purpose=purpose,
                how=f"Import {run.pk} by {run.made_by}: {run.consent_source}"[:200],
                address="",
                now=now,
            )
    line.outcome = Outcome.NEW if made else Outcome.KNOWN
    people.record_activity(
        lead=lead,
        kind="imported",
        summary=f"In the import {run.file_name}",
        now=now,
        data={"import": run.pk},
        actor=run.made_by,
    )
    return lead


@transaction.atomic(durable=True)
def drop(*, run: ImportRun, now: datetime) -> ImportRun:
    """Forget a file that was only checked. Raises NotPossible for one that was brought in."""
    row = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if row.state != ImportRun.State.CHECKED:
        raise NotPossible("This file was brought in or dropped already.")
    row.rows.update(data={}, email_hash="")
    row.state, row.finished_at = ImportRun.State.DROPPED, now
    row.save(update_fields=["state", "finished_at"])
    return row


def progress(run: ImportRun) -> Progress:
    """How far the run is; one query."""
    usable = ~Q(outcome=Outcome.REFUSED) | Q(done_at__isnull=False)
    counts: dict[str, Any] = run.rows.aggregate(
        total=Count("pk", filter=usable),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        new=Count("pk", filter=Q(outcome=Outcome.NEW)),
        known=Count("pk", filter=Q(outcome=Outcome.KNOWN)),
        refused=Count("pk", filter=Q(outcome=Outcome.REFUSED)),
    )
    return Progress(**counts)
