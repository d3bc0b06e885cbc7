"""From rows to a live revision."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content import first_guide, publishing, snapshot
from content.errors import GateClosed, NothingToPublish
from content.models import ComparisonCell, Guide, Paragraph, Revision, Section


def test_publishing_makes_the_rows_live(draft: Guide, editor: User, now: datetime) -> None:
    revision = publishing.publish(guide=draft, by=editor, now=now, note="  First.  ")
    draft.refresh_from_db()
    assert draft.live == revision
    assert (revision.number, revision.slug, revision.title) == (1, draft.slug, draft.title)
    assert (revision.published_at, revision.published_by) == (now, editor)
    assert (revision.publisher_name, revision.note) == ("Erin Editor", "First.")
    assert revision.snapshot == snapshot.take(draft)


def test_readers_see_an_edit_only_once_it_is_published(live: Revision, client: Client, now: datetime) -> None:
    paragraph = Paragraph.objects.get(text__startswith="Picture moving")
    Paragraph.objects.filter(pk=paragraph.pk).update(text="Picture a bridge.")
    url = f"/guides/{live.slug}/"
    assert b"Picture a bridge." not in client.get(url).content
    second = publishing.publish(guide=live.guide, by=None, now=now + timedelta(days=1))
    assert second.number == 2
    assert b"Picture a bridge." in client.get(url).content
    live.refresh_from_db()
    assert "Picture moving" in str(live.snapshot)


def test_a_guide_that_fails_the_gate_stays_as_it_was(live: Revision, now: datetime) -> None:
    ComparisonCell.objects.filter(text="Product adoption").delete()
    with pytest.raises(GateClosed) as closed:
        publishing.publish(guide=live.guide, by=None, now=now)
    assert [problem.sentence for problem in closed.value.problems] == [
        "The comparison table says nothing for Product Manager under “Common KPI”."
    ]
    assert Revision.objects.count() == 1
    assert Guide.objects.get().live == live


def test_publishing_twice_without_a_change_says_so(live: Revision, now: datetime) -> None:
    with pytest.raises(NothingToPublish, match=r"^Nothing has changed since revision 1, which is live\.$"):
        publishing.publish(guide=live.guide, by=None, now=now)
    assert Revision.objects.count() == 1


def test_the_name_of_the_publisher_outlives_the_account(draft: Guide, editor: User, now: datetime) -> None:
    revision = publishing.publish(guide=draft, by=editor, now=now)
    editor.delete()
    revision.refresh_from_db()
    assert (revision.published_by, revision.publisher_name) == (None, "Erin Editor")


def test_a_snapshot_takes_the_same_queries_for_one_section_and_for_many(draft: Guide) -> None:
    with CaptureQueriesContext(
        connection,
    ) as many:
        snapshot.take(draft)
    Section.objects.exclude(anchor="faqs").delete()
    with CaptureQueriesContext(connection) as one:
        snapshot.take(draft)
    assert len(one) == len(many) == 12


@pytest.mark.django_db(transaction=True)
def test_publishing_is_one_durable_transaction(now: datetime) -> None:
    guide = first_guide.seed()
    assert guide is not None
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        publishing.publish(guide=guide, by=None, now=now)
    assert Revision.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_editors_who_publish_at_once_make_one_revision(now: datetime) -> None:
    guide = first_guide.seed()
    assert guide is not None
    together = threading.Barrier(4)

    def publish(_: int) -> str:
        try:
            connection.ensure_connection()
            together.wait(timeout=10)
            return str(publishing.publish(guide=Guide(pk=guide.pk), by=None, now=now).number)
        except NothingToPublish as nothing:
            return str(nothing)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(publish, range(4)))
    assert said == ["1"] + ["Nothing has changed since revision 1, which is live."] * 3
    assert Revision.objects.count() == 1
