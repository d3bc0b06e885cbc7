"""Publishing from the admin: own view, own permission, plain sentences."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from content.models import ComparisonCell, ComparisonColumn, Guide, Paragraph, Revision, Section
from tests.content.page import read


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    """Erin's browser."""
    client.force_login(editor)
    return client


def url(guide: Guide) -> str:
    return reverse("admin:content_guide_publish_guide", args=[guide.pk])


def test_the_page_of_a_sound_draft_offers_to_publish_and_getting_it_changes_nothing(draft: Guide, desk: Client) -> None:
    page = read_admin(desk.get(url(draft)).content)
    assert "Readers do not see this guide yet. Publishing shows it at once." in page
    assert "Publish now" in page
    assert Revision.objects.count() == 0


def test_publishing_names_who_and_why_and_is_logged(draft: Guide, desk: Client, editor: User) -> None:
    response = desk.post(url(draft), {"note": "First edition"}, follow=True)
    revision = Revision.objects.get()
    assert (revision.published_by, revision.publisher_name, revision.note) == (editor, "Erin Editor", "First edition")
    assert response.redirect_chain == [(reverse("admin:content_guide_change", args=[draft.pk]), 302)]
    assert "Revision 1 is live." in response.content.decode()
    assert LogEntry.objects.get().get_change_message() == "Published revision 1."


@pytest.mark.parametrize("send", ["get", "post"])
def test_what_is_in_the_way_is_said_with_a_link_to_the_row(live: Revision, desk: Client, send: str) -> None:
    ComparisonCell.objects.filter(text="On-time delivery").delete()
    column = ComparisonColumn.objects.get(key="kpi")
    html = getattr(desk, send)(url(live.guide)).content.decode()
    assert "The comparison table says nothing for Project Manager under “Common KPI”." in html
    assert reverse("admin:content_comparisoncolumn_change", args=[column.pk]) in html
    assert "Readers go on seeing revision 1 until this is done." in html
    assert "Publish now" not in html
    assert Revision.objects.count() == 1


def test_nothing_new_is_said_and_nothing_made(live: Revision, desk: Client) -> None:
    assert "Nothing has changed since revision 1, which is live." in desk.get(url(live.guide)).content.decode()
    response = desk.post(url(live.guide), follow=True)
    assert "Nothing has changed since revision 1, which is live." in response.content.decode()
    assert Revision.objects.count() == 1


def test_a_note_with_control_characters_is_taken(draft: Guide, desk: Client) -> None:
    desk.post(url(draft), {"note": "a\x00b" + "x" * 1000})
    assert Revision.objects.get().note == "ab" + "x" * 298


def test_publishing_needs_its_own_permission(draft: Guide, client: Client) -> None:
    writer = User.objects.create_user("wim", is_staff=True)
    writer.user_permissions.set(Permission.objects.filter(codename__in=["view_guide", "change_guide"]))
    client.force_login(writer)
    assert client.get(url(draft)).status_code == client.post(url(draft)).status_code == 403
    assert Revision.objects.count() == 0
    assert url(draft) not in client.get(reverse("admin:content_guide_change", args=[draft.pk])).content.decode()


def test_publishing_needs_the_forms_proof(draft: Guide, editor: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert strict.post(url(draft)).status_code == 403
    assert Revision.objects.count() == 0


def test_a_guide_that_is_not_there_is_not_found(db: None, desk: Client) -> None:
    assert desk.get(reverse("admin:content_guide_publish_guide", args=[99])).status_code == 404


# --- The other pages --------------------------------------------------------------------------------------------------------

LISTS = [
    "guide",
    "section",
    "paragraph",
    "point",
    "step",
    "tip",
    "faq",
    "callout",
    "role",
    "roleaspect",
    "comparisoncolumn",
    "comparisoncell",
    "revision",
]


@pytest.mark.parametrize("model", LISTS)
def test_every_list_and_every_row_opens(
    live: Revision, desk: Client, model: str, django_assert_max_num_queries: Any
) -> None:
    from django.apps import apps

    with django_assert_max_num_queries(20):
        assert desk.get(reverse(f"admin:content_{model}_changelist"), {"q": "F011"}).status_code == 200
    with django_assert_max_num_queries(20):
        assert desk.get(reverse(f"admin:content_{model}_changelist")).status_code == 200
    row = apps.get_model("content", model).objects.first()
    assert desk.get(reverse(f"admin:content_{model}_change", args=[row.pk])).status_code == 200


def test_a_fact_is_found_by_its_id(live: Revision, desk: Client) -> None:
    html = desk.get(reverse("admin:content_roleaspect_changelist"), {"q": "F031"}).content.decode()
    assert "Understanding system architecture" in html
    assert "Removing blockers" not in html


def test_a_section_is_edited_with_its_rows_on_one_page(draft: Guide, desk: Client) -> None:
    section = Section.objects.get(anchor="interview-tips")
    paragraph = Paragraph.objects.get(section=section)
    address = reverse("admin:content_section_change", args=[section.pk])
    form = desk.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data["in_contents"] = "on"
    for formset in desk.get(address).context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        data |= {f"{prefix}-{n}": 0 for n in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
    data |= {
        "paragraphs-TOTAL_FORMS": 1,
        "paragraphs-INITIAL_FORMS": 1,
        "paragraphs-0-id": paragraph.pk,
        "paragraphs-0-section": section.pk,
        "paragraphs-0-text": "New words.",
        "paragraphs-0-facts": "F080",
        "paragraphs-0-order": 1,
    }
    response = desk.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    paragraph.refresh_from_db()
    assert paragraph.text == "New words."


def test_a_fact_id_that_is_none_is_refused_beside_its_field(draft: Guide, desk: Client) -> None:
    paragraph = Paragraph.objects.filter(facts="F080").get()
    address = reverse("admin:content_paragraph_change", args=[paragraph.pk])
    data = {"section": paragraph.section_id, "text": "x", "facts": "f80", "order": 1}
    html = desk.post(address, data).content.decode()
    assert "Write fact ids like F011, several with one blank between them." in html


# --- Revisions ---------------------------------------------------------------------------------------------------------------


def test_a_revision_is_looked_at_and_never_touched(live: Revision, desk: Client) -> None:
    change = reverse("admin:content_revision_change", args=[live.pk])
    assert desk.get(reverse("admin:content_revision_add")).status_code == 403
    assert desk.post(change, {"title": "Other"}).status_code == 403
    assert desk.post(reverse("admin:content_revision_delete", args=[live.pk])).status_code == 403
    html = desk.get(change).content.decode()
    assert "Defining product vision" in html
    assert Revision.objects.get().title == live.title


def test_a_revision_shows_as_the_page_it_was(live: Revision, desk: Client) -> None:
    Paragraph.objects.all().delete()
    response = desk.get(reverse("admin:content_revision_as_page", args=[live.pk]))
    assert "Picture moving a payment service" in read(response.content).text
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_the_list_of_revisions_reads_no_snapshot(
    live: Revision, desk: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20) as queries:
        desk.get(reverse("admin:content_revision_changelist"))
    assert [query["sql"] for query in queries if '"content_revision"."snapshot"' in query["sql"]] == []


def read_admin(html: bytes) -> str:
    return " ".join(html.decode().split())
