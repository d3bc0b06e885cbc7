"""Quarantine, sequences, imports and advisors at the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads import first_sequence
from leads.models import Advisor, ImportRun, Lead, Quarantine, Sequence, SequenceStep
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(written: Callable[..., dict[str, Any]], stopped: Clock) -> Quarantine:
    """A message that waits, with a name that would like to be a script."""
    form = written(message="<script>alert(1)</script>\nHello", name="<img src=x>")
    payload = {name: [value] for name, value in form.items() if name not in ("form_time", "company_website")}
    return Quarantine.objects.create(
        entry="contact", received_at=stopped.now, payload=payload, reason="no proof", email="alice@example.org"
    )


def test_a_held_form_is_shown_as_text_and_taken_in_once(client: Client, bob: User, held: Quarantine) -> None:
    base = f"/admin/leads/quarantine/{held.pk}"
    page = client.get(f"{base}/change/").text
    assert ("&lt;script&gt;alert(1)&lt;/script&gt;\nHello" in page, "<script>alert(1)" in page) == (True, False)
    assert "<img src=x>" not in page
    client.get(f"{base}/release-it/")
    assert Lead.objects.count() == 0
    for _ in range(2):
        client.post(f"{base}/release-it/")
    held.refresh_from_db()
    assert (held.state, held.decided_by, Lead.objects.count()) == ("released", "bob", 1)
    assert held.lead.activities.filter(kind="enquiry").count() == 1  # type: ignore[union-attr]


def test_held_forms_are_refused_together(client: Client, bob: User, held: Quarantine) -> None:
    client.post("/admin/leads/quarantine/", {"action": "refuse", "_selected_action": [held.pk]})
    held.refresh_from_db()
    assert (held.state, Lead.objects.count()) == ("refused", 0)
    assert "no proof" not in client.get("/admin/leads/quarantine/").text
    assert "no proof" in client.get("/admin/leads/quarantine/?state=refused").text


def test_a_step_is_edited_reported_and_seen_as_a_mail(client: Client, stopped: Clock) -> None:
    client.force_login(User.objects.create_superuser("owner"))
    sequence = Sequence.objects.create(name="Test")
    step = SequenceStep.objects.create(sequence=sequence, position=1, delay=timedelta(), subject="Hi", body="Words")
    page = f"/admin/leads/sequence/{sequence.pk}/change/"
    form = {
        "name": "Test",
        "purpose": sequence.purpose,
        "active": "on",
        "restart": "continue",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "1",
        "steps-0-id": step.pk,
        "steps-0-sequence": sequence.pk,
        "steps-0-position": "1",
        "steps-0-days": "2",
        "steps-0-hours": "3",
        "steps-0-subject": "Hi {first_name}",
        "steps-0-body": "Hello {frist_name} {name.__class__} <script>",
        "steps-0-active": "on",
    }
    assert client.post(page, form).status_code == 302
    step.refresh_from_db()
    assert (step.delay, step.subject) == (timedelta(days=2, hours=3), "Hi {first_name}")
    assert "Step 1: {frist_name}, {name.__class__} is no placeholder" in client.get(page).text
    preview = f"/admin/leads/sequence/{sequence.pk}/step/{step.pk}/"
    assert "Hi there" in client.get(preview).text
    alone = client.get(f"{preview}html/")
    assert ("<script>" in alone.text, "sandbox" in alone["Content-Security-Policy"]) == (False, True)
    assert client.post(page, {**form, "steps-0-days": "-1"}).status_code == 200


def test_every_step_that_ships_can_be_seen(client: Client, bob: User) -> None:
    first_sequence.write()
    for step in SequenceStep.objects.all():
        page = client.get(f"/admin/leads/sequence/{step.sequence_id}/step/{step.pk}/")
        assert (page.status_code, page.context["odd"]) == (200, [])


def upload(client: Client, content: bytes, **other: Any) -> Any:
    data = {"file": SimpleUploadedFile("l.csv", content), "purposes": [], "consent_source": "", **other}
    return client.post("/admin/leads/importrun/upload/", data, follow=False)


def test_a_file_is_checked_reported_and_brought_in(client: Client, bob: User, stopped: Clock) -> None:
    content = b"name,email\nAnn,ann@example.org\nBen,nonsense\n"
    page = upload(client, content)["Location"]
    told = client.get(page).text
    assert ("Checked, nothing brought in yet" in told, "nobody may mail or call them" in told) == (True, True)
    assert "(&#x27;" not in told
    assert ("This is no e-mail address." in told, "Bring in 1 line" in told) == (True, True)
    assert Lead.objects.count() == 0
    run = ImportRun.objects.get()
    client.get(f"/admin/leads/importrun/{run.pk}/do/start/")
    assert Lead.objects.count() == 0
    for _ in range(2):
        client.post(f"/admin/leads/importrun/{run.pk}/do/start/")
    run.refresh_from_db()
    assert (run.state, [lead.email for lead in Lead.objects.all()]) == ("done", ["ann@example.org"])
    assert "Ann" in client.get(f"{page}?rows=new&page=zz").text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x\n1\n", b'email\n"a', b"email\x00"])
def test_a_broken_file_brings_in_nothing(client: Client, bob: User, stopped: Clock, content: bytes) -> None:
    assert (upload(client, content).status_code, ImportRun.objects.count()) == (422, 0)


def test_consents_need_their_source(client: Client, bob: User, stopped: Clock) -> None:
    answer = upload(client, b"email\na@example.org\n", purposes=["interview-preparation"])
    assert (answer.status_code, "Say where and when these people agreed" in answer.text) == (422, True)


def test_an_advisors_hours_are_ticked(client: Client) -> None:
    owner = User.objects.create_superuser("owner")
    client.force_login(owner)
    form = {"user": owner.pk, "takes_leads": "on", "time_zone": "America/Chicago", "opens": "9:00", "closes": "17:00"}
    page = "/admin/leads/advisor/add/"
    assert client.post(page, {**form, "weekdays": ["4", "0"]}).status_code == 302
    assert Advisor.objects.get().weekdays == "04"
    assert "09:00 to 17:00, Mon, Fri" in client.get("/admin/leads/advisor/").text
    again = client.post(
        f"/admin/leads/advisor/{Advisor.objects.get().pk}/change/", {**form, "closes": "8:00", "weekdays": ["0"]}
    )
    assert "The office closes after it opens." in again.text


def test_an_empty_list_says_whether_nothing_is_there_or_nothing_matches(
    client: Client, bob: User, make_lead: Callable[..., Lead]
) -> None:
    empty, full = "/admin/leads/task/", "/admin/leads/lead/"
    assert "Nothing here yet" in client.get(empty).text
    make_lead(name="Grace")
    assert "Nothing here yet" not in client.get(full).text
    for narrowed in ("?q=nobody", "?stage__exact=lost"):
        shown = client.get(full + narrowed).text
        assert ("Nothing matches" in shown, "Show everything" in shown) == (True, True)
