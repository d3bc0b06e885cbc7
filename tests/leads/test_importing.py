"""A file brings in exactly what its report says, or nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from leads import consents, importing, services
from leads.errors import NotPossible
from leads.models import CALL, LIST, ImportRow, ImportRun, Lead
from leads.models.consent import Consent

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]


def check(text: str | bytes, now: datetime, **other: Any) -> ImportRun:
    usual: dict[str, Any] = {"file_name": "may.csv", "consent_source": "", "purposes": [], "actor": "bob"}
    content = text.encode() if isinstance(text, str) else text
    return importing.check(content=content, now=now, **(usual | other))


def report(run: ImportRun) -> list[tuple[int, str, str]]:
    return [(row.number, row.outcome, row.reason) for row in run.rows.all()]


def bring_in(run: ImportRun, now: datetime) -> None:
    importing.start(run=run, now=now)
    while not importing.go_on(run=run, now=now).is_done:
        pass


FILE = """Email,Full Name,Phone,Role,Shoe size
alice@example.org,Alice,+12155550123,tpm,40
Known@Example.org,Known,,,41
,Carol,(215) 555-0177,,
nobody,Dan,,,
,,,,
ALICE@example.org,Alice again,,,
,Erin,,,
frank@example.org,Frank,12,,
gina@example.org,Gina,,king,
"""


def test_the_report_says_what_each_line_would_do_and_nothing_happens(now: datetime, make_lead: MakeLead) -> None:
    make_lead("known@example.org", name="")
    assert report(check(FILE, now)) == [
        (2, "new", ""),
        (3, "known", ""),
        (4, "new", ""),
        (5, "refused", "This is no e-mail address."),
        (7, "refused", "The same person as line 2."),
        (8, "refused", "It has neither an e-mail address nor a phone number."),
        (9, "refused", "This is no phone number that can be dialled."),
        (10, "refused", "This role is not known."),
    ]
    assert (Lead.objects.count(), Lead.objects.get().name) == (1, "")


def test_exactly_the_reported_lines_come_in_and_the_file_is_forgotten(now: datetime, make_lead: MakeLead) -> None:
    known = make_lead("known@example.org", name="")
    run = check(FILE, now)
    before = report(run)
    bring_in(run, now)
    run.refresh_from_db()
    assert (report(run), run.state, run.finished_at) == (before, "done", now)
    people = Lead.objects.order_by("pk").values_list("email", "name", "phone", "role_of_interest", "origin")
    assert [(email, name, str(phone or ""), role, origin) for email, name, phone, role, origin in people] == [
        ("known@example.org", "Known", "", "", "visitor"),
        ("alice@example.org", "Alice", "+12155550123", "tpm", "import"),
        (None, "Carol", "+12155550177", "", "import"),
    ]
    assert [row.data for row in ImportRow.objects.all() if row.data] == []
    assert known.activities.get(kind="imported").actor == "bob"
    assert Consent.objects.count() == 0
    with pytest.raises(NotPossible):
        importing.start(run=run, now=now)


def test_consent_comes_with_its_source_or_not_at_all(now: datetime) -> None:
    with pytest.raises(NotPossible, match="where and when"):
        check("email\na@example.org", now, purposes=[LIST])
    run = check(
        "email,phone\na@example.org,+12155550123\nb@example.org,",
        now,
        purposes=[LIST, CALL],
        consent_source="Fair, 3 May",
    )
    assert [row[1:] for row in report(run)] == [
        ("new", ""),
        ("refused", "Calls were agreed to, but there is no number."),
    ]
    bring_in(run, now)
    assert consents.confirmed_purposes(Lead.objects.get()) == {LIST, CALL}
    assert set(Consent.objects.values_list("how", flat=True)) == {f"Import {run.pk} by bob: Fair, 3 May"}


def test_who_asked_for_quiet_stays_in_quiet(now: datetime, make_lead: MakeLead) -> None:
    early, late = make_lead("early@example.org"), make_lead("late@example.org")
    services.withdraw(lead=early, purpose=LIST, now=now, how="Link")
    run = check("email\nearly@example.org\nlate@example.org", now, purposes=[LIST], consent_source="Old list")
    services.withdraw(lead=late, purpose=LIST, now=now, how="Link")
    bring_in(run, now)
    assert {row[1:] for row in report(run)} == {("refused", "This address asked for no more emails.")}
    assert Consent.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"name\nAlice",
        b"email,email\na@example.org,b@example.org",
        b'email\n"a@example.org',
        b"email\n\xff\xfe",
        b"email\na\x00@example.org",
        b"PK\x03\x04" + bytes(range(256)),
        b"email\n" + b"x" * (5 * 1024 * 1024),
        b"email\n" + b"a@example.org\n" * 20_001,
        "email\na@example.org".encode("utf-16"),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_broken_file_brings_in_nothing_and_leaves_nothing(now: datetime, content: bytes) -> None:
    with pytest.raises(NotPossible, match=r"\.$"):
        check(content, now)
    assert (ImportRun.objects.count(), ImportRow.objects.count(), Lead.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a@example.org,b,c,d", "It has 4 cells, the heading has 2."),
        ("a@example.org," + "x" * 1001, "A cell is longer than 1,000 characters."),
        ('a@example.org,"A\nB"', "A cell holds line breaks or hidden control characters."),
        ("a@example.org,A\u202eB", "A cell holds line breaks or hidden control characters."),
        ("a@b,A", "This is no e-mail address."),
        ("a@" + "ü" * 63 + ".org,A", "This is no e-mail address."),
    ],
)
def test_a_line_that_cannot_be_used_says_why(now: datetime, line: str, reason: str) -> None:
    assert report(check(f"email;name\n{line.replace(',', ';')}" if ";" in line else f"email,name\n{line}", now))[0][
        1:
    ] == ("refused", reason)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_spreadsheets_write_in_their_own_ways(now: datetime, delimiter: str, bom: str) -> None:
    run = check(bom + f'E-Mail{delimiter}NAME\r\n"a@example.org"{delimiter}"O\'Brien, A"\r\n', now)
    bring_in(run, now)
    assert Lead.objects.get().name == "O'Brien, A"


def test_a_run_goes_on_where_it_stopped(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    run = check("email\n" + "".join(f"a{number}@example.org\n" for number in range(10)), now)
    monkeypatch.setattr(importing, "AT_ONCE", 4)
    importing.start(run=run, now=now)
    steps = []
    while not (step := importing.go_on(run=run, now=now)).is_done:
        steps.append((step.done, step.total))
        assert Lead.objects.count() == step.done
    assert steps == [(4, 10), (8, 10)]
    assert importing.go_on(run=run, now=now).done == 10


def test_a_portion_that_fails_is_as_if_it_had_not_begun(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    run = check("email\na@example.org\nb@example.org", now)
    importing.start(run=run, now=now)
    real = importing._bring_in

    def dies(line: ImportRow, row: ImportRun, at: datetime) -> Lead:
        if line.number == 3:
            raise RuntimeError
        return real(line, row, at)

    monkeypatch.setattr(importing, "_bring_in", dies)
    with pytest.raises(RuntimeError):
        importing.go_on(run=run, now=now)
    if not connection.in_atomic_block:
        assert Lead.objects.count() == 0
    monkeypatch.setattr(importing, "_bring_in", real)


def test_a_dropped_file_is_forgotten(now: datetime) -> None:
    run = check("email\na@example.org", now)
    importing.drop(run=run, now=now)
    row = ImportRow.objects.get()
    assert (row.data, row.email_hash) == ({}, "")
    for verb in (importing.start, importing.drop):
        with pytest.raises(NotPossible):
            verb(run=run, now=now)
