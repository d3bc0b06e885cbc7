"""The first guide, as rows, as a live revision and as a bare snapshot."""

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from content import first_guide, snapshot
from content.models import Guide, Revision


@pytest.fixture
def draft(db: None) -> Guide:
    """The rows of the first guide, not yet published."""
    guide = first_guide.seed()
    assert guide is not None
    return guide


@pytest.fixture
def live(db: None, now: datetime) -> Revision:
    """The first guide, published."""
    revision = first_guide.ensure(now=now)
    assert revision is not None
    return revision


@pytest.fixture
def editor(db: None) -> User:
    """Erin, who may edit and publish."""
    return User.objects.create_superuser("erin", first_name="Erin", last_name="Editor")


@pytest.fixture(scope="session")
def _first_snapshot(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    with django_db_blocker.unblock(), transaction.atomic():
        guide = first_guide.seed()
        assert guide is not None
        taken = snapshot.take(guide)
        transaction.set_rollback(True)
    return taken


@pytest.fixture
def taken(db: None, _first_snapshot: dict[str, Any]) -> dict[str, Any]:
    """What publishing would store of the first guide; the test may do with it what it likes."""
    return copy.deepcopy(_first_snapshot)


@pytest.fixture
def rendered(db: None, rf: Any, now: datetime) -> Callable[[dict[str, Any]], str]:
    """The public page of a snapshot, published or not."""
    from content import pages

    def page(stored: dict[str, Any]) -> str:
        guide = stored["guide"]
        revision = Revision(slug=guide["slug"], title=guide["title"], snapshot=stored, published_at=now, number=1)
        return pages.guide(rf.get(f"/guides/{guide['slug']}/"), revision).content.decode()

    return page
