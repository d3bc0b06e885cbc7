"""The quiz in the admin: edited, published with plain sentences, counted without names."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from content.models import QuizEdition, QuizOption, QuizQuestion
from content.quiz import services
from content.quiz.admin import counts
from tests.content.quiz.conftest import PJM, PM, TPM, Clock, Take, stored

PUBLISH = "admin:content_quizquestion_publish_quiz"


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    """Erin's browser."""
    client.force_login(editor)
    return client


def test_publishing_asks_first_and_names_who_did_it(edition: QuizEdition, desk: Client) -> None:
    url = reverse(PUBLISH)
    assert "Nothing has changed since edition 1, which is live." in desk.get(url).content.decode()
    QuizQuestion.objects.filter(key="q1").update(prompt="What would you rather own?")
    page = desk.get(url).content.decode()
    assert "Visitors are asked edition 1 now." in page
    assert "What would you rather own?" in page
    assert QuizEdition.objects.count() == 1
    answer = desk.post(url, {"note": "Clearer\x00"}, follow=True)
    assert "Edition 2 is live. Results of earlier editions stay as they were." in answer.content.decode()
    newest = QuizEdition.objects.get(number=2)
    assert (newest.publisher_name, newest.note) == ("Erin Editor", "Clearer")
    assert "Nothing has changed since edition 2" in desk.post(url, follow=True).content.decode()


def test_what_is_in_the_way_is_said_with_a_link_to_the_question(edition: QuizEdition, desk: Client) -> None:
    option = QuizOption.objects.get(question__key="q1", key=TPM)
    option.delete()
    for send in (desk.get, desk.post):
        page = send(reverse(PUBLISH)).content.decode()
        assert "needs exactly one answer for Technical Program Manager, and has none." in page
        assert reverse("admin:content_quizquestion_change", args=[option.question_id]) in page
        assert "Publish now" not in page
    assert QuizEdition.objects.count() == 1


def test_publishing_needs_its_own_permission(edition: QuizEdition, client: Client) -> None:
    writer = User.objects.create_user("wim", is_staff=True)
    writer.user_permissions.set(Permission.objects.filter(codename__in=["view_quizquestion", "change_quizquestion"]))
    client.force_login(writer)
    assert client.get(reverse(PUBLISH)).status_code == client.post(reverse(PUBLISH)).status_code == 403
    assert reverse(PUBLISH) not in client.get(reverse("admin:content_quizquestion_changelist")).content.decode()
    assert QuizEdition.objects.count() == 1


@pytest.mark.parametrize("model", ["quizquestion", "quizedition", "quizresult"])
def test_every_list_and_row_opens_for_an_editor(
    take: Take, client: Client, model: str, django_assert_max_num_queries: Any
) -> None:
    take([TPM] * 5 + [PM], pick__q9="student")
    erin = User.objects.create_user("emil", is_staff=True)
    erin.groups.add(Group.objects.get(name="Editor"))
    client.force_login(erin)
    from django.apps import apps

    with django_assert_max_num_queries(16):
        assert client.get(reverse(f"admin:content_{model}_changelist")).status_code == 200
    row = apps.get_model("content", model).objects.first()
    answer = client.get(reverse(f"admin:content_{model}_change", args=[row.pk]))
    assert answer.status_code == 200
    if model != "quizquestion":
        assert client.post(reverse(f"admin:content_{model}_change", args=[row.pk])).status_code == 403
        assert client.get(reverse(f"admin:content_{model}_add")).status_code == 403
        assert client.post(reverse(f"admin:content_{model}_delete", args=[row.pk])).status_code == 403


def test_results_are_counted_by_edition_and_role(take: Take) -> None:
    for roles in ([TPM] * 6, [TPM] * 6, [PJM] * 6, [PM] * 3 + [TPM] * 3, [PM] * 2 + [PJM] * 2 + [TPM] * 2):
        take(roles)
    assert counts() == [{"edition": 1, "sum": 5, PM: 0, PJM: 1, TPM: 2, "between": 1, "all": 1}]


def test_the_list_of_results_names_nobody(take: Take, desk: Client, stopped: Clock) -> None:
    take([TPM] * 6)
    services.email(result=stored(), email="ada@example.org", name="Ada", wants_list=False, now=stopped.now, address="x")
    lead = stored().leads.get()
    for path in (
        reverse("admin:content_quizresult_changelist"),
        reverse("admin:content_quizresult_change", args=[stored().pk]),
    ):
        html = desk.get(path).content.decode()
        assert "Technical Program Manager" in html
        assert "ada@example.org" not in html
        assert reverse("admin:leads_lead_change", args=[lead.pk]) not in html


def test_the_draft_is_edited_without_touching_the_edition(edition: QuizEdition, desk: Client) -> None:
    question = QuizQuestion.objects.get(key="q1")
    url = reverse("admin:content_quizquestion_change", args=[question.pk])
    form = desk.get(url).context["adminform"].form
    inlines = desk.get(url).context["inline_admin_formsets"]
    data = {name: form.initial.get(name, "") for name in form.fields} | {"prompt": "Changed?"}
    formset = inlines[0].formset
    data |= {f"{formset.prefix}-{key}": value for key, value in formset.management_form.initial.items()}
    for each in formset.initial_forms:
        data |= {
            each.add_prefix(name): each.initial.get(name, field.initial) or "" for name, field in each.fields.items()
        }
        data |= {each.add_prefix("id"): each.instance.pk, each.add_prefix("question"): question.pk}
    data = {name: value for name, value in data.items() if value is not None and value is not False}
    answer = desk.post(url, data)
    assert answer.status_code == 302, answer.context["errors"] if answer.context else answer
    assert QuizQuestion.objects.get(key="q1").prompt == "Changed?"
    assert "Changed?" not in desk.get("/quiz/").content.decode()
