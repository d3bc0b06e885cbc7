"""The staff's page of a lead: the timeline, and every change written down."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from leads import services
from leads.admin.verbs import VERBS
from leads.models import Activity, Consent, ConsentText, Lead, Receipt, Stage
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


def test_the_page_of_a_lead_tells_everything_that_happened(
    client: Client, bob: User, stopped: Clock, link: MakeLink
) -> None:
    services.subscribe(
        email="alice@example.org",
        name="<b>Alice</b>",
        role_of_interest="tpm",
        phone="",
        best_time_to_call="",
        wants_list=True,
        wants_call=False,
        page="/subscribe/?utm_source=news",
        came_from="/contact/",
        now=stopped.now,
        address="203.0.113.9",
    )
    services.contact(
        name="Alice",
        email="alice@example.org",
        phone="",
        message="Hello <script>alert(1)</script>",
        page="/contact/",
        now=stopped.forward(hours=1),
    )
    lead = Lead.objects.get()
    services.confirm(token=link(lead, "confirm"), shown=[Consent.objects.get().pk], now=stopped.forward(hours=1))
    page = client.get(change(lead)).text
    for said in (
        "Left the address, asked for interview-preparation emails",
        "Interview-preparation emails: confirmed",
        "Send me interview-preparation emails (about five).",
        "/subscribe/ ← news",
        "Wrote through the contact form",
        "Hello &lt;script&gt;alert(1)&lt;/script&gt;",
        "Confirmed the e-mail address",
        "New → Confirmed",
        "Other details were given for this address: name",
    ):
        assert said in page, said
    assert "<script>alert(1)" not in page
    assert "<b>Alice" not in page


def test_what_is_not_known_of_a_visit_is_called_unknown(client: Client, bob: User, make_lead: MakeLead) -> None:
    assert client.get(change(make_lead())).text.count("unknown") == 2


def test_every_change_is_a_line_with_a_name(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead = make_lead()
    assert client.post(change(lead), form(lead, name="Alice B.")).status_code == 302
    do(client, lead, "stage", stage="contacted")
    do(client, lead, "note", note="Left a voicemail")
    assert lines(lead) == [("Changed: Name", "bob"), ("New → Contacted", "bob"), ("Note", "bob")]
    assert lead.activities.get(kind="note").data == {"note": "Left a voicemail"}


def test_a_lost_lead_has_a_reason_and_no_other_has_one(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead
) -> None:
    lead = make_lead()
    answer = client.post(verb(lead, "stage"), {"stage": "lost"})
    assert (answer.status_code, "Say why this lead is lost." in answer.text) == (422, True)
    do(client, lead, "stage", stage="lost", why="Too far away")
    lead.refresh_from_db()
    assert (lead.stage, lead.lost_reason) == (Stage.LOST, "Too far away")
    do(client, lead, "stage", stage="contacted", why="Moved")
    lead.refresh_from_db()
    assert (lead.stage, lead.lost_reason) == (Stage.CONTACTED, "")
    assert [summary for summary, _ in lines(lead)] == ["New → Lost: Too far away", "Lost → Contacted"]


def test_a_new_address_is_unproven(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    lead = make_lead()
    Lead.objects.update(confirmed_at=stopped.now)
    client.post(change(lead), form(lead, email="Alice@New.example"))
    lead.refresh_from_db()
    assert (lead.email, lead.confirmed_at) == ("alice@new.example", None)


def test_staff_make_a_lead_from_a_phone_number_once(client: Client, bob: User, stopped: Clock) -> None:
    made = {"name": "Carol", "phone": "+12155550123"}
    assert client.post(LIST_PAGE + "add/", made).status_code == 302
    lead = Lead.objects.get()
    assert (lead.email, str(lead.phone), lead.created_at) == (None, "+12155550123", stopped.now)
    assert lines(lead) == [("Made by staff", "bob")]
    assert client.post(LIST_PAGE + "add/", made)["Location"] == change(lead)
    nobody = client.post(LIST_PAGE + "add/", {"name": "Nobody"})
    assert "Enter an e-mail address or a phone number." in nobody.text
    assert Lead.objects.count() == 1


def test_leads_are_taken_by_the_one_who_acts(client: Client, bob: User, stopped: Clock, make_lead: MakeLead) -> None:
    leads = [make_lead("a@example.org"), make_lead("b@example.org")]
    for _ in range(2):
        client.post(LIST_PAGE, {"action": "assign_to_me", "_selected_action": [lead.pk for lead in leads]})
    assert {lead.owner for lead in Lead.objects.all()} == {bob}
    assert [lines(lead) for lead in leads] == [[("Assigned to bob", "bob")]] * 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["alice", "bruno"]),
        ("?q=ALICE@", ["alice"]),
        ("?q=bruno", ["bruno"]),
        ("?stage__exact=call_booked", ["bruno"]),
        ("?role_of_interest__exact=tpm", ["alice"]),
        ("?confirmed=yes", ["bruno"]),
        ("?confirmed=no", ["alice"]),
        ("?call=yes", []),
        ("?call=no", ["alice", "bruno"]),
    ],
)
def test_leads_are_found_by_what_is_known(
    client: Client, bob: User, make_lead: MakeLead, now: datetime, query: str, found: list[str]
) -> None:
    make_lead("alice@example.org", name="alice", role_of_interest="tpm")
    bruno = make_lead("other@example.org", name="bruno")
    Lead.objects.filter(pk=bruno.pk).update(stage="call_booked", confirmed_at=now)
    page = client.get(LIST_PAGE + query)
    assert sorted(str(row) for row in page.context["cl"].result_list) == found


def test_the_list_takes_the_same_number_of_queries_for_one_lead_and_for_three(
    client: Client, bob: User, make_lead: MakeLead, django_assert_num_queries: Any
) -> None:
    make_lead("a@example.org")
    client.get(LIST_PAGE)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(LIST_PAGE)
    make_lead("b@example.org")
    make_lead("c@example.org")
    with django_assert_num_queries(len(one)):
        client.get(LIST_PAGE)


@pytest.mark.parametrize("model", ["consenttext", "consent", "activity", "touch"])
def test_what_proves_something_can_only_be_read(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, model: str
) -> None:
    client.force_login(User.objects.create_superuser("owner"))
    lead = make_lead()
    services.choose(token=link(lead, "preferences"), wanted=["phone-call"], now=stopped.now, address="")
    services.contact(name="A", email="alice@example.org", phone="", message="x", page="/contact/", now=stopped.now)
    rows = {
        "consenttext": ConsentText.objects.first(),
        "consent": Consent.objects.first(),
        "activity": Activity.objects.first(),
        "touch": lead.touches.first(),
    }
    row = rows[model]
    assert row is not None
    base = f"/admin/leads/{model}/"
    assert client.get(base).status_code == 200
    assert client.get(f"{base}{row.pk}/change/").status_code == 200
    assert client.post(f"{base}{row.pk}/change/", {}).status_code == 403
    assert client.get(f"{base}add/").status_code == 403
    assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_person_is_erased_with_a_receipt_and_never_deleted(
    client: Client, stopped: Clock, make_lead: MakeLead
) -> None:
    client.force_login(User.objects.create_superuser("owner"))
    lead = make_lead()
    assert client.post(f"{LIST_PAGE}{lead.pk}/delete/", {"post": "yes"}).status_code == 403
    do(client, lead, "erase", why="Wrote to us")
    assert (Lead.objects.present().count(), Receipt.objects.get().how) == (0, "Wrote to us")
    assert "This person was erased" in client.get(change(lead)).text


@pytest.mark.parametrize("value", ["\x00", "x" * 100_000, "a\u202eb"])
def test_hostile_values_get_a_sentence(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead, value: str
) -> None:
    lead = make_lead()
    for field in ("name", "email", "phone", "best_time_to_call", "time_zone", "heard_of"):
        assert client.post(change(lead), form(lead, **{field: value})).status_code in {200, 302}
    for name in VERBS:
        if name not in ("replied", "erase"):
            every = dict.fromkeys(("note", "outcome", "call_back_at", "what", "due_at", "owner", "why", "row"), value)
            every |= {"stage": "lost", "other": value}
            assert client.post(verb(lead, name), every).status_code in {302, 422}, name


def test_dates_that_no_clock_knows_get_a_sentence(
    client: Client, bob: User, stopped: Clock, make_lead: MakeLead
) -> None:
    lead = make_lead()
    for odd in ("0001-01-01T00:00", "9999-12-31T23:59", "2027-03-14T02:30"):
        answer = client.post(verb(lead, "task"), {"what": "Call", "due_at": odd})
        assert answer.status_code == 422


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 5000, "o=9.9.x", "p=99999", "e=1", "stage__exact=%00"])
def test_odd_queries_are_harmless(client: Client, bob: User, make_lead: MakeLead, query: str) -> None:
    make_lead()
    assert client.get(f"{LIST_PAGE}?{query}").status_code in {200, 302, 400}
