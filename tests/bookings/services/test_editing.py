"""What an attendee changes without moving the call, and what they ask when it is too late to do it alone."""

import pytest
from django.contrib.auth.models import User

from bookings import services
from bookings.errors import NotActive, PhoneNeeded, TooManyRequests
from bookings.models import Answer, Booking, Coach, EventType, LocationKind
from mail.models import Message
from tests.bookings.emails.inbox import calendar_of, sent
from tests.bookings.house import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    cancel,
    history_replays,
    hold,
)
from tests.bookings.services.verbs import approve, counted, edit, mails
from tests.faults.invariants import broken

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada", user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def booking(ada: Coach) -> Booking:
    return book(a_type(ada), START)


@pytest.fixture
def by_phone(ada: Coach) -> Booking:
    return book(a_type(ada, location_kind=LocationKind.PHONE, location_detail=""), START, phone="+12155550100")


def test_questions_needs_and_answers_are_changed_and_the_coach_hears_of_it(booking: Booking, ada: Coach) -> None:
    answer = Answer(question=3, label="Which role?\n", value="TPM\x00")
    with counted(ada):
        edited = edit(booking, questions="one\r\ntwo", access_needs="captions", answers=[answer], phone="+12155550100")
    assert (edited.questions, edited.access_needs, edited.attendee_phone) == ("one\ntwo", "captions", "+12155550100")
    assert edited.answers == [{"question": 3, "label": "Which role?", "value": "TPM"}]
    assert (edited.version, edited.start) == (1, START), "nothing in a calendar has changed"
    assert ("coach_updated", "ada@institute.example", "due") in mails(edited)
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1
    event = edited.events.get(name="details edited")
    assert (event.actor_kind, event.old["questions"], event.new["questions"]) == (
        "attendee",
        "Which role fits me?",
        "one\ntwo",
    )
    assert broken(now=NOW) == []


def test_the_same_again_changes_nothing(booking: Booking) -> None:
    with counted():
        edit(booking)
    assert booking.events.count() == 1
    edit(booking, questions="other")
    edit(booking, questions="other")
    assert Message.objects.filter(kind="bookings.coach_updated").count() == 1


def test_every_change_is_told_once(booking: Booking) -> None:
    for words in ("one", "two", "one"):
        edit(booking, questions=words)
    assert Message.objects.filter(kind="bookings.coach_updated", status="due").count() == 3


def test_a_new_number_on_a_call_by_phone_is_a_new_version_for_both_calendars(by_phone: Booking, ada: Coach) -> None:
    edited = edit(by_phone, phone="+12155550199", now=NOW + HOUR)
    assert (edited.version, edited.version_at) == (2, NOW + HOUR)
    assert mails(edited) == [
        ("coach_reminder", "ada@institute.example", "due"),
        ("coach_reminder", "ada@institute.example", "due"),
        ("coach_updated", "ada@institute.example", "due"),
        ("confirmed", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
        ("reminder", "grace@example.org", "due"),
    ]
    for kind in ("bookings.confirmed", "bookings.coach_updated"):
        (event,) = calendar_of(sent(kind, version=2)).walk("VEVENT")
        assert (str(event["UID"]), int(event["SEQUENCE"])) == (str(by_phone.uid), 2)
    assert {state for _, _, state in mails(edited, version=1)} == {"cancelled"}
    assert broken(now=NOW) == []


def test_a_call_by_phone_keeps_a_number(by_phone: Booking) -> None:
    for nothing in ("", " \r\n"):
        with counted(), pytest.raises(PhoneNeeded):
            edit(by_phone, phone=nothing)


def test_a_request_can_be_edited_and_its_coach_is_asked_anew_with_the_new_number(ada: Coach) -> None:
    kind = a_type(ada, needs_approval=True, location_kind=LocationKind.PHONE, location_detail="")
    asked = book(kind, START, phone="+12155550100")
    edit(asked, questions="other")
    assert Message.objects.filter(kind="bookings.coach_updated").count() == 0, "the request says it when it is opened"
    edited = edit(asked, phone="+12155550199")
    assert mails(edited) == [
        ("coach_pending", "ada@institute.example", "due"),
        ("pending", "grace@example.org", "due"),
    ]
    assert (approve(asked).attendee_phone, broken(now=NOW)) == ("+12155550199", [])


def test_only_a_coming_call_is_edited(booking: Booking) -> None:
    with pytest.raises(NotActive):
        edit(booking, questions="late", now=START)
    edit(booking, questions="just in time", now=START - MINUTE)
    cancel(booking)
    held = hold(booking.event_type, START + HOUR)
    for each in (booking, held):
        with pytest.raises(NotActive):
            edit(each, questions="other")


def test_staff_edit_in_their_own_name(booking: Booking) -> None:
    edited = edit(booking, questions="told on the phone", actor_kind="staff", actor="olivia")
    assert edited.events.get(name="details edited").actor == "olivia"
    assert history_replays()


def test_a_late_wish_becomes_a_message_to_the_coach(booking: Booking) -> None:
    late = START - HOUR
    with counted():
        services.ask_late_change(booking=booking, text="My train\r\nis late", now=late)
    booking.refresh_from_db()
    assert (booking.version, booking.start, booking.status) == (1, START, "confirmed")
    mail = Message.objects.get(kind="bookings.late_request")
    assert (mail.recipient, mail.expires_at) == ("ada@institute.example", START + 30 * MINUTE)
    assert "My train is late" in sent("bookings.late_request", now=late).get_body(("plain",)).get_content()
    assert booking.events.get(name="asked to change").why == "My train is late"
    assert broken(now=NOW) == []


def test_the_same_wish_again_is_one_message_and_three_a_day_are_enough(booking: Booking) -> None:
    for text in ("one", "one", "two", "three"):
        services.ask_late_change(booking=booking, text=text, now=NOW)
    assert Message.objects.filter(kind="bookings.late_request").count() == 3
    with pytest.raises(TooManyRequests):
        services.ask_late_change(booking=booking, text="four", now=NOW + DAY - MINUTE)
    services.ask_late_change(booking=booking, text="three", now=NOW + HOUR)
    services.ask_late_change(booking=booking, text="four", now=NOW + DAY)
    assert Message.objects.filter(kind="bookings.late_request").count() == 4


def test_without_a_coachs_address_staff_hear_the_late_wish(booking: Booking) -> None:
    Coach.objects.update(user=None)
    services.ask_late_change(booking=booking, text="late", now=NOW)
    assert Message.objects.get(kind="bookings.late_request").recipient not in ("", "grace@example.org")


def test_nothing_is_asked_about_what_is_no_coming_call(booking: Booking) -> None:
    services.ask_late_change(booking=booking, text="while it runs", now=START + 10 * MINUTE)
    with pytest.raises(NotActive):
        services.ask_late_change(booking=booking, text="after", now=START + 30 * MINUTE)
    cancel(booking)
    with pytest.raises(NotActive):
        services.ask_late_change(booking=booking, text="gone", now=NOW)


def test_a_kind_of_call_that_is_offered_no_more_can_still_be_edited(booking: Booking) -> None:
    EventType.objects.update(enabled=False)
    assert edit(booking, questions="other").questions == "other"
