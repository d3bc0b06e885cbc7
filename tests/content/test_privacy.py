"""What the content room shows of a person, and lets go of, when the house is asked."""

from datetime import datetime

import pytest
from django.db import transaction

from content import questions
from content.models import QuizResult, ReaderQuestion, Revision
from leads.people import ensure_lead
from mail import privacy

pytestmark = pytest.mark.django_db
GRACE, ALICE = "grace@example.org", "alice@example.org"


@pytest.fixture
def holder() -> privacy.Holder:
    return next(each for each in privacy.holders() if each.name == "content")


@pytest.fixture
def asked(live: Revision, now: datetime) -> None:
    """Two people asked a question each."""
    for email in (GRACE, ALICE):
        questions.ask(guide=live.guide, question=f"What does {email} ask?", name="", email=email, now=now)


def test_an_export_holds_what_an_erasure_takes(asked: None, holder: privacy.Holder, now: datetime) -> None:
    told = holder.export(GRACE)
    assert [(row["what"], row["question"]) for row in told] == [
        ("Question under a guide", "What does grace@example.org ask?")
    ]
    with transaction.atomic():
        assert holder.erase(GRACE, now) == 1
    assert holder.export(GRACE) == []
    assert [row.email for row in ReaderQuestion.objects.all()] == [ALICE]


def test_somebody_of_whom_nothing_is_known_is_no_trouble(live: Revision, holder: privacy.Holder, now: datetime) -> None:
    with transaction.atomic():
        ensure_lead(email=GRACE, name="", now=now)
        assert holder.erase(GRACE, now) == 0
    assert (holder.export("nobody@example.org"), QuizResult.objects.count()) == ([], 0)
