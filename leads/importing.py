"""Leads from a CSV file: checked first, line by line, then brought in exactly as the check said.

1. `check` reads the whole file and writes one row a line: new, known, or refused with the reason. Nothing else happens.
2. Staff look at the report. 3. `start`, then `go_on` until it says done: each portion is one transaction, so that a
process that dies in the middle leaves every line either brought in and marked, or neither. 4. `drop` forgets the file.
A file that cannot be read at all brings in nothing and leaves nothing.
"""

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Q

from leads import consents, entry, people
from leads.errors import NotPossible
from leads.models import CALL, LIST, ImportRow, ImportRun, Lead, Origin
from leads.models.consent import Purpose
from mail.addresses import fingerprint
from mail.models import Suppression
from mail.registry import Stream
from mail.text import has_control_characters, one_line

LARGEST, MOST_LINES, MOST_COLUMNS, LONGEST_CELL = 5 * 1024 * 1024, 20_000, 50, 1000
AT_ONCE = 200
# Heading of the file → our column; a heading that is not in the list is left out, and said to be.
HEADINGS = {
    "name": "name",
    "full name": "name",
    "email": "email",
    "e-mail": "email",
    "email address": "email",
    "phone": "phone",
    "phone number": "phone",
    "role": "role_of_interest",
    "role of interest": "role_of_interest",
    "time zone": "time_zone",
    "timezone": "time_zone",
    "best time to call": "best_time_to_call",
    "heard of": "heard_of",
    "heard of us from": "heard_of",
}
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
    heading, lines = _read(content)
    rows = _judged(heading, lines, purposes)
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


def _read(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns and the numbered lines; the delimiter is a comma, semicolon or tab, as the heading uses it."""
    if len(content) > LARGEST:
        raise NotPossible("The file is larger than 5 MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotPossible("The file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.") from error
    if "\x00" in text:
        raise NotPossible("The file holds binary data. Save it as CSV.")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
            if len(rows) > MOST_LINES + 1:
                raise NotPossible(f"The file has more than {MOST_LINES:,} lines. Split it.")
    except csv.Error as error:
        raise NotPossible(
            f"The file breaks off at line {reader.line_num}: a quote is not closed or stands wrongly."
        ) from error
    if not rows:
        raise NotPossible("The file is empty.")
    names = [HEADINGS.get(" ".join(cell.replace("_", " ").lower().split()), "") for cell in rows[0][1][:MOST_COLUMNS]]
    if "email" not in names and "phone" not in names:
        raise NotPossible("The first line must name the columns, and one of them must be “email” or “phone”.")
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise NotPossible(f"Two columns are called {sorted(twice)[0].replace('_', ' ')}.")
    return names, rows[1:]


def _judged(heading: list[str], lines: list[tuple[int, list[str]]], purposes: Collection[str]) -> list[ImportRow]:
    rows: list[ImportRow] = []
    seen: dict[str, int] = {}
    for number, cells in lines:
        data = {name: cell.strip() for name, cell in zip(heading, cells, strict=False) if name and cell.strip()}
        reason = _wrong(heading, cells, data, purposes)
        email = people.normalise_email(data.get("email", ""))
        key = email or str(people.cleaned(phone=data.get("phone", ""))["phone"])
        if not reason and key in seen:
            reason = f"The same person as line {seen[key]}."
        if not reason:
            seen[key] = number
        rows.append(
            ImportRow(
                number=number,
                data={} if reason else data,
                email_hash=fingerprint(email) if email and not reason else "",
                outcome=Outcome.REFUSED if reason else Outcome.NEW,
                reason=one_line(reason, limit=300),
            )
        )
    _find_known(rows)
    _find_quiet(rows, purposes)
    return rows


def _wrong(heading: list[str], cells: list[str], data: dict[str, str], purposes: Collection[str]) -> str:
    """Why this line cannot be brought in, or ""."""
    if len(cells) > len(heading) and any(cell.strip() for cell in cells[len(heading) :]):
        return f"It has {len(cells)} cells, the heading has {len(heading)}."
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return "A cell is longer than 1,000 characters."
    if any(has_control_characters(cell) for cell in data.values()):
        return "A cell holds line breaks or hidden control characters."
    if email := people.normalise_email(data.get("email", "")):
        try:
            validate_email(email)
        except ValidationError:
            return "This is no e-mail address."
        if len(email) > 254 or not email.isascii():
            return "This is no e-mail address."
    told = people.cleaned(**{name: value for name, value in data.items() if name != "email"})
    if data.get("phone") and told["phone"] is None:
        return "This is no phone number that can be dialled."
    for name, words in (
        ("role_of_interest", "role"),
        ("time_zone", "time zone"),
        ("heard_of", "answer to how they heard of us"),
    ):
        if data.get(name) and not told[name]:
            return f"This {words} is not known."
    if not email and told["phone"] is None:
        return "It has neither an e-mail address nor a phone number."
    if LIST in purposes and not email:
        return "Emails were agreed to, but there is no address."
    if CALL in purposes and told["phone"] is None:
        return "Calls were agreed to, but there is no number."
    return ""


def _find_known(rows: list[ImportRow]) -> None:
    """Mark the lines whose address or number is known, with two queries for each 500."""
    for start in range(0, len(rows), AT_ONCE):
        part = [row for row in rows[start : start + AT_ONCE] if row.outcome == Outcome.NEW]
        emails = {people.normalise_email(row.data["email"]): row for row in part if row.data.get("email")}
        numbers = {
            str(people.cleaned(phone=row.data["phone"])["phone"]): row for row in part if not row.data.get("email")
        }
        for email in Lead.objects.filter(email__in=[*emails]).values_list("email", flat=True):
            emails[str(email)].outcome = Outcome.KNOWN
        for phone in Lead.objects.filter(email__isnull=True, phone__in=[*numbers]).values_list("phone", flat=True):
            numbers[str(phone)].outcome = Outcome.KNOWN


def _find_quiet(rows: list[ImportRow], purposes: Collection[str]) -> None:
    """Refuse who asked for quiet, or was erased: an old list must not undo that."""
    if LIST not in purposes:
        return
    for start in range(0, len(rows), AT_ONCE):
        part = {row.email_hash: row for row in rows[start : start + AT_ONCE] if row.email_hash}
        quiet = Suppression.objects.filter(address_hash__in=[*part], stream__in=("", Stream.LIST))
        for found in quiet.values_list("address_hash", flat=True):
            row = part[found]
            row.outcome, row.reason, row.data = Outcome.REFUSED, "This address asked for no more emails.", {}


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
