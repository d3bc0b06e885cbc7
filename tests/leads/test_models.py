"""What the database itself refuses, whoever writes."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction

from leads.models import (
    Advisor,
    CallLog,
    Enrolment,
    ImportRow,
    ImportRun,
    Lead,
    Merge,
    Quarantine,
    Receipt,
    ScoreReason,
    Sequence,
    SequenceStep,
)

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]


def refused(model: type[models.Model], **values: Any) -> str:
    """The constraint that refuses this row."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        model._base_manager.create(**values)
    return str(caught.value).lower()


@pytest.mark.parametrize(
    ("outcome", "back", "allowed"),
    [
        ("call_back", True, True),
        ("call_back", False, False),
        ("talked", False, True),
        ("talked", True, False),
        ("gone fishing", False, False),
    ],
)
def test_a_call_back_has_a_time_and_no_other_outcome_has_one(
    make_lead: MakeLead, now: datetime, outcome: str, back: bool, allowed: bool
) -> None:
    row = {"lead": make_lead(), "at": now, "outcome": outcome, "call_back_at": now if back else None}
    if allowed:
        assert CallLog.objects.create(**row).pk
    else:
        assert "call_log" in refused(CallLog, **row)


def test_a_held_form_is_decided_once_it_says_when(now: datetime) -> None:
    form = {"entry": "subscribe", "received_at": now, "reason": "honeypot filled"}
    assert Quarantine.objects.create(**form).state == "new"
    assert "quarantine_decided_at" in refused(Quarantine, **form, state="released")
    assert "quarantine_decided_at" in refused(Quarantine, **form, decided_at=now)
    assert "quarantine_state" in refused(Quarantine, **form, state="eaten", decided_at=now)


def test_a_lead_is_in_a_sequence_once_and_stops_with_a_reason(make_lead: MakeLead, now: datetime) -> None:
    row = {"lead": make_lead(), "sequence": Sequence.objects.create(name="Test"), "started_at": now}
    assert "enrolment_stopped_with_reason" in refused(Enrolment, **row, stopped_at=now)
    assert "enrolment_stopped_with_reason" in refused(Enrolment, **row, stop_reason="booked")
    assert Enrolment.objects.create(**row, stopped_at=now, stop_reason="booked").pk
    assert "unique" in refused(Enrolment, **row)


def test_steps_have_places_of_their_own_and_no_delay_into_the_past() -> None:
    step = {"sequence": Sequence.objects.create(name="Test"), "subject": "One", "body": "Two"}
    SequenceStep.objects.create(position=1, delay=timedelta(), **step)
    assert "unique" in refused(SequenceStep, position=1, delay=timedelta(days=1), **step)
    assert "sequence_step_delay" in refused(SequenceStep, position=2, delay=-timedelta(days=1), **step)


def test_a_lead_is_merged_into_one_other(make_lead: MakeLead, now: datetime) -> None:
    one, two = make_lead(), make_lead("bob@example.org")
    assert "merge_of_two" in refused(Merge, kept=one, gone=one, at=now, by="bob")
    first = Merge.objects.create(kept=one, gone=two, at=now, by="bob")
    assert "unique" in refused(Merge, kept=one, gone=two, at=now, by="bob")
    Merge.objects.filter(pk=first.pk).update(undone_at=now)
    assert Merge.objects.create(kept=one, gone=two, at=now, by="bob").pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=one.pk).update(merged_into=one.pk)


def test_a_refused_line_says_why_and_has_its_number_for_itself(now: datetime) -> None:
    run = ImportRun.objects.create(file_name="may.csv", made_at=now, made_by="bob")
    assert "import_row_refused_with_reason" in refused(ImportRow, run=run, number=2, outcome="refused")
    ImportRow.objects.create(run=run, number=2, outcome="new")
    assert "unique" in refused(ImportRow, run=run, number=2, outcome="known")


def test_a_reason_counts_once(make_lead: MakeLead, now: datetime) -> None:
    row = {"lead": make_lead(), "at": now, "reason": "confirmed", "points": 10}
    ScoreReason.objects.create(**row)
    assert "unique" in refused(ScoreReason, **row)


def test_office_hours_end_after_they_begin() -> None:
    bob = User.objects.create_user("bob")
    assert "advisor_hours_in_order" in refused(Advisor, user=bob, opens=time(17), closes=time(9))


def test_a_receipt_is_neither_changed_nor_deleted(now: datetime) -> None:
    receipt = Receipt.objects.create(number="E-1", at=now, address_hash="x", how="link", by="visitor")
    with pytest.raises(TypeError):
        receipt.save()
    with pytest.raises(TypeError):
        receipt.delete()
    with pytest.raises(TypeError):
        Receipt.objects.all().delete()
    with pytest.raises(TypeError):
        Receipt.objects.update(by="nobody")


@pytest.mark.parametrize("model", [CallLog, ScoreReason])
def test_what_happened_is_not_rewritten(model: Any) -> None:
    with pytest.raises(TypeError):
        model.objects.update(at=None)
