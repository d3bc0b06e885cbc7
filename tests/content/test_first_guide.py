"""The first guide is seeded once and then belongs to its editors."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from content import first_guide
from content.models import Guide, Paragraph, Revision, Role, Section

COUNTED = (Guide, Section, Paragraph, Role, Revision)


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def run() -> str:
    out = StringIO()
    call_command("first_guide", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_publishes_once_and_then_changes_nothing() -> None:
    assert run() == "Published How TPM Jobs Compare to Product and Project Management Roles · revision 1.\n"
    before = counts()
    assert run() == "There is a guide already; nothing was changed.\n"
    assert counts() == before
    assert before[0] == before[4] == 1


def test_what_editors_have_changed_is_left_alone(live: Revision, now: datetime) -> None:
    Section.objects.filter(anchor="faqs").delete()
    Guide.objects.update(slug="renamed", title="Ours now")
    assert first_guide.ensure(now=now + timedelta(days=1)) is None
    assert (Guide.objects.get().title, Section.objects.filter(anchor="faqs").exists()) == ("Ours now", False)
    assert Revision.objects.get() == live


def test_a_seeding_that_died_before_publishing_is_finished(draft: Guide, now: datetime) -> None:
    revision = first_guide.ensure(now=now)
    assert revision is not None
    assert (revision.guide, revision.number) == (draft, 1)


def test_another_guide_keeps_the_first_one_from_being_seeded(db: None, now: datetime) -> None:
    Guide.objects.create(slug="other", title="Other", description="Other.")
    assert first_guide.ensure(now=now) is None
    assert Guide.objects.count() == 1
