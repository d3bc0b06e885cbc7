"""The desk puts a student's name, number and answers right; the time stays, and both sides hear what concerns them."""

import pytest
from django.test import Client

from bookings.models import Booking, BookingEvent, EventType, IntakeQuestion, LocationKind
from mail.models import Message
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import page_of, text
from tests.bookings.emails.inbox import calendar_of, sent
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, book, cancel, history_replays
from tests.faults.invariants import broken

HTML = '<h1 onload="x()">&'


def filled(booking: Booking, **changes: str) -> dict[str, str]:
    """What the form sends when nothing is touched, and what is."""
    row = Booking.objects.get(pk=booking.pk)
    usual = {
        "name": row.attendee_name,
        "phone": row.attendee_phone,
        "questions": row.questions,
        "access_needs": row.access_needs,
        "place": row.location_kind,
        "place_detail": row.location_detail,
    }
    return usual | changes


@pytest.fixture
def asked(kind: EventType, alices: Own) -> IntakeQuestion:
    """A question that visitors must answer, and that Grace, who booked before it was asked, has not."""
    return IntakeQuestion.objects.create(event_type=kind, label="Which role?", required=True)


def edit_path(booking: Booking) -> str:
    return page_of(booking, "edit_details")


def test_the_form_shows_the_details_as_they_are(owner: Client, alices: Own, asked: IntakeQuestion) -> None:
    Booking.objects.filter(pk=alices.booking.pk).update(
        attendee_phone="+12155550100", answers=[{"question": asked.pk, "label": "Which role?", "value": "TPM"}]
    )
    page = text(owner.get(edit_path(alices.booking)))
    for shown in ('value="Grace"', 'value="+1 215-555-0100"', "Which role fits me?</textarea>", 'value="TPM"'):
        assert shown in page
    assert Booking.objects.get(pk=alices.booking.pk).version == 1, "a GET changes nothing"


def test_a_new_spelling_goes_into_both_calendars(owner: Client, alices: Own) -> None:
    answer = owner.post(edit_path(alices.booking), filled(alices.booking, name="  Grace   Höpper "), follow=True)
    assert "The details of Career consultation with Alice Ames are saved." in text(answer)
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.attendee_name, row.version, row.start) == ("Grace Höpper", 2, alices.booking.start)
    event = row.events.get(name="details edited")
    assert (event.actor_kind, event.actor) == (BookingEvent.ActorKind.STAFF, "olga")
    assert (event.old["attendee_name"], event.new["attendee_name"]) == ("Grace", "Grace Höpper")
    (theirs,) = calendar_of(sent("bookings.confirmed", version=2)).walk("VEVENT")
    (coachs,) = calendar_of(sent("bookings.coach_updated", version=2)).walk("VEVENT")
    assert str(theirs["ATTENDEE"].params["CN"]) == "Grace Höpper"
    assert str(coachs["SUMMARY"]) == "Career consultation with Grace Höpper"
    assert int(theirs["SEQUENCE"]) == int(coachs["SEQUENCE"]) == 2
    assert "name: Grace → Grace Höpper" in text(owner.get(page_of(alices.booking, "change")))
    assert (history_replays(), broken(now=NOW)) == (True, [])


def test_answers_are_put_in_and_only_the_coach_hears_of_it(owner: Client, alices: Own, asked: IntakeQuestion) -> None:
    given = filled(alices.booking, access_needs="captions") | {f"question_{asked.pk}": "TPM", "phone": "215 555 0100"}
    assert owner.post(edit_path(alices.booking), given).status_code == 302
    row = Booking.objects.get(pk=alices.booking.pk)
    assert row.answers == [{"question": asked.pk, "label": "Which role?", "value": "TPM"}]
    assert (row.attendee_phone, row.access_needs, row.version) == ("+12155550100", "captions", 1)
    assert Message.objects.filter(kind="bookings.confirmed", topic__key=row.topic_key).count() == 1
    told = " ".join(sent("bookings.coach_updated").get_body(("plain",)).get_content().split())
    assert "the details of your call with Grace were changed at the desk." in told


def test_what_nobody_has_answered_yet_stops_no_correction(owner: Client, alices: Own, asked: IntakeQuestion) -> None:
    assert owner.post(edit_path(alices.booking), filled(alices.booking, phone="+12155550100")).status_code == 302
    assert Booking.objects.get(pk=alices.booking.pk).attendee_phone == "+12155550100"


def test_a_coach_edits_own_calls_in_own_name(alice: Client, alices: Own) -> None:
    alice.post(edit_path(alices.booking), filled(alices.booking, questions="told on the phone"))
    event = BookingEvent.objects.get(booking=alices.booking, name="details edited")
    assert (event.actor, event.new["questions"]) == ("alice", "told on the phone")


def test_anothers_call_is_not_there(alice: Client, alices: Own, bobs: Own) -> None:
    before = list(Booking.objects.values_list())
    path = edit_path(bobs.booking)
    assert [alice.get(path).status_code, alice.post(path, filled(bobs.booking, name="X")).status_code] == [404, 404]
    alice.post(edit_path(alices.booking), filled(alices.booking) | {"coach": str(bobs.coach.pk), "status": "held"})
    assert list(Booking.objects.values_list()) == before, "and nothing else can be posted along"


def test_the_same_again_writes_nothing(owner: Client, alices: Own) -> None:
    assert owner.post(edit_path(alices.booking), filled(alices.booking)).status_code == 302
    assert (alices.booking.events.count(), Message.objects.filter(kind="bookings.coach_updated").count()) == (1, 0)


def test_a_call_by_phone_keeps_a_number(owner: Client, alices: Own) -> None:
    Booking.objects.update(location_kind=LocationKind.PHONE, attendee_phone="+12155550100")
    answer = owner.post(edit_path(alices.booking), filled(alices.booking, phone="", name="Kept As Typed"))
    assert (answer.status_code, "Enter the number that the coach dials." in text(answer)) == (422, True)
    assert 'value="Kept As Typed"' in text(answer)


def test_another_place_for_one_call_goes_into_both_calendars(owner: Client, alices: Own, kind: EventType) -> None:
    other = "https://meet.example.org/other"
    owner.post(edit_path(alices.booking), filled(alices.booking, place_detail=other))
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.location_detail, row.version, row.start) == (other, 2, alices.booking.start)
    for mail in ("bookings.confirmed", "bookings.coach_updated"):
        (event,) = calendar_of(sent(mail, version=2)).walk("VEVENT")
        assert (str(event["LOCATION"]), int(event["SEQUENCE"])) == (other, 2)
    kind.refresh_from_db()
    assert kind.location_detail == "https://meet.example.org/room", "the kind of call keeps its own"
    assert (history_replays(), broken(now=NOW)) == (True, [])


def test_a_call_becomes_one_by_phone_with_a_number_and_without_the_link(owner: Client, alices: Own) -> None:
    path = edit_path(alices.booking)
    answer = owner.post(path, filled(alices.booking, place="phone"))
    assert (answer.status_code, "Enter the number that the coach dials." in text(answer)) == (422, True)
    owner.post(path, filled(alices.booking, place="phone", phone="+12155550100"))
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.location_kind, row.location_detail, row.attendee_phone) == ("phone", "", "+12155550100")


@pytest.mark.parametrize(
    ("place", "detail", "sentence"),
    [
        ("video", " ", "Enter the video link."),
        ("in_person", "", "Enter the address."),
        ("moon", "x", "Select a valid choice."),
        ("video", "x" * 501, "Use at most 500 characters."),
        ("video", "https://x.example/\x00", "Please remove hidden control characters from this text."),
    ],
)
def test_a_place_that_is_none_is_a_sentence(owner: Client, alices: Own, place: str, detail: str, sentence: str) -> None:
    answer = owner.post(edit_path(alices.booking), filled(alices.booking, place=place, place_detail=detail))
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert Booking.objects.get(pk=alices.booking.pk).version == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter the student’s name."),
        (" \u200b ", "Enter the student’s name."),
        ("--", "Enter the student’s name."),
        ("x" * 81, "Use at most 80 characters."),
        ("Gr\x00ace", "Please remove hidden control characters from this text."),
        ("Gr\u2028ace", None),
        ("\ufffd", "Enter the student’s name."),
        (HTML, None),
    ],
)
def test_a_hostile_name_is_a_sentence_or_harmless(owner: Client, alices: Own, name: str, sentence: str | None) -> None:
    answer = owner.post(edit_path(alices.booking), filled(alices.booking, name=name))
    if sentence is None:
        assert answer.status_code in (302, 422)
        assert HTML not in text(owner.get(page_of(alices.booking, "change")))
    else:
        assert (answer.status_code, sentence in text(answer)) == (422, True)
        assert Booking.objects.get(pk=alices.booking.pk).attendee_name == "Grace"


def test_a_long_name_of_old_stops_no_correction(owner: Client, alices: Own) -> None:
    Booking.objects.filter(pk=alices.booking.pk).update(attendee_name="x" * 200)
    assert owner.post(edit_path(alices.booking), filled(alices.booking, phone="+12155550100")).status_code == 302
    assert Booking.objects.get(pk=alices.booking.pk).attendee_name == "x" * 200


def test_a_request_is_asked_anew_under_the_right_name(owner: Client, alices: Own, kind: EventType) -> None:
    EventType.objects.update(needs_approval=True)
    kind.refresh_from_db()
    asked_for = book(kind, TUESDAY_TEN + DAY + HOUR, alices.coach, name="Wnada", email="wanda@example.org")
    owner.post(edit_path(asked_for), filled(asked_for, name="Wanda"))
    row = Booking.objects.get(pk=asked_for.pk)
    live = Message.objects.filter(topic__key=row.topic_key, topic_version=row.version, status="due")
    assert sorted(live.values_list("kind", flat=True)) == ["bookings.coach_pending", "bookings.pending"]
    assert (row.status, row.attendee_name) == ("pending", "Wanda")


def test_a_call_that_was_cancelled_meanwhile_says_so(owner: Client, alices: Own) -> None:
    given = filled(alices.booking, name="Late")
    cancel(alices.booking)
    answer = owner.post(edit_path(alices.booking), given, follow=True)
    assert "The details can be put right for a call that is still to come." in text(answer)
    assert Booking.objects.get(pk=alices.booking.pk).attendee_name == "Grace"
