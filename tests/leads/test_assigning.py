"""Owners in turn, among those who are there."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from leads.assigning import assign, assign_in_turn
from leads.models import Advisor, Lead

MakeLead = Callable[..., Lead]


def advisor(name: str, **changes: object) -> Advisor:
    return Advisor.objects.create(user=User.objects.create_user(name), **changes)


def give(lead: Lead, now: datetime) -> str | None:
    with transaction.atomic():
        row = assign_in_turn(lead=lead, now=now)
    return row.user.get_username() if row else None


@pytest.mark.django_db
def test_leads_go_round(make_lead: MakeLead, now: datetime) -> None:
    for name in ("ann", "bob", "cat"):
        advisor(name)
    leads = [make_lead(f"{number}@example.org") for number in range(7)]
    given = [give(lead, now + timedelta(minutes=number)) for number, lead in enumerate(leads)]
    assert given == ["ann", "bob", "cat", "ann", "bob", "cat", "ann"]


@pytest.mark.django_db
def test_who_is_not_available_is_passed_over(make_lead: MakeLead, now: datetime) -> None:
    advisor("off", takes_leads=False)
    advisor("away", away_until=(now + timedelta(days=1)).date())
    gone = advisor("gone")
    gone.user.is_active = False
    gone.user.save()
    asleep = advisor("asleep", time_zone="Asia/Tokyo")
    advisor("back", away_until=now.date())
    assert [give(make_lead(f"{number}@example.org"), now) for number in range(2)] == ["back", "back"]
    Advisor.objects.exclude(pk=asleep.pk).delete()
    assert give(make_lead("c@example.org"), now) == "asleep"  # better than nobody


@pytest.mark.django_db
def test_an_owner_stays_and_without_advisors_nobody_owns(make_lead: MakeLead, now: datetime) -> None:
    lead = make_lead()
    assert give(lead, now) is None
    bob = advisor("bob").user
    assign(lead=lead, owner=bob, actor="carol", now=now)
    assign(lead=lead, owner=bob, actor="carol", now=now)
    lead.refresh_from_db()
    assert give(lead, now) is None
    assign(lead=lead, owner=None, actor="carol", now=now)
    lines = list(lead.activities.filter(kind="owner").order_by("pk").values_list("summary", "actor"))
    assert lines == [("Assigned to bob", "carol"), ("Assigned to nobody", "carol")]


@pytest.mark.django_db(transaction=True)
def test_leads_that_come_at_once_go_to_different_advisors(make_lead: MakeLead, now: datetime) -> None:
    for name in ("ann", "bob", "cat", "dan"):
        advisor(name)
    leads = [make_lead(f"{number}@example.org") for number in range(4)]
    start, given, failed = threading.Barrier(4), [], []

    def work(lead: Lead) -> None:
        try:
            start.wait()
            given.append(give(lead, now))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(lead,)) for lead in leads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, sorted(given)) == ([], ["ann", "bob", "cat", "dan"])
