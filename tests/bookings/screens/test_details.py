"""Between a held time and a booked call: nothing typed is ever lost, and nothing is booked twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings import services
from bookings.errors import SlotTaken
from bookings.models import Booking, Coach, EventType, LocationKind
from leads.models import Consent, Lead
from mail import tokens
from mail.models import Message
from tests.bookings.house import MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book
from tests.bookings.screens.visit import TZ, held_page, page, post_hold, send_details, state

TEN, ELEVEN = "2027-01-12T15:00:00Z", "2027-01-12T16:00:00Z"
SHORTLY = timedelta(seconds=5)


def test_the_page_says_what_is_held_how_long_and_what_the_button_does(visitor: Client, path: str) -> None:
    shown = page(visitor.get(path))
    assert "We keep this time for you until 9:10 AM (Central Time)." in shown.text
    assert "Tuesday 12 January 2027 at 9:00 AM, Central Time (UTC−6)" in shown.text.replace("\xa0", " ")
    assert "With Ada Lovelace" in shown.text
    assert "Book Tue 12 January, 9:00 AM Central" in shown.text
    assert "You can move or cancel it free of charge until 24 hours before the call" in shown.text
    assert "setInterval" not in shown.source


def test_looking_at_the_form_changes_nothing(visitor: Client, path: str) -> None:
    before = state()
    for _ in range(5):
        visitor.get(path)
        visitor.head(path)
    assert state() == before


def test_booking_ends_on_the_page_of_the_call(visitor: Client, path: str, form: dict[str, str]) -> None:
    answer = visitor.post(path, form)
    assert answer.status_code == 303
    booking = Booking.objects.get()
    assert (booking.status, booking.start, booking.attendee_name, booking.attendee_email, booking.questions) == (
        "confirmed",
        TUESDAY_TEN,
        "Grace Hopper",
        "grace@example.org",
        "From QA to TPM?",
    )
    assert booking.lead == Lead.objects.get(email="grace@example.org")
    assert answer.cookies["hold"]["max-age"] == 0
    shown = page(visitor.get(answer["Location"]))
    assert "Your call is booked" in shown.text
    assert "grace@example.org" in shown.text
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1


def test_the_number_is_asked_for_when_the_coach_phones(visitor: Client, ada: Coach, clock: Any) -> None:
    kind = a_type(ada, slug="mock", location_kind=LocationKind.PHONE, location_detail="")
    path = held_page(visitor, kind, TEN)
    hidden = page(visitor.get(path)).hidden | {"name": "Grace", "email": "grace@example.org"}
    clock.shift(SHORTLY)
    answer = visitor.post(path, hidden)
    assert answer.status_code == 422
    assert "Your coach phones you on this call: enter the number to dial." in page(answer).text
    answer = visitor.post(path, hidden | {"phone": "(215) 430-2201"})
    assert answer.status_code == 303
    assert Booking.objects.get().attendee_phone == "+12154302201"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter your name."),
        ({"name": " \u200b\u200b "}, "Enter your name."),
        ({"name": "x" * 81}, "Use at most 80 characters."),
        ({"email": ""}, "Enter the email address for the confirmation."),
        ({"email": "grace@"}, "Enter an email address like name@example.org."),
        ({"phone": "call me"}, "Enter a phone number like"),
        ({"questions": "x" * 2001}, "Use at most 2,000 characters; this has 2001."),
    ],
)
def test_a_mistake_gets_a_sentence_and_keeps_what_was_typed(
    visitor: Client, path: str, form: dict[str, str], changes: dict[str, str], sentence: str
) -> None:
    sent = form | changes
    answer = visitor.post(path, sent)
    shown = page(answer)
    assert answer.status_code == 422
    assert sentence in shown.text
    for name in ("name", "email", "questions"):
        assert shown.fields[name].strip() == sent[name].strip()
    assert Booking.objects.get().status == "held"


def test_the_same_form_sent_twice_books_once_and_answers_twice(
    visitor: Client, path: str, form: dict[str, str]
) -> None:
    first, second = visitor.post(path, form), visitor.post(path, form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert Booking.objects.filter(status="confirmed").count() == 1
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1
    texts = [page(visitor.get(answer["Location"])).text for answer in (first, second)]
    assert texts[0] == texts[1]


def test_repeating_a_sent_form_does_not_use_up_the_limits(
    visitor: Client, path: str, form: dict[str, str], settings: Any
) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"booking:address": "1/hour", "email": "1/hour"}
    assert [visitor.post(path, form).status_code for _ in range(4)] == [303] * 4


def test_the_form_of_a_booked_time_cannot_book_with_other_answers(
    visitor: Client, path: str, form: dict[str, str]
) -> None:
    visitor.post(path, form)
    answer = visitor.post(path, form | {"email": "someone.else@example.org"})
    assert answer.status_code == 409
    assert "A call has been booked from it already" in page(answer).text
    assert list(Booking.objects.values_list("attendee_email", flat=True)) == ["grace@example.org"]
    assert "A call has been booked from it already" in page(visitor.get(path)).text


def test_a_key_used_elsewhere_gets_a_fresh_form(visitor: Client, path: str, form: dict[str, str], kind: Any) -> None:
    visitor.post(path, form)
    other = held_page(visitor, kind, ELEVEN)
    answer = visitor.post(other, form | {"start": ELEVEN})
    shown = page(answer)
    assert answer.status_code == 409
    assert "This form had already been sent with other answers." in shown.text
    assert shown.hidden["idempotency_key"] not in ("", form["idempotency_key"])
    assert visitor.post(other, form | shown.hidden).status_code == 303


def test_every_form_brings_a_key_of_its_own(visitor: Client, path: str) -> None:
    keys = {page(visitor.get(path)).hidden["idempotency_key"] for _ in range(3)}
    assert len(keys) == 3


@pytest.mark.parametrize("key", [None, "", "short", "x" * 65, "with blank and ' quote 123456789"])
def test_a_form_without_a_proper_key_books_all_the_same(
    visitor: Client, path: str, form: dict[str, str], key: str | None
) -> None:
    sent = {k: v for k, v in (form | {"idempotency_key": key}).items() if v is not None}
    assert visitor.post(path, sent).status_code == 303
    assert Booking.objects.filter(status="confirmed").count() == 1


def test_the_consent_is_unticked_and_booking_alone_asks_for_nothing(
    visitor: Client, path: str, form: dict[str, str]
) -> None:
    assert 'name="wants_list"' in page(visitor.get(path)).source
    assert "checked" not in page(visitor.get(path)).source
    visitor.post(path, form)
    assert Consent.objects.count() == 0
    assert Message.objects.filter(kind="leads.confirm").count() == 0


def test_a_ticked_consent_is_asked_for_by_mail_and_not_yet_given(
    visitor: Client, path: str, form: dict[str, str]
) -> None:
    visitor.post(path, form | {"wants_list": "on"})
    consent = Consent.objects.get()
    assert (consent.lead.email, consent.state) == ("grace@example.org", "asked")
    assert Message.objects.filter(kind="leads.confirm").count() == 1


def test_a_robot_that_fills_the_trap_is_asked_again_and_nothing_is_lost(
    visitor: Client, path: str, form: dict[str, str]
) -> None:
    answer = visitor.post(path, form | {"company_website": "https://spam.example"})
    shown = page(answer)
    assert answer.status_code == 422
    assert "A hidden field was filled in" in shown.text
    assert shown.fields["name"] == "Grace Hopper"
    assert Booking.objects.get().status == "held"


def test_a_form_sent_within_two_seconds_is_asked_to_wait(visitor: Client, path: str) -> None:
    answer = send_details(visitor, path)
    assert answer.status_code == 422
    assert "That was very quick. Please wait a moment and send the form again." in page(answer).text


def test_too_many_bookings_from_one_address_are_paused_with_the_form_kept(
    visitor: Client, kind: EventType, settings: Any, clock: Any
) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"booking:address": "1/hour"}
    answers = []
    for start, email in ((TEN, "a@example.org"), (ELEVEN, "b@example.org")):
        path = held_page(visitor, kind, start)
        hidden = page(visitor.get(path)).hidden
        clock.shift(SHORTLY)
        answers.append(visitor.post(path, hidden | {"name": "Grace", "email": email}))
    assert [answer.status_code for answer in answers] == [303, 429]
    assert int(answers[1]["Retry-After"]) > 0
    assert page(answers[1]).fields["email"] == "b@example.org"


def test_the_server_decides_what_a_posted_start_is_worth(visitor: Client, path: str, form: dict[str, str]) -> None:
    for start in ("2027-01-12T15:07:00Z", "2027-01-09T15:00:00Z", "2029-01-09T15:00:00Z"):
        answer = visitor.post(path, form | {"start": start})
        assert answer.status_code == 422
        assert "That time cannot be booked." in page(answer).text
    assert set(Booking.objects.values_list("status", flat=True)) <= {"held", "expired"}


def test_any_coach_stays_any_coach_when_the_time_is_lost(visitor: Client, kind: EventType, clock: Any) -> None:
    path = held_page(visitor, kind, TEN)
    form = page(visitor.get(path)).hidden | {"name": "Grace", "email": "grace@example.org"}
    clock.shift(11 * MINUTE)
    book(kind, email="other@example.org", now=NOW + 11 * MINUTE)
    kind.coaches.add(a_coach("bob"))
    assert visitor.post(path, form).status_code == 303
    assert Booking.objects.get(attendee_email="grace@example.org").coach.slug == "bob"


def test_a_chosen_coach_stays_chosen_when_the_time_is_lost(visitor: Client, kind: EventType, clock: Any) -> None:
    kind.coaches.add(a_coach("bob"))
    path = held_page(visitor, kind, TEN, coach="ada")
    form = page(visitor.get(path)).hidden | {"name": "Grace", "email": "grace@example.org"}
    clock.shift(11 * MINUTE)
    book(kind, coach=Coach.objects.get(slug="ada"), email="other@example.org", now=NOW + 11 * MINUTE)
    assert visitor.post(path, form).status_code == 409


def test_a_hold_token_opens_only_the_details_of_its_own_type(visitor: Client, path: str, ada: Coach) -> None:
    a_type(ada, slug="other")
    raw = path.split("/")[4]
    assert visitor.get(f"/book/other/details/{raw}/").status_code == 404
    assert visitor.get(f"/booking/{raw}/").status_code == 404
    assert tokens.find(raw, purpose="hold", now=NOW).subject == Booking.objects.get().topic_key


def test_the_form_needs_its_csrf_token(path: str, form: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, form).status_code == 403
    assert Booking.objects.get().status == "held"


def test_a_disabled_type_is_not_booked_from_an_old_form(visitor: Client, path: str, form: dict[str, str]) -> None:
    EventType.objects.update(enabled=False)
    assert "not offered any more" in page(visitor.get(path)).text
    Booking.objects.update(status="expired", held_until=None)
    assert visitor.post(path, form).status_code == 422
    assert Booking.objects.filter(status="confirmed").count() == 0


def test_a_late_booking_is_told_that_it_cannot_be_cancelled_online(visitor: Client, kind: EventType) -> None:
    EventType.objects.update(cancel_window=timedelta(days=2))
    shown = page(visitor.get(held_page(visitor, kind, TEN)))
    assert "This call starts in less than 48 hours, so it cannot be moved or cancelled online" in shown.text


def test_the_gate_still_stands_behind_the_pages(visitor: Client, kind: EventType, path: str) -> None:
    with pytest.raises(SlotTaken):
        services.hold(event_type=kind, start=TUESDAY_TEN, coach=None, time_zone=TZ, now=NOW)
    assert post_hold(Client(), kind, TEN).status_code == 409
