"""A revision is written once."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError

from content import guard
from content.errors import RevisionIsImmutable
from content.models import Guide, Revision


def test_saving_a_revision_again_is_refused(live: Revision) -> None:
    live.title = "Other"
    with pytest.raises(RevisionIsImmutable):
        live.save()
    assert Revision.objects.get().title != "Other"


def test_a_revision_cannot_be_saved_over_another(live: Revision) -> None:
    forged = Revision(pk=live.pk, guide=live.guide, number=9, snapshot={}, published_at=live.published_at)
    with pytest.raises(RevisionIsImmutable):
        forged.save()


def test_deleting_a_revision_is_refused(live: Revision) -> None:
    with pytest.raises(RevisionIsImmutable):
        live.delete()
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(title="Other"),
        lambda rows: rows.delete(),
        lambda rows: rows.bulk_update(list(rows), ["title"]),
        lambda rows: rows.update_or_create(number=1, defaults={"title": "Other"}),
    ],
    ids=["update", "delete", "bulk_update", "update_or_create"],
)
@pytest.mark.parametrize("rows", [lambda r: Revision.objects.all(), lambda r: r.guide.revisions.all()])
def test_querysets_of_revisions_refuse_to_write(live: Revision, rows: Any, write: Any) -> None:
    with pytest.raises(RevisionIsImmutable):
        write(rows(live))
    assert Revision.objects.get().title == live.title


def test_a_guide_with_revisions_cannot_be_deleted(live: Revision) -> None:
    with pytest.raises(ProtectedError):
        live.guide.delete()
    assert Guide.objects.count() == 1


# --- The database's own guard, for whoever does not ask the model ---------------------------------------------------------


def rewrite(live: Revision) -> int:
    """A plain manager knows none of the refusals."""
    rows: Any = models.QuerySet(Revision)
    return int(rows.filter(pk=live.pk).update(title="Other"))


def test_the_database_refuses_to_rewrite_a_revision(live: Revision) -> None:
    with pytest.raises(DatabaseError, match="a published revision is never changed"), transaction.atomic():
        rewrite(live)
    assert Revision.objects.get().title == live.title


def test_the_guard_comes_back_after_a_table_was_rebuilt(live: Revision) -> None:
    suffix = f" ON {guard.REVISION.table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {guard.REVISION.name}{suffix}")
    assert rewrite(live) == 1  # without it, nothing else stands in the way
    guard.install()
    guard.install()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rewrite(live)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite guards updates only")
def test_the_database_refuses_to_delete_a_revision(live: Revision) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE content_guide SET live_id = NULL")
        with pytest.raises(DatabaseError, match="never changed"):
            cursor.execute("DELETE FROM content_revision")


def test_an_account_that_published_can_be_deleted(live: Revision, editor: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE content_revision SET published_by_id = %s", [editor.pk])
    editor.delete()
    assert Revision.objects.get().published_by is None
