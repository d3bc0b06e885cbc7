"""Who sees what: role by page, and a coach only the leads of own calls, with fewer of their fields."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bookings.models import Booking, Coach, EventType
from leads import by_hand, calling, services
from leads.admin.verbs import VERBS
from leads.models import Lead
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
BASE = "/admin/leads/lead/"


@pytest.fixture
def theirs(member: Member, make_lead: Callable[..., Lead], stopped: Clock) -> dict[str, Lead]:
    """Two coaches with a lead each, and a lead without a call; each with things that could leak."""
    kind = EventType.objects.create(
        title="Call",
        slug="call",
        duration=timedelta(hours=1),
        slot_interval=timedelta(hours=1),
        location_kind="video",
        location_detail="https://meet.example.org/room",
        enabled=True,
    )
    boss, leads = member("Advisor", "boss"), {}
    for number, name in enumerate(("ann", "ben", "nobody")):
        lead = make_lead(f"{name}-lead@example.org", name=f"Lead of {name}", phone=f"+1215555012{number}")
        Lead.objects.filter(pk=lead.pk).update(first_source="secret-source")
        by_hand.add(lead=lead, words="secret-note", actor="boss", now=stopped.now)
        calling.log_call(lead=lead, outcome="talked", by=boss, now=stopped.now, note="secret-call")
        services.contact(
            name=name,
            email=lead.email or "",
            phone="",
            message=f"Question of {name}",
            page="/contact/?utm_source=secret-utm",
            now=stopped.now,
        )
        leads[name] = lead
        if name == "nobody":
            continue
        coach = Coach.objects.create(name=name, slug=name, user=member("Coach", name))
        start = stopped.now + timedelta(days=1)
        Booking.objects.create(
            coach=coach,
            event_type=kind,
            status="confirmed",
            start=start,
            end=start + timedelta(hours=1),
            busy_start=start,
            busy_end=start + timedelta(hours=1),
            created_at=stopped.now,
            version_at=stopped.now,
            location_kind="video",
            attendee_name=lead.name,
            attendee_email=lead.email,
            lead=lead,
        )
    return leads


def test_a_coach_sees_own_leads_and_of_them_what_they_told(client: Client, theirs: dict[str, Lead]) -> None:
    client.force_login(User.objects.get(username="ann"))
    listed, page = client.get(BASE).text, client.get(f"{BASE}{theirs['ann'].pk}/change/").text
    assert ("Lead of ann" in listed, "Lead of ben" in listed, "Lead of nobody" in listed) == (True, False, False)
    assert "/history/" not in page  # it would be refused
    assert ("Question of ann" in page, "ann-lead@example.org" in page) == (True, True)
    for secret in ("secret-note", "secret-call", "secret-source", "secret-utm", "5550120", "boss", "Score", "Owner"):
        assert secret not in page, secret
        assert secret not in listed, secret


def test_everything_of_another_coachs_lead_is_not_there(client: Client, theirs: dict[str, Lead]) -> None:
    client.force_login(User.objects.get(username="ann"))
    for other in (theirs["ben"].pk, theirs["nobody"].pk, 999_999):
        pages = [f"{BASE}{other}/{page}/" for page in ("change", "history", "delete")]
        pages += [f"{BASE}{other}/evidence.json", *(f"{BASE}{other}/do/{verb}/" for verb in VERBS)]
        for page in pages:
            assert client.get(page).status_code == 404, page
            assert client.post(page, {"note": "x"}).status_code == 404, page
    empty = client.get(f"{BASE}?q=ben-lead")
    assert (empty.context["cl"].result_count, "Lead of ben" in empty.text) == (0, False)
    for action in ("assign_to_me", "export_csv"):
        client.post(BASE, {"action": action, "_selected_action": [row.pk for row in theirs.values()]})
    assert set(Lead.objects.values_list("owner", flat=True)) == {None}
    auto = client.get("/admin/autocomplete/?term=Lead&app_label=bookings&model_name=booking&field_name=lead")
    assert "Lead of ben" not in auto.text


def test_a_coach_cannot_ask_for_what_is_not_shown(client: Client, theirs: dict[str, Lead]) -> None:
    client.force_login(User.objects.get(username="ann"))
    assert client.get(f"{BASE}?q=5550120").context["cl"].result_count == 0
    for lookup in ("phone__startswith=%2B1215", "first_source=secret-source", "activities__summary__contains=x"):
        assert client.get(f"{BASE}?{lookup}").status_code in {302, 400}, lookup
    own = theirs["ann"]
    for verb in VERBS:
        assert client.post(f"{BASE}{own.pk}/do/{verb}/", {"note": "x"}).status_code == 403, verb
    assert client.post(f"{BASE}{own.pk}/change/", {"name": "Mine", "owner": "1"}).status_code == 403
    own.refresh_from_db()
    assert own.name == "Lead of ann"


PAGES = {
    BASE: "OAC",
    f"{BASE}add/": "OA",
    f"{BASE}day/": "OA",
    f"{BASE}board/": "OA",
    "/admin/leads/task/": "OA",
    "/admin/leads/quarantine/": "OA",
    "/admin/leads/sequence/": "OA",
    "/admin/leads/importrun/": "OA",
    "/admin/leads/importrun/upload/": "OA",
    "/admin/leads/advisor/": "OA",
    "/admin/leads/advisor/add/": "O",
    "/admin/leads/calllog/": "OA",
    "/admin/leads/merge/": "OA",
    "/admin/leads/receipt/": "OA",
    "/admin/leads/consent/": "OA",
    "/admin/leads/activity/": "OA",
    "/admin/leads/touch/": "OA",
}


@pytest.mark.parametrize("role", ["Owner", "Advisor", "Coach", "Editor"])
def test_each_role_opens_its_own_pages(client: Client, member: Member, role: str) -> None:
    client.force_login(member(role, "somebody"))
    answers = {page: client.get(page).status_code for page in PAGES}
    assert answers == {page: 200 if role[0] in roles else 403 for page, roles in PAGES.items()}


def test_a_booking_for_a_lead_begins_with_what_is_known(client: Client, theirs: dict[str, Lead]) -> None:
    EventType.objects.get().coaches.set(Coach.objects.all())
    lead, page = theirs["ben"], "/admin/bookings/booking/book-call/"
    for who, known in (("boss", True), ("ann", False), ("ben", True)):
        client.force_login(User.objects.get(username=who))
        answer = client.get(f"{page}?lead={lead.pk}&start=2027-01-13T15:00:00Z")
        assert ("ben-lead@example.org" in answer.text) == known, who
        assert ("5550121" in answer.text.replace("-", "").replace(" ", "")) == (who == "boss"), who
