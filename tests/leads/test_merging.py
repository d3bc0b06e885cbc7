"""Two rows of one person: nothing is lost by a merge, and nothing by its undoing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from leads import calling, consents, merging, services, to_do
from leads.errors import NotPossible
from leads.models import CALL, LIST, Activity, CallLog, Consent, Lead, Merge, ScoreReason, Stage, Task, Touch
from leads.people import ensure_lead, move_stage, record_touch

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]
OWN = (Activity, Touch, CallLog, Task, Consent, ScoreReason)


@pytest.fixture
def two(make_lead: MakeLead, now: datetime) -> tuple[Lead, Lead]:
    """Alice twice: by her old address, and by her work address with all that happened there."""
    bob = User.objects.create_user("bob")
    kept = make_lead("alice@example.org", name="Alice")
    gone = make_lead("alice@work.example", name="A. Smith", phone="+12155550123", time_zone="America/Chicago")
    with transaction.atomic():
        record_touch(lead=kept, page="/subscribe/?utm_source=news", now=now + timedelta(minutes=2))
        record_touch(lead=gone, page="/subscribe/?utm_source=ad", now=now + timedelta(minutes=1))
        consents.give(lead=kept, purpose=LIST, how="Form", address="", now=now)
        consents.give(lead=gone, purpose=LIST, how="Form", address="", now=now)
        consents.give(lead=gone, purpose=CALL, how="Form", address="", now=now)
    calling.log_call(lead=gone, outcome="talked", by=bob, now=now)
    to_do.add(lead=gone, what="Send the syllabus", due_at=now, owner=bob, actor="bob", now=now)
    kept.refresh_from_db()
    gone.refresh_from_db()
    return kept, gone


def rows() -> list[Any]:
    """Which row belongs to whom, but for the lines that say that a merge happened."""
    told = [list(model._base_manager.order_by("pk").values_list("pk", "lead")) for model in OWN[1:]]
    lines = Activity.objects.exclude(kind__in=("merged", "unmerged")).exclude(summary__contains="erge").order_by("pk")
    leads = list(
        Lead.objects.order_by("pk").values(
            "email", "phone", "name", "score", "stage", "first_source", "last_source", "merged_into"
        )
    )
    return [*told, list(lines.values_list("pk", "lead")), leads]


def test_a_merge_moves_everything_and_its_undoing_moves_it_back(two: tuple[Lead, Lead], now: datetime) -> None:
    kept, gone = two
    before = rows()
    done = merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    kept.refresh_from_db()
    assert {model.__name__: model._base_manager.filter(lead=gone).count() for model in OWN} == {
        "Activity": 0,
        "Touch": 0,
        "CallLog": 0,
        "Task": 0,
        "Consent": 1,  # the kept lead has an open consent of its own to the same words
        "ScoreReason": 1,
    }
    assert (str(kept.phone), kept.name, kept.time_zone) == ("+12155550123", "Alice", "America/Chicago")
    assert (kept.first_source, kept.last_source) == ("ad", "news")
    assert kept.score == sum(ScoreReason.objects.filter(lead=kept).values_list("points", flat=True)) == 40
    merging.undo(merge=done, actor="bob", now=now)
    assert rows() == before


def test_a_form_with_the_old_address_finds_the_person(two: tuple[Lead, Lead], now: datetime) -> None:
    kept, gone = two
    merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    with transaction.atomic():
        assert ensure_lead(email="Alice@Work.example", name="", now=now) == kept
    assert list(Lead.objects.present()) == [kept]


def test_what_happened_after_the_merge_stays_where_it_happened(two: tuple[Lead, Lead], now: datetime) -> None:
    kept, gone = two
    done = merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    task = to_do.add(lead=kept, what="Call again", due_at=now, owner=None, actor="bob", now=now)
    Lead.objects.filter(pk=kept.pk).update(time_zone="Europe/London")
    merging.undo(merge=done, actor="bob", now=now)
    task.refresh_from_db()
    kept.refresh_from_db()
    assert (task.lead, kept.time_zone, kept.phone) == (kept, "Europe/London", None)


def test_what_cannot_be_merged_or_undone_is_said(two: tuple[Lead, Lead], make_lead: MakeLead, now: datetime) -> None:
    kept, gone = two
    third = make_lead("third@example.org")
    with pytest.raises(NotPossible, match="same lead"):
        merging.merge(kept=kept, gone=kept, actor="bob", now=now)
    first = merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    for one, other in ((third, gone), (gone, third)):
        with pytest.raises(NotPossible, match="merged already"):
            merging.merge(kept=one, gone=other, actor="bob", now=now)
    second = merging.merge(kept=third, gone=kept, actor="bob", now=now)
    with pytest.raises(NotPossible, match="undo that merge first"):
        merging.undo(merge=first, actor="bob", now=now)
    merging.undo(merge=second, actor="bob", now=now)
    merging.undo(merge=first, actor="bob", now=now)
    with pytest.raises(NotPossible, match="undone already"):
        merging.undo(merge=first, actor="bob", now=now)
    assert Merge.objects.filter(undone_at__isnull=True).count() == 0


@pytest.mark.parametrize(
    ("kept_is", "gone_is", "becomes"),
    [
        (Stage.NEW, Stage.CALL_DONE, Stage.CALL_DONE),
        (Stage.ENROLLED, Stage.CONFIRMED, Stage.ENROLLED),
        (Stage.LOST, Stage.CALL_BOOKED, Stage.CALL_BOOKED),
        (Stage.NEW, Stage.LOST, Stage.NEW),  # that one row was given up does not give up the person
    ],
)
def test_the_person_is_as_far_as_the_further_row_until_the_merge_is_undone(
    make_lead: MakeLead, now: datetime, kept_is: str, gone_is: str, becomes: str
) -> None:
    kept, gone = make_lead("alice@example.org"), make_lead("alice@work.example")
    Lead.objects.filter(pk=kept.pk).update(stage=kept_is)
    Lead.objects.filter(pk=gone.pk).update(stage=gone_is)
    done = merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    kept.refresh_from_db()
    assert kept.stage == becomes
    merging.undo(merge=done, actor="bob", now=now)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.stage, gone.stage) == (kept_is, gone_is)
    moves = Activity.objects.filter(lead=kept, kind="stage").count()
    assert moves == (2 if becomes != kept_is else 0)


def test_a_stage_that_was_moved_since_the_merge_is_left_by_its_undoing(make_lead: MakeLead, now: datetime) -> None:
    kept, gone = make_lead("alice@example.org"), make_lead("alice@work.example")
    Lead.objects.filter(pk=gone.pk).update(stage=Stage.CALL_DONE)
    done = merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    with transaction.atomic():
        move_stage(lead=Lead.objects.get(pk=kept.pk), stage=Stage.ENROLLED, now=now, actor="bob")
    merging.undo(merge=done, actor="bob", now=now)
    kept.refresh_from_db()
    assert kept.stage == Stage.ENROLLED


def test_a_lead_known_by_its_number_alone_stays_reachable(make_lead: MakeLead, now: datetime) -> None:
    alone = Lead.objects.create(phone="+12155550177", created_at=now)
    mailed = make_lead("alice@example.org")
    done = merging.merge(kept=mailed, gone=alone, actor="bob", now=now)
    mailed.refresh_from_db()
    assert str(mailed.phone) == "+12155550177"
    merging.undo(merge=done, actor="bob", now=now)
    mailed.refresh_from_db()
    assert mailed.phone is None


def test_unsubscribing_at_either_address_stops_the_person(two: tuple[Lead, Lead], now: datetime) -> None:
    kept, gone = two
    merging.merge(kept=kept, gone=gone, actor="bob", now=now)
    gone.refresh_from_db()
    services.withdraw(lead=gone, purpose=LIST, now=now, how="One-click link in an email")
    assert consents.confirmed_purposes(kept) == {CALL}


def test_the_same_number_hints_at_the_same_person(two: tuple[Lead, Lead], make_lead: MakeLead) -> None:
    kept, gone = two
    twin = make_lead("asmith@example.org", phone="+12155550123")
    assert merging.possible_twins(gone) == [twin]
    assert merging.possible_twins(kept) == []
