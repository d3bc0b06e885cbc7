"""A person in every room: the export holds everything that the erasure takes, and nothing of them is left anywhere."""

import json
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from bookings.models import Booking
from leads import calling, consents, erasing, first_sequence, merging, retention, services, to_do
from leads.errors import NotPossible
from leads.models import LIST, ImportRow, ImportRun, Lead, Quarantine, Receipt
from leads.people import ensure_lead, record_activity
from mail import sender
from mail.addresses import fingerprint
from mail.models import LinkToken, Message, Suppression
from tests.bookings import house
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db(transaction=True)
MakeLead = Callable[..., Lead]
MakeLink = Callable[..., str]
# What must not be found anywhere afterwards, in any letter case.
MARKS = ["zoraida", "quibblethorpe", "12155550177", "5550177", "zweitadresse", "lapislazuli"]
EMAIL = "zoraida@quibblethorpe.example"
DAY = timedelta(days=1)


def dump() -> str:
    """Every value of every table as text, mails decoded, in lower case."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    text = (
                        bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
                    )
                    found.append(text.replace("=\r\n", "").replace("=\n", ""))
    return "\n".join(found).lower()


def marks(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text.lower()]


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_FILE_DIR = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def everywhere(files: Path, client: Client) -> Lead:
    """Zoraida has done all there is to do, twice under two addresses; two mails are out, a call is coming."""
    now, bob = house.NOW, User.objects.create_user("bob", is_staff=True)
    first_sequence.write()
    kind = house.a_type(
        house.a_coach(user=User.objects.create_user("ada", "ada@institute.example")), minimum_notice=timedelta()
    )
    services.subscribe(
        email=EMAIL,
        name="Zoraida Quibblethorpe",
        role_of_interest="tpm",
        phone="+12155550177",
        best_time_to_call="Ask for Lapislazuli",
        wants_list=True,
        wants_call=True,
        page="/subscribe/?utm_campaign=zoraida",
        now=now,
        address="203.0.113.9",
    )
    lead = Lead.objects.get()
    with transaction.atomic():
        consents.give(lead=lead, purpose=LIST, how="Zoraida said so", address="203.0.113.9", now=now)
    services.contact(
        name="Zoraida", email=EMAIL, phone="", message="My dog is called Lapislazuli", page="/contact/", now=now
    )
    booked = {
        "name": "Zoraida Quibblethorpe",
        "email": EMAIL,
        "phone": "+12155550177",
        "questions": "About Lapislazuli",
    }
    house.cancel(house.book(kind, house.TUESDAY_TEN + DAY, **booked), why="Lapislazuli is ill")
    house.book(kind, **booked)
    calling.log_call(lead=lead, outcome="talked", by=bob, now=now, note="Lapislazuli again")
    to_do.add(lead=lead, what="Write to Zoraida", due_at=now, owner=bob, actor="bob", now=now)
    with transaction.atomic():
        record_activity(lead=lead, kind="note", summary="Note", now=now, data={"note": "Zoraida is kind"}, actor="bob")
        other = ensure_lead(email="zweitadresse@example.org", name="Zoraida", now=now)
    merging.merge(kept=lead, gone=other, actor="bob", now=now)
    Quarantine.objects.create(
        entry="contact", received_at=now, reason="x", email=EMAIL, name="Zoraida", payload={"email": [EMAIL]}
    )
    run = ImportRun.objects.create(file_name="may.csv", made_at=now, made_by="bob")
    ImportRow.objects.create(
        run=run, number=2, outcome="known", email_hash=fingerprint(EMAIL), data={"name": "Zoraida"}
    )
    LogEntry.objects.create(
        user=bob,
        content_type=ContentType.objects.get_for_model(Lead),
        object_id=str(lead.pk),
        object_repr="Zoraida Quibblethorpe",
        action_flag=CHANGE,
        change_message="Changed Zoraida",
    )
    sender.drain(clock=lambda: now)
    return Lead.objects.get(pk=lead.pk)


def test_the_search_would_find_what_is_there(everywhere: Lead, files: Path) -> None:
    assert marks(dump()) == MARKS
    assert "zoraida" in "".join(path.read_text().lower() for path in files.glob("*.eml"))


def test_after_an_erasure_nothing_of_the_person_is_left_anywhere(everywhere: Lead, files: Path) -> None:
    before = {model: model._base_manager.count() for model in (Lead, Booking, Message)}
    assert (
        erasing.begin(lead=everywhere, how="Link in a mail", by="visitor", now=house.NOW) is None
    )  # a CANCEL must leave first
    assert Booking.objects.exclude(status="cancelled").count() == 0
    assert erasing.go_on(now=house.NOW) == 0
    sender.drain(clock=lambda: house.NOW + timedelta(minutes=1))
    assert [mail.status for mail in Message.objects.filter(kind="bookings.cancelled", recipient=EMAIL)] == ["sent"] * 2
    assert erasing.go_on(now=house.NOW + timedelta(minutes=2)) == 1
    assert marks(dump()) == []
    left = "".join(path.read_text(errors="replace") for path in files.glob("*.eml"))
    assert marks(left) == []
    # What was counted is counted still.
    after = {model: model._base_manager.count() for model in before}
    assert after == {**before, Message: before[Message] + 2}
    assert house.history_replays()
    receipt = Receipt.objects.get()
    assert (receipt.address_hash, sorted(receipt.rows)) == (
        fingerprint(EMAIL),
        ["bookings", "content", "leads", "mail"],
    )
    quiet = Suppression.objects.filter(stream=LIST).values_list("address_hash", "reason")
    assert set(quiet) == {(fingerprint(each), erasing.ERASED) for each in (EMAIL, "zweitadresse@example.org")}
    assert [row.stage for row in Lead.objects.filter(erased_at__isnull=False)] == ["new", everywhere.stage]


@pytest.mark.skipif(
    "sqlite" not in site.DATABASES["default"]["ENGINE"], reason="PostgreSQL vacuums deleted rows in its own time"
)
def test_the_database_file_itself_holds_nothing(everywhere: Lead) -> None:
    erasing.finish(lead=everywhere, how="Test", by="bob", now=house.NOW)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # By another process: where one that uses SQLite closes the file once more, its locks are gone (howtocorrupt.html, 2.2).
    file = subprocess.run(["cat", connection.settings_dict["NAME"]], capture_output=True, check=True).stdout
    assert len(file) > 100_000
    assert marks(file.decode("latin-1")) == []


def test_the_export_holds_everything_that_the_erasure_takes(everywhere: Lead) -> None:
    shown = json.dumps(erasing.export(EMAIL, now=house.NOW, for_staff=True), ensure_ascii=False, default=str)
    assert marks(shown) == MARKS
    rooms = erasing.export(EMAIL, now=house.NOW)["rooms"]
    assert sorted(rooms) == ["bookings", "leads", "mail"]
    kinds = {row["what"] for row in rooms["leads"]}
    assert kinds == {"Person", "Consent", "Visit", "Timeline", "Phone call", "Task", "Held form", "Line of an import"}
    assert len(rooms["bookings"]) == 2


def test_a_persons_own_export_holds_no_note_of_staff(everywhere: Lead) -> None:
    own = erasing.as_json(EMAIL, now=house.NOW) + erasing.as_text(EMAIL, now=house.NOW)
    assert [said for said in ("is kind", "Lapislazuli again", "Write to Zoraida") if said in own] == []
    assert "My dog is called Lapislazuli" in own


def test_an_address_that_comes_back_is_a_new_person(everywhere: Lead) -> None:
    erasing.finish(lead=everywhere, how="Test", by="bob", now=house.NOW)
    with transaction.atomic():
        lead = ensure_lead(email=EMAIL, name="Zoraida", now=house.NOW)
    assert lead.pk != everywhere.pk
    assert erasing.begin(lead=everywhere, how="Test", by="bob", now=house.NOW) is None
    assert Receipt.objects.count() == 1


def test_a_person_known_by_a_number_alone_can_be_erased(now: datetime) -> None:
    lead = Lead.objects.create(phone="+12155550177", name="Zoraida", created_at=now)
    assert erasing.begin(lead=lead, how="Phoned", by="bob", now=now) is not None
    assert marks(dump()) == []


def test_mail_that_does_not_leave_keeps_nobody_for_ever(everywhere: Lead) -> None:
    erasing.begin(lead=everywhere, how="Link", by="visitor", now=house.NOW)
    assert erasing.go_on(now=house.NOW + timedelta(minutes=59)) == 0
    assert erasing.go_on(now=house.NOW + timedelta(minutes=60)) == 1


def test_a_person_asks_sees_takes_along_and_erases(
    client: Client, stopped: Clock, files: Path, make_lead: MakeLead, link: MakeLink
) -> None:
    lead = make_lead(EMAIL)
    page = f"/my-data/{link(lead, 'my_data')}/"
    shown = client.get(page)
    assert (shown.status_code, EMAIL in shown.text, shown["Cache-Control"]) == (200, True, "no-store")
    assert client.get(page + "data.json").json()["address"] == EMAIL
    assert client.get(page + "data.txt").text.startswith(f"What we hold about {EMAIL}")
    before = dump()
    for _ in range(3):
        client.get(page)
        client.head(page)
    assert dump() == before
    assert client.post(page, {"do": "erase"}).status_code == 422
    assert client.post(page, {"do": "preferences"})["Location"].startswith("/preferences/")
    done = client.post(page, {"do": "erase", "sure": "yes"})
    assert Receipt.objects.get().number in done.text
    assert marks(dump()) == []
    assert client.get(page).status_code == 404


def test_known_and_unknown_addresses_get_the_same_answer_and_one_mail_a_day(
    client: Client, stopped: Clock, make_lead: MakeLead, filled: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000/second")
    make_lead("alice@example.org")
    answers = set()
    for email in ("alice@example.org", "nobody@example.org") * 50:
        answer = client.post("/my-data/", filled(email=email))
        answers.add((answer.status_code, answer["Location"], answer.content))
    assert len(answers) == 1
    assert [row.recipient for row in Message.objects.all()] == ["alice@example.org"]


@pytest.mark.parametrize(
    ("stage", "months", "gone"),
    [
        ("new", 5.9, False),
        ("new", 6.1, True),
        ("confirmed", 23, False),
        ("lost", 13, True),
        ("enrolled", 80, False),
        ("enrolled", 85, True),
    ],
)
def test_a_lead_is_kept_for_as_long_as_its_stage_says(
    make_lead: MakeLead, now: datetime, stage: str, months: float, gone: bool
) -> None:
    lead = make_lead()
    Lead.objects.update(stage=stage, created_at=now - months * retention.MONTH)
    assert retention.dry_run(now=now)[stage] == int(gone)
    assert Lead.objects.get(pk=lead.pk).erased_at is None
    assert retention.run(now=now)[stage] == int(gone)
    assert (Lead.objects.get(pk=lead.pk).erased_at is not None) is gone


def test_what_happened_lately_keeps_a_lead_and_held_forms_go_after_ninety_days(
    make_lead: MakeLead, now: datetime
) -> None:
    lead = make_lead()
    Lead.objects.update(created_at=now - 400 * DAY)
    with transaction.atomic():
        record_activity(lead=lead, kind="note", summary="Talked", now=now - 10 * DAY)
    for age in (89, 91):
        Quarantine.objects.create(entry="contact", received_at=now - age * DAY, reason="x", payload={"name": ["A"]})
    run = ImportRun.objects.create(file_name="may.csv", made_at=now - 31 * DAY, made_by="bob")
    ImportRow.objects.create(run=run, number=2, outcome="new", data={"name": "A"})
    done = retention.run(now=now)
    assert (done["held forms"], done["checked files"], ImportRow.objects.get().data) == (1, 1, {})
    assert (Lead.objects.get().erased_at, Quarantine.objects.exclude(payload={}).count()) == (None, 1)


def test_links_of_an_erased_person_open_nothing(everywhere: Lead) -> None:
    assert LinkToken.objects.count() > 0
    erasing.finish(lead=everywhere, how="Test", by="bob", now=house.NOW)
    assert LinkToken.objects.exclude(subject__startswith="coach:").exclude(purpose="approve").count() == 0


def test_a_merge_takes_the_calls_along_and_its_undoing_gives_them_back(everywhere: Lead) -> None:
    with transaction.atomic():
        other = ensure_lead(email="third@example.org", name="", now=house.NOW)
    calls = list(Booking.objects.filter(lead=everywhere))
    done = merging.merge(kept=other, gone=everywhere, actor="bob", now=house.NOW)
    assert list(Booking.objects.filter(lead=other)) == calls
    assert house.history_replays()
    merging.undo(merge=done, actor="bob", now=house.NOW)
    assert list(Booking.objects.filter(lead=everywhere)) == calls
    assert house.history_replays()
    with pytest.raises(NotPossible):
        merging.undo(merge=done, actor="bob", now=house.NOW)
