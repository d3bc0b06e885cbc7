"""What a kind of call asks beforehand: five sorts of question, one standing one, and nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from bookings.forms import DetailsForm
from bookings.models import Booking, EventType, IntakeQuestion
from tests.bookings.house import NOW
from tests.bookings.screens.visit import held_page, page

TEN = "2027-01-12T15:00:00Z"
Kind = IntakeQuestion.Kind


@pytest.fixture
def questions(kind: EventType) -> dict[str, str]:
    """One question of each sort, required; the name of its field by its sort."""
    names = {}
    for at, sort in enumerate(Kind.values):
        asked = IntakeQuestion.objects.create(
            event_type=kind, order=at, kind=sort, label=f"About {sort}?", choices="PM\nTPM", required=True
        )
        names[sort] = f"question_{asked.pk}"
    return names


@pytest.fixture
def answered(questions: dict[str, str]) -> dict[str, str]:
    """An answer to each."""
    values = {"line": "Acme", "text": "First.\r\nSecond.", "choice": "TPM", "yes_no": "No", "number": "07.50"}
    return {questions[sort]: value for sort, value in values.items()}


def test_answers_are_kept_with_the_words_that_were_asked(
    visitor: Client, answered: dict[str, str], questions: dict[str, str], form: dict[str, str], path: str
) -> None:
    sent = form | answered | {"access_needs": "Captions, please.\x20"}
    answer = visitor.post(path, sent)
    assert answer.status_code == 303, page(answer).text
    booking = Booking.objects.get()
    assert [(each["label"], each["value"]) for each in booking.answers] == [
        ("About line?", "Acme"),
        ("About text?", "First.\nSecond."),
        ("About choice?", "TPM"),
        ("About yes_no?", "No"),
        ("About number?", "7.5"),
    ]
    assert booking.access_needs == "Captions, please."
    shown = page(visitor.get(answer["Location"])).text
    for words in ("About choice? TPM", "About text? First. Second.", "To make it easier Captions, please."):
        assert words in shown


def test_what_is_required_is_said_beside_its_field_and_nothing_is_lost(
    visitor: Client, answered: dict[str, str], questions: dict[str, str], form: dict[str, str], path: str
) -> None:
    for sort, name in questions.items():
        answer = visitor.post(path, form | answered | {name: "", "access_needs": "Captions"})
        shown = page(answer)
        assert answer.status_code == 422
        assert f"Please answer: About {sort}?" in shown.text
        assert shown.fields["access_needs"].strip() == "Captions"
        assert shown.fields["name"] == "Grace Hopper"
        checked = {radio["value"] for radio in shown.radios if "checked" in radio}
        assert checked == {"TPM", "No"} - ({"TPM"} if sort == "choice" else {"No"} if sort == "yes_no" else set())
    assert Booking.objects.get().status == "held"


def test_what_is_not_required_may_stay_empty_and_leaves_no_answer(
    visitor: Client, answered: dict[str, str], form: dict[str, str], path: str
) -> None:
    IntakeQuestion.objects.update(required=False)
    shown = page(visitor.get(path))
    assert "I would rather not say" in shown.text
    assert visitor.post(path, form).status_code == 303
    assert Booking.objects.get().answers == []


@pytest.mark.parametrize(
    ("sort", "value", "sentence"),
    [
        ("line", "x" * 201, "Use at most 200 characters."),
        ("line", "a\x00b", "Please remove hidden control characters from this text."),
        ("text", "x" * 2001, "Use at most 2,000 characters; this has 2001."),
        ("choice", "CEO", "Choose one of the answers in the list."),
        ("yes_no", "perhaps", "Choose one of the answers in the list."),
        ("number", "many", "Enter a number, like 12 or 2.5."),
        ("number", "1e309", "Enter a number, like 12 or 2.5."),
        ("number", "NaN", "Enter a number, like 12 or 2.5."),
        ("number", "9" * 5000, "Enter a number, like 12 or 2.5."),
    ],
)
def test_an_answer_that_cannot_be_used_gets_a_sentence(
    kind: EventType, questions: dict[str, str], answered: dict[str, str], sort: str, value: str, sentence: str
) -> None:
    data = QueryDict(mutable=True)
    data.update({"name": "Grace", "email": "grace@example.org"} | answered | {questions[sort]: value})
    form = DetailsForm(data, now=NOW, we_phone=False, questions=list(kind.intake_questions.all()))
    assert form.errors == {questions[sort]: [sentence]}


@pytest.mark.parametrize(
    ("typed", "kept"), [("12", "12"), ("0", "0"), ("-3.0", "-3"), (" 2.50 ", "2.5"), ("1e3", "1000"), ("１２", "12")]
)
def test_a_number_is_kept_as_people_write_it(
    kind: EventType, questions: dict[str, str], answered: dict[str, str], typed: str, kept: str
) -> None:
    data = QueryDict(mutable=True)
    data.update({"name": "Grace", "email": "grace@example.org"} | answered | {questions["number"]: typed})
    form = DetailsForm(data, now=NOW, we_phone=False, questions=list(kind.intake_questions.all()))
    assert form.is_valid()
    assert form.answers()[-1].value == kept


def test_many_answers_to_choose_from_become_a_list(visitor: Client, kind: EventType, path: str) -> None:
    IntakeQuestion.objects.create(event_type=kind, kind=Kind.CHOICE, label="State?", choices="\n".join("ABCDEFG"))
    shown = page(visitor.get(path))
    assert shown.radios == []
    assert ">Choose one</option>" in shown.source


def test_the_same_form_with_another_answer_is_another_form(
    visitor: Client, answered: dict[str, str], questions: dict[str, str], form: dict[str, str], path: str
) -> None:
    assert visitor.post(path, form | answered).status_code == 303
    assert visitor.post(path, form | answered).status_code == 303
    assert visitor.post(path, form | answered | {questions["line"]: "Else"}).status_code == 409


def test_a_call_that_needs_approval_says_so_before_booking_and_asks_instead_of_booking(
    visitor: Client, kind: EventType, clock: time_machine.Traveller
) -> None:
    EventType.objects.update(needs_approval=True)
    assert "Your coach says yes or no to each request" in page(visitor.get("/book/")).text
    path = held_page(visitor, kind, "2027-01-14T15:00:00Z")
    shown = page(visitor.get(path))
    assert "Nothing is fixed yet: Ada Lovelace says yes or no within 24 hours." in shown.text
    assert "Ask for Thu 14 January, 9:00 AM Central" in shown.text
    clock.shift(timedelta(seconds=5))
    answer = visitor.post(path, shown.hidden | {"name": "Grace", "email": "grace@example.org"})
    booking = Booking.objects.get()
    assert booking.status == "pending"
    told = page(visitor.get(answer["Location"])).text.replace("\xa0", " ")
    assert "Your request is with your coach" in told
    assert "Ada Lovelace says yes or no by Tuesday 12 January 2027 at 9:00 AM, Central Time (UTC−6)." in told
    assert "With a no, or without an answer until then, no call is booked" in told
    assert "Your call is booked" not in told
    assert "The video link comes with the confirmation." in told


def test_a_request_for_soon_names_the_hour_by_which_the_coach_answers(visitor: Client, kind: EventType) -> None:
    EventType.objects.update(needs_approval=True)
    shown: Any = page(visitor.get(held_page(visitor, kind, TEN)))
    assert "says yes or no by Tuesday 12 January 2027 at 7:00 AM" in shown.text.replace("\xa0", " ")
