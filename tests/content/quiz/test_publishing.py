"""A new wording is a new edition, and no old result moves by a point or a word."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError
from django.test import Client

from content import guard
from content.errors import GateClosed
from content.models import QuizEdition, QuizOption, QuizQuestion, QuizResult
from content.quiz import publishing
from content.quiz.errors import EditionIsImmutable, NothingNew
from tests.content.quiz.conftest import PJM, PM, TPM, Take, stored


def test_a_changed_wording_never_shifts_an_old_result(
    take: Take, client: Client, now: datetime, editor: User, give: Any
) -> None:
    place = take([TPM, TPM, TPM, PM, PM, PJM], pick__q2_second=PM)
    before = shown(client, place)
    QuizQuestion.objects.filter(key="q1").update(prompt="What would you rather own?")
    option = QuizOption.objects.get(question__key="q2", key=TPM)
    option.label = "Something else altogether"
    option.save()
    # Even an answer that changes sides counts for the old result what it counted then.
    QuizOption.objects.filter(question__key="q3", key=TPM).update(role=PM)
    QuizOption.objects.filter(question__key="q3", key=PM).update(role=TPM)
    second = publishing.publish(by=editor, now=now, note="Clearer")
    assert (second.number, second.publisher_name, second.note) == (2, "Erin Editor", "Clearer")

    assert shown(client, place) == before
    assert stored().edition.number == 1
    assert "What would you rather own?" in client.get("/quiz/").content.decode()
    # Whoever has the old page open still answers the old questions.
    client.post("/quiz/", give([PM] * 6, edition="1"))
    client.post("/quiz/", give([PM] * 6, edition="2"))
    newest = QuizResult.objects.order_by("pk").values_list("edition__number", "product_manager", "tpm")
    assert list(newest)[1:] == [(1, 12, 0), (2, 10, 2)]


def shown(client: Client, place: str) -> str:
    """The page without what differs at every visit."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", client.get(place).content.decode())


def test_publishing_the_same_twice_makes_no_edition(edition: QuizEdition, now: datetime) -> None:
    with pytest.raises(NothingNew, match="Nothing has changed since edition 1, which is live"):
        publishing.publish(by=None, now=now)
    assert QuizEdition.objects.count() == 1


def test_a_draft_that_fails_the_gate_stays_a_draft(edition: QuizEdition, now: datetime) -> None:
    QuizOption.objects.filter(question__key="q1", key=TPM).delete()
    with pytest.raises(GateClosed, match="needs exactly one answer for Technical Program Manager, and has none"):
        publishing.publish(by=None, now=now)
    assert publishing.live() == edition


# --- Editions are written once ---------------------------------------------------------------------------------------------


def test_the_model_refuses_to_change_or_delete_an_edition(edition: QuizEdition) -> None:
    edition.note = "Other"
    for write in (edition.save, edition.delete, QuizEdition.objects.all().delete):
        with pytest.raises(EditionIsImmutable):
            write()
    with pytest.raises(EditionIsImmutable):
        QuizEdition.objects.update(note="Other")
    assert QuizEdition.objects.get().note == "First edition"


def test_the_database_refuses_too_and_the_guard_comes_back(edition: QuizEdition) -> None:
    rows: Any = models.QuerySet(QuizEdition)  # a plain queryset knows none of the refusals
    with pytest.raises(DatabaseError, match="an edition of the quiz is never changed"), transaction.atomic():
        rows.filter(pk=edition.pk).update(number=7)
    suffix = f" ON {guard.EDITION.table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {guard.EDITION.name}{suffix}")
    assert rows.filter(pk=edition.pk).update(note="Other") == 1  # without it, nothing else stands in the way
    guard.install()
    guard.install()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.filter(pk=edition.pk).update(number=7)


def test_an_edition_with_results_cannot_be_deleted_in_any_way(take: Take) -> None:
    take([TPM] * 6)
    rows: Any = models.QuerySet(QuizEdition)
    with pytest.raises(ProtectedError):
        rows.all().delete()


def test_an_account_that_published_can_be_deleted(edition: QuizEdition, now: datetime, editor: User) -> None:
    QuizQuestion.objects.filter(key="q1").update(prompt="What would you rather own?")
    publishing.publish(by=editor, now=now)
    editor.delete()
    assert QuizEdition.objects.get(number=2).publisher_name == "Erin Editor"


def test_a_result_is_never_changed(take: Take) -> None:
    take([TPM] * 6)
    result = stored()
    result.tpm = 16
    with pytest.raises(TypeError):
        result.save()
    with pytest.raises(TypeError):
        QuizResult.objects.update(tpm=16)
    assert stored().tpm == 12
