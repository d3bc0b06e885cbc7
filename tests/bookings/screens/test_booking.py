"""The page behind the link in the mail: how to join, cancel, put it into a calendar; and every wrong link."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.test import Client

from bookings import links, services
from bookings.models import Booking, Coach, EventType, LocationKind
from leads.models import Lead
from mail.models import Message
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_type, book
from tests.bookings.screens.visit import page

FRIDAY_TEN = TUESDAY_TEN + 3 * DAY


def test_the_page_says_when_in_both_zones_and_how_to_join(visitor: Client, token: str) -> None:
    shown = page(visitor.get(f"/booking/{token}/"))
    text = shown.text.replace("\xa0", " ")
    assert "Career consultation with Ada Lovelace" in text
    assert "Friday 15 January 9:00 AM to 9:30 AM Chicago · Central Time (UTC−6)" in text
    assert "Friday 15 January 2027 at 10:00 AM, Eastern Time (UTC−5)" in text
    assert shown.links["https://meet.example.org/room"] == "https://meet.example.org/room"
    assert "grace@example.org" in text
    assert "You can move or cancel it here until Thursday 14 January 2027 at 9:00 AM, Central Time (UTC−6)." in text
    assert "Your call is booked" not in text


def test_one_zone_is_said_once(visitor: Client, kind: EventType) -> None:
    call = book(kind, start=FRIDAY_TEN, time_zone="America/Toronto")
    shown = page(visitor.get(f"/booking/{links.mint_manage(booking=call, now=NOW)}/"))
    assert "For your coach" not in shown.text


def test_a_call_by_phone_says_which_number_rings(visitor: Client, ada: Coach) -> None:
    kind = a_type(ada, slug="mock", location_kind=LocationKind.PHONE, location_detail="")
    call = book(kind, start=FRIDAY_TEN, phone="+12154302201")
    shown = page(visitor.get(f"/booking/{links.mint_manage(booking=call, now=NOW)}/"))
    assert "Ada Lovelace phones you on +1 215-430-2201 ." in shown.text


def test_a_location_that_is_no_address_is_never_a_link(visitor: Client, kind: EventType) -> None:
    for detail in ("javascript:alert(1)", "Room 4, 12 Main St", "http://plain.example.org/", "https://"):
        EventType.objects.filter(pk=kind.pk).update(location_detail=detail)
        call = book(EventType.objects.get(pk=kind.pk), start=FRIDAY_TEN)
        shown = page(visitor.get(f"/booking/{links.mint_manage(booking=call, now=NOW)}/"))
        assert detail in shown.text
        assert detail not in shown.links.values()
        Booking.objects.filter(pk=call.pk).update(status="expired")


def test_cancelling_needs_the_button(visitor: Client, token: str, call: Booking) -> None:
    asked = page(visitor.get(f"/booking/{token}/cancel/"))
    assert "Cancel the call on Friday 15 January" in asked.text
    assert Booking.objects.get().status == "confirmed"
    answer = visitor.post(f"/booking/{token}/cancel/", {"why": "I am\nill."})
    assert (answer.status_code, answer["Location"]) == (303, f"/booking/{token}/")
    row = Booking.objects.get()
    assert (row.status, row.cancel_reason, row.cancelled_at) == ("cancelled", "I am ill.", NOW)
    shown = page(visitor.get(answer["Location"])).text
    assert "This call is cancelled" in shown
    assert "“I am ill.”" in shown
    event = row.events.order_by("id").last()
    assert event is not None
    assert (event.actor_kind, event.why) == ("attendee", "I am ill.")


def test_cancelling_twice_is_no_error(visitor: Client, token: str) -> None:
    answers = [visitor.post(f"/booking/{token}/cancel/").status_code for _ in range(2)]
    assert answers == [303, 303]
    assert Message.objects.filter(kind="bookings.cancelled").count() == 1
    assert "This call is cancelled already" in page(visitor.get(f"/booking/{token}/cancel/")).text


def test_a_reason_that_is_too_long_is_said_and_nothing_is_cancelled(visitor: Client, token: str) -> None:
    answer = visitor.post(f"/booking/{token}/cancel/", {"why": "x" * 501})
    assert answer.status_code == 422
    assert "Use at most 500 characters; this has 501." in page(answer).text
    assert Booking.objects.get().status == "confirmed"


def test_after_the_policy_hour_a_message_to_the_coach_stands_instead_of_the_button(
    visitor: Client, token: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(FRIDAY_TEN - 24 * HOUR)
    assert "Cancel this call" in page(visitor.get(f"/booking/{token}/")).links
    clock.shift(timedelta(seconds=1))
    shown = page(visitor.get(f"/booking/{token}/"))
    assert "Cancel this call" not in shown.links
    assert "The call starts in less than 24 hours, so it can no longer be moved or cancelled here." in shown.text
    late = visitor.post(f"/booking/{token}/cancel/")
    assert late.status_code == 409
    assert "Ask your coach to change this call" in page(late).text
    assert "tel:+12154302201" in page(late).links.values()
    assert Booking.objects.get().status == "confirmed"


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(minutes=10), "Your call is on now"),
        (timedelta(minutes=30), "This call is over"),
        (timedelta(hours=20), "This call is over"),
    ],
)
def test_the_page_follows_the_call_through_its_day(
    visitor: Client, token: str, clock: time_machine.Traveller, after: timedelta, words: str
) -> None:
    clock.move_to(FRIDAY_TEN + after)
    assert words in page(visitor.get(f"/booking/{token}/?booked=1")).text


def test_a_link_ends_a_day_after_the_call(visitor: Client, token: str, clock: time_machine.Traveller) -> None:
    clock.move_to(FRIDAY_TEN + timedelta(minutes=30, hours=24))
    assert visitor.get(f"/booking/{token}/").status_code == 404


def test_the_calendar_file_holds_the_call(visitor: Client, token: str, call: Booking) -> None:
    answer = visitor.get(f"/booking/{token}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="coaching-call.ics"'
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["UID"]), event.decoded("DTSTART"), event.decoded("DTEND")) == (
        str(call.uid),
        FRIDAY_TEN,
        FRIDAY_TEN + timedelta(minutes=30),
    )
    assert b"METHOD" not in answer.content


def test_a_corrected_address_kills_the_old_link(visitor: Client, token: str, call: Booking) -> None:
    services.change_email(booking=call, email="right@example.org", actor="olga", now=NOW)
    assert visitor.get(f"/booking/{token}/").status_code == 404


def test_another_host_in_the_request_is_refused(visitor: Client, token: str) -> None:
    assert visitor.get(f"/booking/{token}/", headers={"Host": "evil.example"}).status_code == 400


def test_find_answers_the_same_for_everybody_and_mails_only_whom_it_knows(
    visitor: Client, call: Booking, clock: time_machine.Traveller
) -> None:
    form = page(visitor.get("/booking/find/")).hidden
    clock.shift(timedelta(seconds=5))
    answers = [
        visitor.post("/booking/find/", form | {"email": email}) for email in ("grace@example.org", "nobody@example.org")
    ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, "/booking/find/?sent=1")}
    assert list(Message.objects.filter(kind="bookings.links").values_list("recipient", flat=True)) == [
        "grace@example.org"
    ]
    assert not Lead.objects.filter(email="nobody@example.org").exists()
    assert "Look into your mailbox" in page(visitor.get("/booking/find/?sent=1")).text


def test_find_keeps_what_was_typed_when_it_cannot_be_an_address(visitor: Client, db: None) -> None:
    form = page(visitor.get("/booking/find/")).hidden
    answer = visitor.post("/booking/find/", form | {"email": "grace"})
    assert answer.status_code == 422
    assert page(answer).fields["email"] == "grace"
    assert "Enter an email address like name@example.org." in page(answer).text


def test_find_is_limited_and_says_when_to_come_back(visitor: Client, db: None, clock: Any, settings: Any) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"find:address": "1/hour"}
    form = page(visitor.get("/booking/find/")).hidden
    clock.shift(timedelta(seconds=5))
    codes = [visitor.post("/booking/find/", form | {"email": f"n{n}@example.org"}).status_code for n in range(2)]
    assert codes == [303, 429]


def test_the_year_is_said_when_it_is_another_one(visitor: Client, ada: Coach, clock: time_machine.Traveller) -> None:
    kind = a_type(ada, slug="far", booking_window=400 * DAY)
    start = datetime(2028, 1, 4, 15, tzinfo=UTC)
    call = book(kind, start=start)
    shown = page(visitor.get(f"/booking/{links.mint_manage(booking=call, now=NOW)}/"))
    assert "Tuesday 4 January 2028 9:00 AM to 9:30 AM" in shown.text
