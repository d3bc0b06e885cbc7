"""Answers and phone are put right without moving the call."""

import pytest
import time_machine
from django.test import Client

from bookings import links
from bookings.models import Answer, Booking, Coach, EventType, IntakeQuestion, LocationKind
from tests.bookings.house import HOUR, NOW, a_type, book, history_replays
from tests.bookings.screens.conftest import FRIDAY_TEN
from tests.bookings.screens.visit import page

Kind = IntakeQuestion.Kind


@pytest.fixture
def role(kind: EventType) -> IntakeQuestion:
    """A question to choose an answer to."""
    return IntakeQuestion.objects.create(
        event_type=kind, kind=Kind.CHOICE, label="Role?", choices="PM\nTPM", required=True
    )


@pytest.fixture
def gone(kind: EventType) -> Answer:
    """An answer to a question that is not asked any more."""
    return Answer(999_999, "Old question?", "Old answer.")


@pytest.fixture
def path(kind: EventType, role: IntakeQuestion, gone: Answer, clock: time_machine.Traveller) -> str:
    """The page on which the details of a call are changed."""
    call = book(kind, start=FRIDAY_TEN, phone="+12154302201", answers=[Answer(role.pk, "Role?", "PM"), gone])
    return f"/booking/{links.mint_manage(booking=call, now=NOW)}/edit/"


def test_the_form_is_filled_in_as_it_was_said(visitor: Client, path: str) -> None:
    shown = page(visitor.get(path))
    assert shown.fields["phone"] == "+1 215-430-2201"
    assert shown.fields["questions"].strip() == "Which role fits me?"
    assert [radio["value"] for radio in shown.radios if "checked" in radio] == ["PM"]


def test_saving_changes_the_details_and_not_the_time(visitor: Client, path: str, role: IntakeQuestion) -> None:
    field = f"question_{role.pk}"
    sent = {"phone": "", "questions": "Salary.", "access_needs": "Captions", field: "TPM"}
    answer = visitor.post(path, sent)
    assert answer.status_code == 303, page(answer).text
    row = Booking.objects.get()
    assert (row.attendee_phone, row.questions, row.access_needs) == ("", "Salary.", "Captions")
    assert [(each["label"], each["value"]) for each in row.answers] == [
        ("Role?", "TPM"),
        ("Old question?", "Old answer."),
    ]
    assert (row.start, row.status, row.version) == (FRIDAY_TEN, "confirmed", 1)
    told = page(visitor.get(answer["Location"])).text
    assert "Your details are saved." in told
    assert "Role? TPM" in told
    assert visitor.post(path, sent).status_code == 303
    assert history_replays()


def test_an_answer_that_is_no_longer_on_the_list_stays_a_choice(
    visitor: Client, path: str, role: IntakeQuestion
) -> None:
    IntakeQuestion.objects.update(choices="Designer\nTPM")
    shown = page(visitor.get(path))
    assert [radio["value"] for radio in shown.radios if "checked" in radio] == ["PM"]
    assert visitor.post(path, {f"question_{role.pk}": "PM"}).status_code == 303


def test_a_mistake_is_said_and_what_was_typed_stays(visitor: Client, path: str) -> None:
    answer = visitor.post(path, {"phone": "call me", "questions": "Salary."})
    shown = page(answer)
    assert answer.status_code == 422
    assert "Enter a phone number like" in shown.text
    assert "Please answer: Role?" in shown.text
    assert (shown.fields["phone"], shown.fields["questions"].strip()) == ("call me", "Salary.")
    assert Booking.objects.get().questions == "Which role fits me?"


def test_a_call_by_phone_keeps_a_number(visitor: Client, ada: Coach, clock: time_machine.Traveller) -> None:
    kind = a_type(ada, slug="mock", location_kind=LocationKind.PHONE, location_detail="")
    call = book(kind, start=FRIDAY_TEN, phone="+12154302201")
    path = f"/booking/{links.mint_manage(booking=call, now=NOW)}/edit/"
    answer = visitor.post(path, {"phone": ""})
    assert answer.status_code == 422
    assert "Your coach phones you on this call: enter the number to dial." in page(answer).text
    assert visitor.post(path, {"phone": "+44 20 7946 0123"}).status_code == 303
    assert Booking.objects.get().attendee_phone == "+442079460123"


def test_a_call_that_has_begun_is_not_edited(visitor: Client, path: str, clock: time_machine.Traveller) -> None:
    clock.move_to(FRIDAY_TEN + HOUR / 4)
    assert "The call is on now" in page(visitor.get(path)).text
    Booking.objects.update(status="cancelled")
    assert "This call is cancelled already" in page(visitor.get(path)).text
    clock.move_to(FRIDAY_TEN - HOUR)
    field = next(iter(IntakeQuestion.objects.values_list("pk", flat=True)))
    assert visitor.post(path, {"questions": "Salary.", f"question_{field}": "PM"}).status_code == 303
    assert Booking.objects.get().questions == "Which role fits me?"
