"""Stop rules by table: each cause before, at and after a step is due, against the real ledger and its sender."""

import email
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from leads import consents, first_sequence, people, sequences, services
from leads.models import LIST, Enrolment, Lead, Sequence, SequenceStep, StopReason
from mail import sender
from mail.addresses import fingerprint
from mail.models import Message, Suppression

pytestmark = pytest.mark.django_db(transaction=True)
MakeLead = Callable[..., Lead]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DUE = datetime(2027, 1, 14, 15, 0, tzinfo=UTC)  # the second step: three days after the first, ten in the morning there


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_FILE_DIR = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def alice(make_lead: MakeLead, now: datetime) -> Lead:
    """In the sequence since `now`."""
    first_sequence.write()
    return agreed(make_lead(), now)


def agreed(lead: Lead, now: datetime) -> Lead:
    with transaction.atomic():
        consents.give(lead=lead, purpose=LIST, how="Preferences page", address="203.0.113.9", now=now)
    return lead


def send(at: datetime) -> None:
    sender.drain(clock=lambda: at)


def sent() -> list[int]:
    """The places of the steps that went out, in their order."""
    gone = Message.objects.filter(kind=sequences.KIND, status="sent").order_by("sent_at", "pk")
    return [SequenceStep.objects.get(pk=row.context["step"]).position for row in gone]


def called(lead: Lead, status: str, at: datetime, *, call: str = "b1", starts: datetime | None = None) -> None:
    """What the booking room writes down about a call."""
    data = {"booking": call, "version": 1, "status": status, "start": (starts or at + 9 * DAY).isoformat()}
    with transaction.atomic():
        people.record_activity(lead=lead, kind="booking", summary=f"A call is {status}", now=at, data=data)


def books(lead: Lead, at: datetime) -> None:
    called(lead, "confirmed", at)


def replies(lead: Lead, at: datetime) -> None:
    services.mark_replied(lead=lead, actor="bob", now=at)


def unsubscribes(lead: Lead, at: datetime) -> None:
    services.withdraw(lead=lead, purpose=LIST, now=at, how="One-click link in an email")


def bounces(lead: Lead, at: datetime) -> None:
    Suppression.objects.create(
        address_hash=fingerprint(lead.email or ""), stream=LIST, reason="Comes back.", bounced=True, created_at=at
    )
    sequences.settle_all(now=at)


def is_erased(lead: Lead, at: datetime) -> None:
    Lead.objects.filter(pk=lead.pk).update(email=None, phone="+12155550123")
    sequences.settle_all(now=at)


def is_lost(lead: Lead, at: datetime) -> None:
    with transaction.atomic():
        people.move_stage(lead=lead, stage="lost", now=at, actor="bob", why="Moved away")


def enrols(lead: Lead, at: datetime) -> None:
    with transaction.atomic():
        people.move_stage(lead=lead, stage="enrolled", now=at, actor="bob")


def staff_stop(lead: Lead, at: datetime) -> None:
    sequences.stop_by_staff(enrolment=lead.enrolments.get(), actor="bob", now=at)


def switched_off(lead: Lead, at: datetime) -> None:
    Sequence.objects.update(active=False)
    sequences.settle_all(now=at)


CAUSES: list[tuple[Callable[[Lead, datetime], None], StopReason]] = [
    (books, StopReason.BOOKED),
    (replies, StopReason.REPLIED),
    (unsubscribes, StopReason.UNSUBSCRIBED),
    (bounces, StopReason.BOUNCED),
    (is_erased, StopReason.ERASED),
    (is_lost, StopReason.LOST),
    (enrols, StopReason.ENROLLED),
    (staff_stop, StopReason.STAFF),
    (switched_off, StopReason.OFF),
]


@pytest.mark.parametrize(("cause", "reason"), CAUSES, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize(
    ("when", "went_out"), [(DUE - HOUR, [1]), (DUE, [1]), (DUE + HOUR, [1, 2])], ids=["before", "at", "after"]
)
def test_each_cause_stops_what_has_not_left(
    alice: Lead,
    now: datetime,
    cause: Callable[[Lead, datetime], None],
    reason: StopReason,
    when: datetime,
    went_out: list[int],
) -> None:
    send(now)
    if when > DUE:
        send(DUE)
    cause(alice, when)
    for at in (DUE, DUE + 4 * DAY, DUE + 30 * DAY):
        send(max(at, when))
    assert sent() == went_out
    row = Enrolment.objects.get()
    assert (row.stop_reason, row.stopped_at) == (reason, when)
    rest = Message.objects.filter(kind=sequences.KIND).exclude(status="sent")
    assert {(mail.status, reason.label.lower() in mail.reason.lower()) for mail in rest} == {("cancelled", True)}


@pytest.mark.parametrize(("cause", "reason"), CAUSES[:7], ids=lambda value: getattr(value, "__name__", ""))
def test_a_mail_that_nobody_took_back_is_not_sent_either(
    alice: Lead,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    cause: Callable[[Lead, datetime], None],
    reason: StopReason,
) -> None:
    """The decision falls when it is sent: here nothing is stopped or cancelled, and still nothing goes out."""
    send(now)
    monkeypatch.setattr(sequences, "settle", lambda **_: None)
    cause(alice, DUE - HOUR)
    send(DUE)
    assert sent() == [1]
    second = Message.objects.get(context__step=SequenceStep.objects.get(position=2).pk)
    quiet = "The address does not want this kind of mail." if reason == StopReason.UNSUBSCRIBED else reason.label
    assert second.status == "skipped"
    assert quiet in second.reason or reason == StopReason.BOUNCED


def test_without_any_cause_all_five_go_out_by_day(alice: Lead, now: datetime, files: Path) -> None:
    for day in range(20):
        send(now + day * DAY)
    assert sent() == [1, 2, 3, 4, 5]
    assert len(list(files.glob("*.eml"))) == 5
    assert Enrolment.objects.get().stop_reason == ""


@pytest.mark.parametrize(
    ("zone", "hour", "dues"),
    [
        ("America/New_York", 15, [11, 14, 18, 22, 27]),
        ("Asia/Tokyo", 15, [11, 14, 18, 22, 27]),  # midnight there: moved to eight in the morning, 23:00 UTC
        ("", 2, [11, 14, 18, 22, 27]),
    ],
)
def test_steps_are_due_in_the_readers_daytime(make_lead: MakeLead, zone: str, hour: int, dues: list[int]) -> None:
    first_sequence.write()
    at = datetime(2027, 1, 11, hour, 0, tzinfo=UTC)
    lead = agreed(make_lead(time_zone=zone), at)
    local = [
        row.due_at.astimezone(sequences.zone_of(lead))
        for row in Message.objects.filter(kind=sequences.KIND).order_by("due_at")
    ]
    assert all(8 <= moment.hour < 21 for moment in local), local
    first = local[0].date()
    assert [(moment.date() - first).days for moment in local] == [0, 3, 7, 11, 16]


def test_a_mail_that_an_outage_made_late_waits_for_the_readers_morning(alice: Lead, now: datetime, files: Path) -> None:
    send(now)
    send(DUE + 12 * HOUR)  # ten in the evening there
    assert sent() == [1]
    send(DUE + 22 * HOUR)
    assert sent() == [1, 2]


@pytest.mark.parametrize("ending", ["cancelled", "no_show", "declined"])
def test_after_a_call_that_did_not_happen_the_rest_is_sent(alice: Lead, now: datetime, ending: str) -> None:
    send(now)
    called(alice, "confirmed", now + HOUR)
    send(DUE)
    called(alice, ending, DUE + 9 * DAY)
    for day in range(30):
        send(DUE + (9 + day) * DAY)
    row = Enrolment.objects.get()
    assert (sent(), row.stop_reason, row.restarts) == ([1, 2, 3, 4, 5], "", 1)


def test_a_sequence_may_also_stay_stopped(alice: Lead, now: datetime) -> None:
    Sequence.objects.update(restart="stay")
    send(now)
    called(alice, "confirmed", now + HOUR)
    called(alice, "cancelled", now + 2 * HOUR)
    send(DUE)
    assert (sent(), Enrolment.objects.get().stop_reason) == ([1], "booked")


def test_another_call_that_is_still_booked_keeps_it_stopped(alice: Lead, now: datetime) -> None:
    called(alice, "confirmed", now, call="b1")
    called(alice, "confirmed", now, call="b2")
    called(alice, "cancelled", now + HOUR, call="b1")
    assert Enrolment.objects.get().stop_reason == "booked"


def test_a_call_of_last_year_does_not_keep_anybody_from_the_emails(make_lead: MakeLead, now: datetime) -> None:
    first_sequence.write()
    lead = make_lead()
    called(lead, "completed", now - 300 * DAY, starts=now - 300 * DAY)
    agreed(lead, now)
    send(now)
    assert sent() == [1]


def test_who_has_a_call_coming_is_not_started(make_lead: MakeLead, now: datetime) -> None:
    first_sequence.write()
    lead = make_lead()
    called(lead, "confirmed", now - DAY)
    agreed(lead, now)
    assert Enrolment.objects.count() == 0


def test_agreeing_again_goes_on_where_it_was_stopped(alice: Lead, now: datetime) -> None:
    send(now)
    unsubscribes(alice, now + HOUR)
    agreed(alice, now + 2 * HOUR)
    for day in range(30):
        send(now + 2 * HOUR + day * DAY)
    assert sent() == [1, 2, 3, 4, 5]


def test_staff_restart_only_what_may_go_on(alice: Lead, now: datetime) -> None:
    staff_stop(alice, now)
    assert sequences.restart_by_staff(enrolment=alice.enrolments.get(), actor="bob", now=now) is None
    is_lost(alice, now)
    assert sequences.restart_by_staff(enrolment=alice.enrolments.get(), actor="bob", now=now) == StopReason.LOST
    assert Enrolment.objects.get().stop_reason == "lost"


def test_what_staff_change_is_in_the_next_mail(alice: Lead, now: datetime, files: Path) -> None:
    SequenceStep.objects.filter(position=2).update(
        subject="For {first_name}", body="Hello {name}, {x.__class__} {secret}"
    )
    SequenceStep.objects.filter(position=3).update(active=False)
    for day in range(20):
        send(now + day * DAY)
    assert sent() == [1, 2, 4, 5]
    mails = [email.message_from_bytes(path.read_bytes(), policy=default) for path in files.glob("*.eml")]
    second = next(mail for mail in mails if mail["Subject"] == "For Alice")
    assert "Hello Alice, {x.__class__} {secret}" in str(second.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_every_mail_of_a_list_stops_the_list_with_one_click(
    alice: Lead, now: datetime, files: Path, client: Client
) -> None:
    send(now)
    mail = email.message_from_bytes(next(files.glob("*.eml")).read_bytes(), policy=default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.sub(r"^<http://testserver(.*)>$", r"\1", str(mail["List-Unsubscribe"]))
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Enrolment.objects.get().stop_reason == "unsubscribed"
    for part in ("plain", "html"):
        body = mail.get_body((part,))  # type: ignore[attr-defined]
        assert path in body.get_content()
