"""The advisor's day: the next lead with the reason, one ring a person, and what is overdue."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from leads import calling, consents, to_do
from leads.models import CALL, Lead
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]
DAY = "/admin/leads/lead/day/"


@pytest.fixture
def asked(make_lead: MakeLead, stopped: Clock) -> Callable[..., Lead]:
    """A lead who asked for a call."""

    def make(email: str, phone: str, **told: Any) -> Lead:
        lead = make_lead(email, phone=phone, **told)
        with transaction.atomic():
            consents.give(lead=lead, purpose=CALL, how="Form", address="", now=stopped.now)
        Lead.objects.filter(pk=lead.pk).update(call_wanted_at=stopped.now)
        return lead

    return make


def test_the_page_says_who_comes_next_and_why(
    client: Client, bob: User, stopped: Clock, asked: Callable[..., Lead]
) -> None:
    asked("alice@example.org", "+12155550123", name="Alice", time_zone="America/Chicago")
    stopped.forward(hours=2)
    page = client.get(DAY).text
    for said in (
        "Next: Alice",
        "Asked for a call on 11 Jan 2027",
        "Nobody has worked on this lead yet.",
        "It is Mon 11:00 AM in America/Chicago.",
        "Waiting for a first answer: 2 h 0 min of office hours so far",
    ):
        assert said in page, said


def test_taking_a_call_makes_it_the_readers_and_logging_it_leads_back(
    client: Client, bob: User, member: Callable[..., User], asked: Callable[..., Lead]
) -> None:
    lead = asked("alice@example.org", "+12155550123")
    answer = client.post(DAY)
    page = reverse("admin:leads_lead_do", args=[lead.pk, "call"])
    assert answer["Location"] == f"{page}?next=day"
    lead.refresh_from_db()
    assert lead.owner == bob
    assert 'name="next" value="day"' in client.get(answer["Location"]).text
    assert client.post(page, {"outcome": "voicemail", "next": "day"})["Location"] == DAY
    assert (
        client.post(page, {"outcome": "voicemail", "next": "//evil.example"})["Location"]
        == f"/admin/leads/lead/{lead.pk}/change/"
    )
    assert "Nobody is to be phoned now" in client.get(DAY).text


def test_who_is_passed_over_comes_not_next(client: Client, bob: User, asked: Callable[..., Lead]) -> None:
    first, second = (
        asked("a@example.org", "+12155550123", name="Ann"),
        asked("b@example.org", "+12155550124", name="Ben"),
    )
    assert "Next: Ann" in client.get(DAY).text
    assert "Next: Ben" in client.get(f"{DAY}?skip={first.pk}").text
    assert client.post(f"{DAY}?skip={first.pk}")["Location"].startswith(f"/admin/leads/lead/{second.pk}/")
    assert client.get(f"{DAY}?skip=x,-1,99999999999999999999").status_code == 200


def test_overdue_tasks_and_agreed_calls_back_stand_beside_it(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead
) -> None:
    lead = make_lead(phone="+12155550123")
    to_do.add(lead=lead, what="Send dates", due_at=stopped.now, owner=bob, actor="bob", now=stopped.now)
    Lead.objects.update(owner=bob)
    soon = stopped.now + timedelta(hours=3)
    calling.log_call(lead=lead, outcome="call_back", call_back_at=soon, by=bob, now=stopped.now)
    page = client.get(DAY).text
    assert ("Send dates" in page, "Calls back that you agreed" in page) == (True, True)


def test_the_board_counts_moves_and_comes_back_as_it_was(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead
) -> None:
    board = "/admin/leads/lead/board/"
    leads = [make_lead(f"{number}@example.org", name=f"Lead {number}") for number in range(17)]
    page = client.get(board)
    columns = {column["stage"].value: column for column in page.context["columns"]}
    assert (columns["new"]["number"], len(columns["new"]["cards"]), columns["new"]["more"]) == (17, 15, 2)
    move = reverse("admin:leads_lead_do", args=[leads[0].pk, "stage"])
    kept = {"next": "board", "owner": "none", "source": "unknown"}
    assert client.post(move, {"stage": "lost", **kept}).status_code == 422
    answer = client.post(move, {"stage": "lost", "why": "Too far", **kept})
    assert answer["Location"] == f"{board}?owner=none&source=unknown"
    assert [row.summary for row in leads[0].activities.filter(kind="stage")] == ["New → Lost: Too far"]
    mine = client.get(f"{board}?owner={bob.pk}&source=nowhere").context
    assert (mine["total"], client.get(answer["Location"]).context["total"]) == (0, 17)
