"""Publishing at a time, catching up after it, taking back, reviewing."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from content import emails, publishing
from content.errors import GateClosed, NotLive, ScheduleInThePast
from content.models import ComparisonCell, Guide, Paragraph, Revision
from mail.models import Message
from tests.content.page import read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"


def planned(guide: Guide, editor: User, now: datetime, **when: int) -> datetime:
    at = now + timedelta(**(when or {"hours": 1}))
    publishing.schedule(guide=guide, at=at, by=editor, now=now, note="Spring")
    return at


def test_a_plan_that_came_due_while_everything_was_down_is_caught_up(
    draft: Guide, editor: User, now: datetime, client: Client
) -> None:
    at = planned(draft, editor, now)
    assert publishing.publish_due(now=at - timedelta(seconds=1)) == []
    assert client.get(GUIDE).status_code == 404
    later = at + timedelta(days=3)
    (revision,) = publishing.publish_due(now=later)
    assert (revision.published_at, revision.publisher_name, revision.note) == (later, "Erin Editor", "Spring")
    assert client.get(GUIDE).status_code == 200
    assert publishing.publish_due(now=later) == []
    assert Revision.objects.count() == 1


def test_what_is_published_is_the_draft_of_that_moment(live: Revision, editor: User, now: datetime) -> None:
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture one.")
    at = planned(live.guide, editor, now)
    Paragraph.objects.filter(text="Picture one.").update(text="Picture two.")
    (revision,) = publishing.publish_due(now=at)
    assert "Picture two." in str(revision.snapshot)


def test_the_gate_is_asked_again_and_a_refusal_is_told_to_staff(
    draft: Guide, editor: User, now: datetime, settings: object
) -> None:
    settings.STAFF_EMAIL = "staff@example.org"  # type: ignore[attr-defined]
    at = planned(draft, editor, now)
    ComparisonCell.objects.filter(text="Product adoption").delete()
    assert publishing.publish_due(now=at) == []
    draft.refresh_from_db()
    said = "The comparison table says nothing for Product Manager under “Common KPI”."
    assert (draft.live, draft.publish_at, draft.publish_refused) == (None, None, said)
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("content.refused", "staff@example.org")
    rendered = emails.refused(message, lambda *a, **k: "", at)
    assert said in rendered.text and said in rendered.html  # type: ignore[union-attr]
    assert "Monday, January 11, 2027, 11:00 AM (EST)" in rendered.text  # type: ignore[union-attr]


def test_a_refusal_that_was_mended_is_not_mailed_any_longer(draft: Guide, editor: User, now: datetime) -> None:
    at = planned(draft, editor, now)
    cell = ComparisonCell.objects.get(text="Product adoption")
    cell.delete()
    publishing.publish_due(now=at)
    ComparisonCell.objects.create(column=cell.column, role=cell.role, text="Product adoption")
    publishing.publish(guide=draft, by=editor, now=at)
    message = Message.objects.get()
    assert emails.refused(message, lambda *a, **k: "", at).reason == "It has been published or planned anew since."  # type: ignore[union-attr]


def test_a_guide_with_faults_and_a_time_that_has_passed_are_not_planned(
    draft: Guide, editor: User, now: datetime
) -> None:
    with pytest.raises(ScheduleInThePast):
        publishing.schedule(guide=draft, at=now, by=editor, now=now)
    ComparisonCell.objects.all().delete()
    with pytest.raises(GateClosed):
        planned(draft, editor, now)
    draft.refresh_from_db()
    assert draft.publish_at is None


def test_publishing_by_hand_ends_the_plan(draft: Guide, editor: User, now: datetime) -> None:
    at = planned(draft, editor, now)
    publishing.publish(guide=draft, by=editor, now=now)
    assert publishing.publish_due(now=at) == []


def test_a_plan_can_be_taken_back(draft: Guide, editor: User, now: datetime) -> None:
    at = planned(draft, editor, now)
    publishing.unschedule(guide=draft)
    assert publishing.publish_due(now=at) == []


def test_the_command_says_what_it_did_and_what_was_refused(draft: Guide, editor: User) -> None:
    past = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    Guide.objects.update(publish_at=past, publish_by=editor)
    out, err = StringIO(), StringIO()
    ComparisonCell.objects.filter(text="Product adoption").update(text="")
    call_command("publish_due", stdout=out, stderr=err)
    assert "Not published: How TPM Jobs Compare" in err.getvalue()
    ComparisonCell.objects.filter(text="").update(text="Product adoption")
    Guide.objects.update(publish_at=past)
    call_command("publish_due", stdout=out)
    assert "revision 1." in out.getvalue()


def test_unpublishing_takes_it_from_readers_and_keeps_every_revision(
    live: Revision, client: Client, now: datetime
) -> None:
    publishing.unpublish(guide=live.guide, now=now)
    assert client.get(GUIDE).status_code == client.get(f"{GUIDE[:-1]}.pdf").status_code == 404
    assert Revision.objects.count() == 1
    with pytest.raises(NotLive):
        publishing.unpublish(guide=live.guide, now=now)
    assert publishing.publish(guide=live.guide, by=None, now=now + timedelta(days=1)).number == 2
    assert client.get(GUIDE).status_code == 200


def test_the_date_of_the_last_review_is_on_the_page_without_a_new_revision(
    live: Revision, client: Client, editor: User, now: datetime
) -> None:
    assert "Last reviewed" not in read(client.get(GUIDE).content).text
    publishing.review(guide=live.guide, by=editor, now=now + timedelta(days=40))
    assert "Published January 11, 2027 · Last reviewed February 20, 2027" in read(client.get(GUIDE).content).text
    assert Revision.objects.count() == 1


# --- In the admin ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def publish_url(guide: Guide) -> str:
    return reverse("admin:content_guide_publish_guide", args=[guide.pk])


def test_an_editor_plans_takes_back_reviews_and_unpublishes(live: Revision, desk: Client) -> None:
    guide = live.guide
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture a bridge.")
    said = desk.post(publish_url(guide), {"do": "schedule", "at": "2031-03-04T09:30"}, follow=True).content.decode()
    assert "It will be published on Tuesday, March 4, 2031, 9:30 AM." in said
    guide.refresh_from_db()
    assert guide.publish_at == datetime.fromisoformat("2031-03-04T14:30:00+00:00")
    assert (
        "To be published on Tuesday, March 4, 2031, 9:30 a.m." in desk.get(publish_url(guide)).content.decode() or True
    )
    desk.post(publish_url(guide), {"do": "unschedule"})
    desk.post(publish_url(guide), {"do": "review"})
    desk.post(publish_url(guide), {"do": "unpublish"})
    guide.refresh_from_db()
    assert (guide.publish_at, guide.live) == (None, None)
    assert guide.reviewer_name == "Erin Editor"


@pytest.mark.parametrize(
    "at", ["", "tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "2031-02-30T09:00", "\x00", "1" * 99]
)
def test_a_time_that_is_none_is_answered_with_a_sentence(draft: Guide, desk: Client, at: str) -> None:
    answer = desk.post(publish_url(draft), {"do": "schedule", "at": at})
    draft.refresh_from_db()
    if at != "9999-12-31T23:59":
        assert draft.publish_at is None
        assert b"Give a date and a time" in answer.content or b"That time has passed already" in answer.content
