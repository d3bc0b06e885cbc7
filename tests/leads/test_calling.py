"""The advisor's phone: what a call changes, who comes next, and who is left in peace."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from leads import calling, consents
from leads.errors import NotPossible
from leads.models import CALL, Advisor, CallLog, Lead, Stage

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]
HOUR = timedelta(hours=1)


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def asker(make_lead: MakeLead, now: datetime) -> Callable[..., Lead]:
    """Somebody who asked to be called, in New York, where it is ten in the morning at `now`."""

    def make(name: str, *, asked: datetime | None = None, **changes: Any) -> Lead:
        number = f"+1215555{100 + Lead.objects.count():04d}"
        lead = make_lead(f"{name}@example.org", name=name, phone=number, time_zone=changes.pop("zone", ""))
        with transaction.atomic():
            consents.give(lead=lead, purpose=CALL, how="Form", address="203.0.113.9", now=asked or now - 8 * HOUR)
        Lead.objects.filter(pk=lead.pk).update(**changes)
        lead.refresh_from_db()
        return lead

    return make


def names(user: User, now: datetime, **other: Any) -> list[str]:
    return [lead.name for lead in calling.queue(user=user, now=now, **other)]


@pytest.mark.parametrize(
    ("outcome", "stage", "wanted", "do_not_call", "agreed"),
    [
        ("talked", Stage.CONTACTED, False, False, True),
        ("no_answer", Stage.NEW, True, False, True),
        ("voicemail", Stage.NEW, True, False, True),
        ("call_back", Stage.NEW, True, False, True),
        ("wrong_number", Stage.NEW, False, False, True),
        ("do_not_call", Stage.NEW, False, True, False),
    ],
)
def test_each_outcome_has_its_consequence(
    asker: Callable[..., Lead],
    bob: User,
    now: datetime,
    outcome: str,
    stage: str,
    wanted: bool,
    do_not_call: bool,
    agreed: bool,
) -> None:
    back = now + HOUR if outcome == "call_back" else None
    lead = asker("alice")
    calling.log_call(lead=lead, outcome=outcome, by=bob, now=now, note="Said\x00 hello", call_back_at=back)
    lead.refresh_from_db()
    found = (lead.stage, lead.call_wanted_at is not None, lead.do_not_call, CALL in consents.confirmed_purposes(lead))
    assert found == (stage, wanted, do_not_call, agreed)
    assert (lead.call_back_at, lead.first_response_at, lead.last_worked_at) == (back, now, now)
    row = CallLog.objects.get()
    assert (row.outcome, row.note, row.by, lead.activities.get(kind="call").actor) == (
        outcome,
        "Said hello",
        bob,
        "bob",
    )


@pytest.mark.parametrize(
    ("outcome", "hours"), [("sleeping", None), ("call_back", None), ("call_back", -1), ("call_back", 0), ("talked", 1)]
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    asker: Callable[..., Lead], bob: User, now: datetime, outcome: str, hours: int | None
) -> None:
    back = None if hours is None else now + hours * HOUR
    with pytest.raises(NotPossible, match=r"\w+\.$"):
        calling.log_call(lead=asker("alice"), outcome=outcome, by=bob, now=now, call_back_at=back)
    assert CallLog.objects.count() == 0


def test_the_first_response_is_counted_once_in_office_hours(
    asker: Callable[..., Lead], bob: User, now: datetime
) -> None:
    lead = asker("alice")
    Lead.objects.filter(pk=lead.pk).update(created_at=now - timedelta(days=3))  # Friday, ten o'clock
    lead.refresh_from_db()
    assert calling.waited(lead, now=now, hours=calling.hours_for(lead)) == 8 * HOUR
    calling.log_call(lead=lead, outcome="no_answer", by=bob, now=now + HOUR)
    calling.log_call(lead=lead, outcome="talked", by=bob, now=now + 3 * HOUR)
    lead.refresh_from_db()
    assert calling.waited(lead, now=now + timedelta(days=9), hours=calling.hours_for(lead)) == 9 * HOUR


def test_the_clock_of_an_owned_lead_runs_in_its_owners_hours(
    asker: Callable[..., Lead], bob: User, now: datetime
) -> None:
    Advisor.objects.create(user=bob, time_zone="Asia/Tokyo")
    lead = asker("alice", owner=bob, created_at=now - timedelta(days=1))  # midnight in Tokyo, Monday
    assert calling.waited(lead, now=now, hours=calling.hours_for(lead)) == 8 * HOUR


def test_the_next_is_a_call_back_then_who_was_left_alone_for_longest(
    asker: Callable[..., Lead], bob: User, now: datetime
) -> None:
    asker("worked on yesterday", last_worked_at=now - timedelta(days=1))
    asker("never", asked=now - 2 * HOUR)
    asker("never, and longer", asked=now - 9 * HOUR)
    asker("call back now", call_back_at=now, last_worked_at=now - HOUR)
    asker("call back earlier", call_back_at=now - HOUR, last_worked_at=now - 2 * HOUR)
    assert names(bob, now) == [
        "call back earlier",
        "call back now",
        "never, and longer",
        "never",
        "worked on yesterday",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"do_not_call": True},
        {"stage": "lost"},
        {"stage": "enrolled"},
        {"phone": None},
        {"call_wanted_at": None},
        {"zone": "Asia/Tokyo"},  # midnight there
    ],
)
def test_who_must_not_be_called_now_does_not_come_next(
    asker: Callable[..., Lead], bob: User, now: datetime, change: dict[str, Any]
) -> None:
    asker("alice", **change)
    assert names(bob, now) == []


def test_others_leads_merged_rows_and_what_was_skipped_do_not_come_next(
    asker: Callable[..., Lead], bob: User, now: datetime
) -> None:
    asker("of carol", owner=User.objects.create_user("carol"))
    mine, skipped = asker("mine", owner=bob), asker("skipped")
    asker("merged", merged_into=mine)
    assert names(bob, now, skip=[skipped.pk]) == ["mine"]


def test_nobody_is_rung_again_at_once_unless_they_asked_again(
    asker: Callable[..., Lead], bob: User, now: datetime
) -> None:
    lead = asker("alice")
    calling.log_call(lead=lead, outcome="no_answer", by=bob, now=now)
    assert names(bob, now + 3 * HOUR) == []
    assert names(bob, now + 4 * HOUR) == ["alice"]
    Lead.objects.update(call_wanted_at=now + HOUR)
    assert names(bob, now + 2 * HOUR) == ["alice"]


def test_who_takes_the_next_lead_owns_it(asker: Callable[..., Lead], bob: User, now: datetime) -> None:
    first, second = asker("first", asked=now - 9 * HOUR), asker("second")
    carol = User.objects.create_user("carol")
    assert calling.take_next(user=bob, now=now) == first
    assert calling.take_next(user=carol, now=now) == second
    assert calling.take_next(user=carol, now=now, skip=[second.pk]) is None
    assert [row.owner for row in Lead.objects.order_by("pk")] == [bob, carol]


def test_a_person_may_ask_to_be_called_again(asker: Callable[..., Lead], bob: User, now: datetime) -> None:
    lead = asker("alice")
    calling.log_call(lead=lead, outcome="do_not_call", by=bob, now=now)
    with pytest.raises(NotPossible):
        calling.allow_calls(lead=lead, actor="bob", why=" ", now=now)
    calling.allow_calls(lead=lead, actor="bob", why="Wrote to us", now=now)
    lead.refresh_from_db()
    assert (lead.do_not_call, lead.activities.latest("pk").summary) == (False, "May be called again: Wrote to us")


def test_the_queue_takes_the_same_queries_for_any_number(
    asker: Callable[..., Lead], bob: User, now: datetime, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        asker(f"lead{number}")
        with django_assert_num_queries(3):
            names(bob, now)
