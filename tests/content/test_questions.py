"""Readers ask, staff answer, everybody reads."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from content import asking, emails, questions
from content.errors import NoAnswer
from content.models import ReaderQuestion, Revision
from leads import quarantine
from leads.abuse import form_time
from leads.errors import NotPossible
from leads.models import Activity, Lead, Quarantine
from mail.models import Message
from mail.registry import Skip
from tests.content.page import by_ids, read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"
ASK = f"{GUIDE}ask/"


@pytest.fixture
def asked(live: Revision, now: datetime) -> ReaderQuestion:
    return questions.ask(
        guide=live.guide, question="Is it <b>hard</b>?\nReally?", name="Ana", email="Ana@Example.org", now=now
    )


@pytest.fixture
def at(monkeypatch: Any, now: datetime) -> datetime:
    monkeypatch.setattr("mail.clock.now", lambda: now)
    return now


def form(now: datetime, **other: str) -> dict[str, str]:
    made = form_time(now - timedelta(seconds=9))
    return {"question": "Is it hard?", "name": "Ana", "email": "ana@example.org", "form_time": made, **other}


def rendered(kind: Any, message: Message, now: datetime) -> Any:
    return kind(message, lambda *a, **k: "", now)


def test_a_question_waits_for_staff_who_are_told(live: Revision, client: Client, at: datetime) -> None:
    answer = client.post(ASK, form(at, page=ASK, came_from=GUIDE))
    assert (answer.status_code, answer["Location"]) == (303, f"{GUIDE}asked/")
    assert "We have your question" in read(client.get(answer["Location"]).content).text
    row = ReaderQuestion.objects.get()
    assert (row.question, row.name, row.email, row.status) == ("Is it hard?", "Ana", "ana@example.org", "new")
    assert "Is it hard?" not in read(client.get(GUIDE).content).text
    message = Message.objects.get()
    assert (message.kind, message.stream) == ("content.question_asked", "staff")
    said = rendered(emails.asked, message, at)
    assert "Is it hard?" in said.text and "/answer" in said.text
    assert Lead.objects.get().email == "ana@example.org"
    assert Activity.objects.filter(kind="question").get().data == {"question": "Is it hard?"}


def test_an_answer_shows_both_as_words_in_page_and_data_and_is_mailed_once(
    asked: ReaderQuestion, client: Client, editor: User, now: datetime
) -> None:
    questions.answer(question=asked, text="Yes & <i>no</i>.", by=editor, now=now)
    questions.answer(question=asked, text="Yes & no.", by=editor, now=now + timedelta(hours=1))
    page = read(client.get(GUIDE).content)
    shown = by_ids(page)[asked.anchor]
    assert shown.find("h3")[0].text == "Is it <b>hard</b>? Really?"
    assert "Yes & no. Asked by Ana, answered by Tpm Institute" in shown.text
    assert "ana@example.org" not in client.get(GUIDE).content.decode()
    (data,) = page.find("script", type="application/ld+json")
    (faq,) = [n for n in json.loads(str(data.children[0]))["@graph"] if n["@type"] == "FAQPage"]
    assert faq["mainEntity"][-1]["name"] == "Is it <b>hard</b>? Really?"
    assert faq["mainEntity"][-1]["acceptedAnswer"]["text"] == "Yes & no."
    mailed = Message.objects.get(kind="content.question_answered")
    assert mailed.recipient == "ana@example.org"
    said = rendered(emails.answered, mailed, now)
    assert "Yes & no." in said.text
    assert f"http://testserver{GUIDE}#{asked.anchor}" in said.text
    # The address was never proven: nothing that a stranger may have typed goes there.
    assert "hard" not in said.text + said.html + said.subject
    assert "Ana" not in said.text + said.html + said.subject


def test_what_is_hidden_or_gone_is_neither_shown_nor_mailed(
    asked: ReaderQuestion, client: Client, editor: User, now: datetime
) -> None:
    questions.answer(question=asked, text="Yes.", by=editor, now=now)
    questions.hide(question=asked, now=now)
    assert asked.anchor not in by_ids(read(client.get(GUIDE).content))
    to_staff = Message.objects.get(kind="content.question_asked")
    to_reader = Message.objects.get(kind="content.question_answered")
    assert rendered(emails.asked, to_staff, now) == Skip("Somebody has dealt with it already.")
    assert rendered(emails.answered, to_reader, now) == Skip("The answer is not shown any longer.")
    ReaderQuestion.objects.all().delete()
    assert rendered(emails.answered, to_reader, now) == Skip("The question was erased.")


def test_an_empty_answer_is_none(asked: ReaderQuestion, editor: User, now: datetime) -> None:
    with pytest.raises(NoAnswer):
        questions.answer(question=asked, text=" \n\u200b\x00 ".replace("\u200b", ""), by=editor, now=now)
    asked.refresh_from_db()
    assert asked.status == "new"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"question": ""}, "Write your question."),
        ({"question": "x" * 501}, "Use at most 500 characters; this question has 501."),
        ({"question": "a\x00b"}, ""),
        ({"name": "x" * 81}, "Use at most 80 characters."),
        ({"email": "nobody"}, "Enter an email address like name@example.org."),
        ({"company_website": "x"}, "A hidden field was filled in"),
        ({"form_time": "x"}, "We could not tell when this form was opened."),
    ],
)
def test_a_form_that_cannot_be_used_comes_back_with_what_was_typed(
    live: Revision, client: Client, at: datetime, sent: dict[str, str], said: str
) -> None:
    answer = client.post(ASK, form(at, **sent))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "ana@example.org" in answer.content.decode() or "email" in sent
    assert ReaderQuestion.objects.count() == 0


def test_too_many_questions_are_asked_to_wait(live: Revision, client: Client, at: datetime, settings: Any) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "ask:address": "1/hour"}
    assert client.post(ASK, form(at)).status_code == 303
    answer = client.post(ASK, form(at))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert ReaderQuestion.objects.count() == 1


def test_with_htmx_only_the_form_comes(live: Revision, client: Client) -> None:
    fragment = client.get(ASK, headers={"hx-request": "true"}).content.decode()
    assert fragment.strip().startswith("<form")
    assert "HX-Request" in client.get(ASK)["Vary"]
    assert 'name="robots" content="noindex"' in client.get(ASK).content.decode()


@pytest.mark.parametrize("path", ["/guides/nope/ask/", "/guides/nope/asked/"])
def test_there_is_nothing_to_ask_under_a_guide_that_is_not_there(live: Revision, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_staff_answer_and_hide_in_the_admin(asked: ReaderQuestion, client: Client, editor: User) -> None:
    client.force_login(editor)
    url = reverse("admin:content_readerquestion_answer_question", args=[asked.pk])
    assert "Is it &lt;b&gt;hard&lt;/b&gt;?" in client.get(url).content.decode()
    assert "Write an answer first" in client.post(url, {"do": "answer", "answer": " "}).content.decode()
    client.post(url, {"do": "answer", "answer": "Yes."})
    asked.refresh_from_db()
    assert (asked.status, asked.answer, asked.answerer_name) == ("answered", "Yes.", "Erin Editor")
    client.post(url, {"do": "hide"})
    asked.refresh_from_db()
    assert asked.status == "hidden"
    assert client.get(reverse("admin:content_readerquestion_changelist")).status_code == 200
    assert client.get(reverse("admin:content_readerquestion_change", args=[asked.pk])).status_code == 200


def test_answering_needs_its_own_permission(asked: ReaderQuestion, client: Client) -> None:
    from django.contrib.auth.models import Permission

    user = User.objects.create_user("wim", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_readerquestion"))
    client.force_login(user)
    url = reverse("admin:content_readerquestion_answer_question", args=[asked.pk])
    assert client.post(url, {"answer": "x"}).status_code == 403


def test_a_person_is_exported_and_erased(asked: ReaderQuestion, client: Client, editor: User, now: datetime) -> None:
    questions.answer(question=asked, text="Yes.", by=editor, now=now)
    lead = Lead.objects.get()
    assert [row["question"] for row in questions.export(lead.email)] == ["Is it <b>hard</b>?\nReally?"]
    with transaction.atomic():
        assert questions.erase(lead.email) == 1
    assert "Is it" not in read(client.get(GUIDE).content).find("section", id="reader-questions")[0].text


def test_who_looks_like_a_robot_twice_waits_for_a_person_and_is_taken_in_when_released(
    live: Revision, client: Client, at: datetime, monkeypatch: Any
) -> None:
    asked_again = client.post(ASK, form(at, company_website="x"))
    assert (asked_again.status_code, ReaderQuestion.objects.count()) == (422, 0)
    hidden = {e.attrs["name"]: e.attrs.get("value", "") for e in read(asked_again.content).find("input", type="hidden")}
    monkeypatch.setattr("mail.clock.now", lambda: at + timedelta(seconds=9))
    answer = client.post(ASK, {**form(at), **hidden})
    assert (answer.status_code, answer["Location"]) == (303, "/form/received/")
    assert (ReaderQuestion.objects.count(), Message.objects.count()) == (0, 0)
    quarantine.release(held=Quarantine.objects.get(), actor="erin", now=at + timedelta(hours=1))
    assert [(row.question, row.email) for row in ReaderQuestion.objects.all()] == [("Is it hard?", "ana@example.org")]


def test_a_held_question_whose_guide_is_gone_is_said_to_staff(live: Revision, at: datetime) -> None:
    for facts in ({"guide": 0}, {}):
        with pytest.raises(NotPossible, match="write to the person instead"):
            asking.take_in(QueryDict("question=x&email=ana@example.org"), facts, at)
