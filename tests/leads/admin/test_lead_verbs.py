"""What staff do on the page of a lead: tasks, calls, merges, sequences, evidence, export."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from leads import consents, first_sequence
from leads.models import LIST, Lead
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]
MakeLink = Callable[..., str]
LIST_PAGE = "/admin/leads/lead/"


def change(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])


def verb(lead: Lead, name: str) -> str:
    return reverse("admin:leads_lead_do", args=[lead.pk, name])


def do(client: Client, lead: Lead, name: str, **data: Any) -> None:
    """Press the button of a verb; it must be done."""
    answer = client.post(verb(lead, name), data)
    assert answer.status_code == 302, answer.text


def form(lead: Lead, **other: Any) -> dict[str, Any]:
    """The change form as it stands, with something changed."""
    names = ("name", "email", "phone", "role_of_interest", "best_time_to_call", "time_zone", "heard_of")
    return {**{name: getattr(lead, name) or "" for name in names}, **other}


def lines(lead: Lead) -> list[tuple[str, str]]:
    return [(row.summary, row.actor) for row in lead.activities.order_by("pk")]


def test_tasks_are_added_done_and_opened_again(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead = make_lead()
    do(client, lead, "task", what="Send the dates", due_at="2027-01-11T09:00", owner=bob.pk)
    task = lead.tasks.get()
    stopped.forward(days=1)
    assert "overdue" in client.get(change(lead)).text
    assert "Send the dates" in client.get("/admin/leads/task/?which=overdue").text
    do(client, lead, "done", row=task.pk)
    assert client.get("/admin/leads/task/?which=overdue").context["cl"].result_count == 0
    do(client, lead, "reopen", row=task.pk)
    task.refresh_from_db()
    assert (task.done_at, task.owner) == (None, bob)


def test_a_row_of_another_lead_is_not_there(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead, other = make_lead(), make_lead("b@example.org")
    do(client, other, "task", what="Theirs", due_at="2027-01-12T09:00")
    answer = client.post(verb(lead, "done"), {"row": other.tasks.get().pk})
    assert (answer.status_code, other.tasks.get().done_at) == (422, None)


def test_a_call_is_written_down_from_its_form(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead = make_lead(phone="+12155550123")
    assert "2155550123" in client.get(verb(lead, "call")).text.replace(" ", "").replace("-", "")
    refused = client.post(verb(lead, "call"), {"outcome": "call_back"})
    assert (refused.status_code, "Say when to call back" in refused.text) == (422, True)
    do(client, lead, "call", outcome="call_back", call_back_at="2027-01-12T10:00", note="Busy")
    do(client, lead, "call", outcome="do_not_call")
    assert "Do not call" in client.get(change(lead)).text
    do(client, lead, "allow-calls", why="Phoned us")
    lead.refresh_from_db()
    assert (lead.do_not_call, [row.outcome for row in lead.calls.all()]) == (False, ["do_not_call", "call_back"])


def test_two_rows_become_one_and_two_again(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead, other = make_lead(phone="+12155550123"), make_lead("b@example.org", name="Other", phone="+12155550123")
    assert "has the same phone number" in client.get(change(lead)).text
    do(client, lead, "merge", other="B@example.org")
    assert "was merged into" in client.get(change(other)).text
    assert client.post(verb(other, "note"), {"note": "x"}).status_code == 422
    assert client.post(change(other), form(other, name="x")).status_code == 403
    do(client, lead, "undo", row=lead.merges.get().pk)
    assert Lead.objects.present().count() == 2


def test_mails_stand_on_the_timeline_with_their_state_and_sequences_can_be_stopped(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead
) -> None:
    lead = make_lead()
    first_sequence.write()
    with transaction.atomic():
        consents.give(lead=lead, purpose=LIST, how="Preferences page", address="", now=stopped.now)
    page = client.get(change(lead)).text
    assert page.count("Mail “Interview preparation”: waiting") == 5
    assert "Running, 5 mails to go" in page
    row = lead.enrolments.get()
    do(client, lead, "stop", row=row.pk)
    page = client.get(change(lead)).text
    assert "Stopped by staff; 5 mails to go" in page
    do(client, lead, "restart", row=row.pk)
    assert "Running, 5 mails to go" in client.get(change(lead)).text


def test_the_evidence_of_consent_is_a_file(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    client.force_login(bob)  # by the clock that stands still
    lead = make_lead()
    base = f"{LIST_PAGE}{lead.pk}/evidence"
    assert client.get(f"{base}.json").json()["lead"] == lead.pk
    assert "attachment" in client.get(f"{base}.txt")["Content-Disposition"]
    assert client.get(f"{base}.exe").status_code == 404


def test_an_export_holds_no_formula(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    client.force_login(bob)  # by the clock that stands still
    lead = make_lead(name="=1+1")
    answer = client.post(LIST_PAGE, {"action": "export_csv", "_selected_action": [lead.pk]})
    text = b"".join(answer).decode()  # type: ignore[arg-type]
    assert text.splitlines()[1].split(",")[0] == '"\'=1+1"'


def test_the_list_never_counts_to_its_end(
    client: Client, bob: User, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.admin.lead_list.COUNTED", 2)
    for number in range(3):
        make_lead(f"{number}@example.org")
    page = client.get(LIST_PAGE)
    assert page.context["cl"].result_count == 2
