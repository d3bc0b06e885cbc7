"""From draft rows to an immutable edition: check, copy under a lock, make it the one that is asked."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from content import document, selectors
from content.errors import GateClosed
from content.models import QuizEdition, QuizQuestion
from content.publishing import name_of
from content.quiz import drafts, gate, lines
from content.quiz.errors import NothingNew

NO_PHONE = document.Phone("", "")


def publish(*, by: User | None, now: datetime, note: str = "") -> QuizEdition:
    """Copy the draft into a new edition, which is asked from now on; raises GateClosed or NothingNew.

    1. Lock the draft's questions, so that two editors cannot give two editions one number.
    2. Read the rows once and ask the gate about exactly what will be stored.
    3. Insert the edition. Results keep the edition they were taken with.
    """
    facts = known_facts()
    with transaction.atomic(durable=True):
        list(QuizQuestion.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        taken = drafts.take()
        if problems := gate.problems(taken, facts=facts):
            raise GateClosed(problems)
        newest = live()
        if newest is not None and newest.snapshot == taken:
            raise NothingNew(newest.number)
        edition = QuizEdition(
            number=newest.number + 1 if newest else 1,
            snapshot=taken,
            published_at=now,
            published_by=by,
            publisher_name=name_of(by),
            note=note.strip()[:300],
        )
        edition.save()
    return edition


def live() -> QuizEdition | None:
    """The edition that is asked now."""
    return QuizEdition.objects.order_by("-number").first()


def known_facts() -> set[str]:
    """The facts that the first published guide states; none where no guide is published."""
    revision = selectors.first_live()
    return set(lines.index(document.build(revision.snapshot, phone=NO_PHONE))) if revision else set()
