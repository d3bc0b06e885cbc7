"""The lines of a file of leads: read strictly, and each judged with a reason, before anything is written."""

import csv
import io
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from leads import people
from leads.errors import NotPossible
from leads.models import CALL, LIST, ImportRow, Lead
from mail.addresses import fingerprint
from mail.models import Suppression
from mail.registry import Stream
from mail.text import has_control_characters, one_line

LARGEST, MOST_LINES, MOST_COLUMNS, LONGEST_CELL = 5 * 1024 * 1024, 20_000, 50, 1000
AT_ONCE = 500
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


def read(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
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


def judged(heading: list[str], lines: list[tuple[int, list[str]]], purposes: Collection[str]) -> list[ImportRow]:
    """One unsaved row a line: new, known, or refused with the reason."""
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
