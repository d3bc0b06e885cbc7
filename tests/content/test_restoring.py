"""Old revisions: what differs from them, and the way back."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from content import difference, publishing, restoring
from content.errors import GateClosed
from content.models import FAQ, Paragraph, Revision, Role, RoleAspect, Section, Tip
from tests.content.page import read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"


@pytest.fixture
def second(live: Revision, now: datetime) -> Revision:
    """A revision after a day of editing: words changed, rows added, moved and taken away, an anchor and a title renamed."""
    guide = live.guide
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture a bridge.", facts="F006")
    FAQ.objects.filter(anchor="faq-coding").delete()
    Section.objects.get(anchor="faqs").faqs.create(question="Is it fun?", answer="Often.", anchor="faq-fun", order=9)
    tips = list(Tip.objects.order_by("order"))
    Tip.objects.filter(pk=tips[0].pk).update(order=99)
    Section.objects.filter(anchor="key-benefits").update(anchor="benefits")
    Section.objects.filter(anchor="challenges").update(anchor="key-benefits")
    RoleAspect.objects.filter(facts="F013").update(text="Setting a vision")
    Role.objects.filter(key="tpm").update(slug="tpm")
    guide.title = "Another title"
    guide.save()
    return publishing.publish(guide=guide, by=None, now=now + timedelta(days=1))


def test_every_difference_is_named_with_its_place_and_facts(live: Revision, second: Revision) -> None:
    found = {(c.kind, c.place): c for c in difference.changes(live.snapshot, second.snapshot)}
    assert ("changed", "The guide") in found
    changed = found["changed", "Product Manager · Responsibility"]
    assert changed.facts == ("F013",)
    (field,) = changed.fields
    assert [(p.kind, p.text.strip()) for p in field.pieces] == [
        ("old", "Defining product"),
        ("new", "Setting a"),
        ("same", "vision"),
    ]
    assert found["removed", "FAQs About TPM Jobs · Question"].facts == ("F092", "F093")
    assert "Is it fun?" in str(found["added", "FAQs About TPM Jobs · Question"])
    assert found["changed", "What Are TPM Jobs? · Paragraph"].facts == ("F006",)
    assert any(kind == "moved" for kind, _ in found)


def test_equal_snapshots_do_not_differ(live: Revision) -> None:
    assert difference.changes(live.snapshot, live.snapshot) == []


def test_words_are_compared_without_losing_any() -> None:
    pieces = difference.words("one two  three", "one 2  three four")
    assert "".join(p.text for p in pieces if p.kind != "new") == "one two  three"
    assert "".join(p.text for p in pieces if p.kind != "old") == "one 2  three four"


def test_an_older_revision_is_published_again_as_a_new_one(
    live: Revision, second: Revision, editor: User, now: datetime, client: Client
) -> None:
    third = restoring.restore(revision=live, by=editor, now=now + timedelta(days=2))
    assert (third.number, third.note, third.publisher_name) == (3, "Restored revision 1", "Erin Editor")
    assert difference.changes(live.snapshot, third.snapshot) == []
    assert Revision.objects.count() == 3
    text = read(client.get(GUIDE).content).text
    assert "Picture moving a payment service" in text
    assert "Is it fun?" not in text
    # What was linked to in between leads somewhere still.
    assert 'id="benefits"' in client.get(GUIDE).content.decode()
    assert client.get("/roles/tpm/")["Location"] == "/roles/technical-program-manager/"


def test_restoring_what_is_live_only_takes_the_draft_back(live: Revision, editor: User, now: datetime) -> None:
    Paragraph.objects.all().delete()
    assert restoring.restore(revision=live, by=editor, now=now) == live
    assert publishing.draft(live.guide) == live.snapshot


def test_a_revision_that_the_gate_refuses_today_changes_nothing(
    live: Revision, second: Revision, editor: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publishing.draft(second.guide)
    monkeypatch.setattr("content.gate.leads_somewhere", lambda href: False)
    with pytest.raises(GateClosed):
        restoring.restore(revision=live, by=editor, now=now)
    assert publishing.draft(second.guide) == before
    assert Revision.objects.count() == 2


def test_staff_compare_and_restore_in_the_admin(live: Revision, second: Revision, editor: User, client: Client) -> None:
    client.force_login(editor)
    compare = reverse("admin:content_revision_compare_with", args=[second.pk])
    html = client.get(compare).content.decode()
    assert "From revision 1" in html and "to revision 2" in html
    assert '<ins class="bg-green-100' in html
    assert client.get(compare, {"with": live.pk}).status_code == 200
    for wrong in ("0", "x", str(second.pk), "9" * 40):
        assert client.get(compare, {"with": wrong}).status_code == 404
    restore = reverse("admin:content_revision_restore_revision", args=[live.pk])
    assert "Restore revision 1" in client.get(restore).content.decode()
    assert Revision.objects.count() == 2
    assert "Revision 3 is live" in client.post(restore, follow=True).content.decode()
    draft = reverse("admin:content_guide_compare_guide", args=[second.guide_id])
    assert "no difference that a reader would find" in client.get(draft).content.decode()


def test_restoring_needs_the_permission_to_publish(live: Revision, client: Client) -> None:
    from django.contrib.auth.models import Permission

    writer = User.objects.create_user("wim", is_staff=True)
    writer.user_permissions.set(Permission.objects.filter(codename__in=["view_revision", "view_guide"]))
    client.force_login(writer)
    assert client.post(reverse("admin:content_revision_restore_revision", args=[live.pk])).status_code == 403
