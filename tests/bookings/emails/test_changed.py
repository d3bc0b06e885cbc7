"""Mails about a call that is asked for, answered, moved, given away or edited."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from bookings import links, services
from bookings.models import Answer, Booking, BookingEvent, Coach, EventType
from mail import registry
from mail.models import Message
from mail.registry import Rendered, Skip
from tests.bookings.emails.inbox import calendar_of, parts, render, sent
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, book, cancel

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY
Actor = BookingEvent.ActorKind
ASKED = "Please https://my.example make it later"


@pytest.fixture
def asked(kind: EventType) -> Booking:
    EventType.objects.update(needs_approval=True)
    return book(
        EventType.objects.get(),
        START,
        questions="Which role?",
        access_needs="Captions, please",
        answers=[Answer(1, "Years of experience", "7")],
    )


def kinds() -> dict[str, str]:
    """Kind → status of every message, the latest of a kind."""
    return dict(Message.objects.order_by("id").values_list("kind", "status"))


def move(booking: Booking, start: datetime, coach: Coach | None = None, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": Actor.ATTENDEE, "actor": "booking link", "why": "", "now": NOW}
    return services.reschedule(booking=booking, start=start, coach=coach, **(usual | changes))


def bob(kind: EventType) -> Coach:
    coach = a_coach("bob", user=User.objects.create_user("bob", "bob@institute.example"))
    kind.coaches.add(coach)
    return coach


def test_a_request_invites_nobody_yet_and_says_until_when_the_time_is_kept(asked: Booking) -> None:
    message = sent("bookings.pending")
    text = parts(message)["text/plain"]
    assert message["Subject"] == "Tue 19 January, 9:00 AM CST: we are keeping this time with Ada for you"
    assert "you hear from us by Tuesday 12 January 2027, 9:00 AM (Chicago, UTC−6) at the latest" in text
    assert "text/calendar" not in parts(message)
    assert kinds() == {"bookings.pending": "due", "bookings.coach_pending": "due"}


def test_the_coach_answers_a_request_from_a_link_of_one_purpose(asked: Booking) -> None:
    message = sent("bookings.coach_pending")
    text = parts(message)["text/plain"]
    assert (message["To"], message["Reply-To"]) == ("ada@institute.example", "grace@example.org")
    assert "Say yes or no until Tuesday 12 January 2027, 10:00 AM (New York, UTC−5)" in text
    assert "Years of experience\n7" in text
    assert "WHAT WOULD MAKE THE CALL EASIER FOR THEM\nCaptions, please" in text
    raw = text.partition("/approve/")[2].partition("/")[0]
    assert links.find_booking(raw, purpose=links.APPROVE, now=NOW) == asked


def test_without_a_coachs_address_staff_are_asked(kind: EventType) -> None:
    Coach.objects.update(user=None)
    EventType.objects.update(needs_approval=True)
    book(EventType.objects.get(), START)
    assert sent("bookings.coach_pending")["To"] == "hello@institute.example"


def test_a_yes_is_a_confirmation_with_the_first_invitation(asked: Booking) -> None:
    services.approve(booking=asked, actor_kind=Actor.STAFF, actor="ada", now=NOW + HOUR)
    (event,) = calendar_of(sent("bookings.confirmed", 2)).walk("VEVENT")
    assert (str(event["UID"]), int(event["SEQUENCE"]), event["DTSTAMP"].dt) == (str(asked.uid), 2, NOW + HOUR)
    assert str(calendar_of(sent("bookings.coach_confirmed", 2))["METHOD"]) == "REQUEST"
    assert sent("bookings.confirmed", 2)["Subject"].endswith("Ada said yes, your call is booked")
    assert kinds()["bookings.pending"] == "cancelled"
    assert Message.objects.filter(kind="bookings.reminder", status="due").count() == 2


@pytest.mark.parametrize(
    ("verb", "subject", "said"),
    [
        (lambda booking: services.decline(
            booking=booking, actor_kind=Actor.STAFF, actor="ada", why="I am away that day.", now=NOW
        ), "Ada cannot take this call", "REASON GIVEN\nI am away that day."),
        (lambda booking: services.decline_unanswered(now=NOW + 2 * DAY),
         "this call could not be confirmed", "Ada did not answer in time, so the time is not kept for you any more."),
    ],
)  # fmt: skip
def test_a_no_says_why_and_leads_to_another_time(asked: Booking, verb: Any, subject: str, said: str) -> None:
    verb(asked)
    message = sent("bookings.declined", 2)
    text = parts(message)["text/plain"]
    assert message["Subject"] == f"Tue 19 January, 9:00 AM CST: {subject}"
    assert said in text
    assert "https://institute.example/book/consultation/" in text
    assert "text/calendar" not in parts(message)
    assert kinds()["bookings.coach_pending"] == "cancelled"


def test_a_request_that_is_taken_back_takes_no_event_away(asked: Booking) -> None:
    cancel(asked)
    for name in ("bookings.cancelled", "bookings.coach_cancelled"):
        assert "text/calendar" not in parts(sent(name, 2)), name


def test_a_moved_call_says_the_new_time_first_and_moves_the_event(kind: EventType) -> None:
    booking = move(book(kind, START), START + 2 * HOUR, now=NOW + MINUTE)
    message = sent("bookings.rescheduled", 2)
    text = parts(message)["text/plain"]
    assert message["Subject"] == "Tue 19 January, 11:00 AM CST: the new time of your call with Ada"
    assert text.index("11:00 AM to 11:30 AM") < text.index("Before: Tuesday 19 January 2027, 9:00 AM")
    (event,) = calendar_of(message).walk("VEVENT")
    assert (str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt) == (
        str(booking.uid),
        2,
        START + 2 * HOUR,
    )
    coach = sent("bookings.coach_rescheduled", 2)
    assert coach["Subject"] == "Tue 19 January, 12:00 PM EST: the new time of Career consultation with Grace Visitor"
    assert "Before: Tuesday 19 January 2027, 10:00 AM (New York, UTC−5)" in parts(coach)["text/plain"]
    assert kinds()["bookings.confirmed"] == "cancelled"
    assert Message.objects.filter(kind="bookings.reminder", topic_version=1).exclude(status="cancelled").count() == 0


def test_a_change_of_coach_is_a_cancel_to_the_old_and_a_request_to_the_new(kind: EventType) -> None:
    new = bob(kind)
    booking = move(book(kind, START, Coach.objects.get(slug="ada")), START + 2 * HOUR, new)
    away, to = sent("bookings.coach_moved_away", 2), sent("bookings.coach_confirmed", 2)
    assert (away["To"], to["To"]) == ("ada@institute.example", "bob@institute.example")
    (gone,), (come,) = calendar_of(away).walk("VEVENT"), calendar_of(to).walk("VEVENT")
    assert (str(calendar_of(away)["METHOD"]), str(gone["STATUS"]), gone["DTSTART"].dt) == ("CANCEL", "CANCELLED", START)
    assert (str(calendar_of(to)["METHOD"]), come["DTSTART"].dt) == ("REQUEST", START + 2 * HOUR)
    assert {str(gone["UID"]), str(come["UID"])} == {str(booking.uid)}
    assert {int(gone["SEQUENCE"]), int(come["SEQUENCE"])} == {2}
    said = "your coaching call has moved, and Bob takes it."
    assert said in parts(sent("bookings.rescheduled", 2))["text/plain"]
    assert "grace" not in "".join(parts(away).values()).lower().replace("grace visitor", ""), "no address any more"


def test_a_moved_request_asks_the_coach_again(asked: Booking) -> None:
    move(asked, START + 2 * HOUR)
    assert "11:00 AM to 11:30 AM" in parts(sent("bookings.pending", 2))["text/plain"]
    assert sent("bookings.coach_pending", 2)["Subject"] == "Tue 19 January, 12:00 PM EST: Grace Visitor asks for a call"
    assert isinstance(render("bookings.pending", 1), Skip)


def test_new_answers_reach_the_coach_each_time(kind: EventType) -> None:
    booking = book(kind, START)
    for number in (1, 2):
        booking = services.edit_details(
            booking=booking,
            phone="",
            questions=f"Question {number}",
            access_needs="",
            answers=[],
            actor_kind=Actor.ATTENDEE,
            actor="",
            now=NOW,
        )
    assert Message.objects.filter(kind="bookings.coach_updated").count() == 2
    message = sent("bookings.coach_updated")
    assert "Question 2" in parts(message)["text/plain"]
    assert "text/calendar" not in parts(message)


def test_a_new_number_for_a_call_that_the_coach_phones_is_a_new_version_for_both(kind: EventType) -> None:
    EventType.objects.update(location_kind="phone", location_detail="")
    booking = book(EventType.objects.get(), START, phone="+12155550100")
    services.edit_details(
        booking=booking,
        phone="+12155550199",
        questions=booking.questions,
        access_needs="",
        answers=[],
        actor_kind=Actor.ATTENDEE,
        actor="",
        now=NOW + HOUR,
    )
    for name in ("bookings.confirmed", "bookings.coach_updated"):
        (event,) = calendar_of(sent(name, 2)).walk("VEVENT")
        who = "We phone you" if name == "bookings.confirmed" else "You phone them"
        assert (int(event["SEQUENCE"]), str(event["LOCATION"])) == (2, f"{who}: +12155550199"), name
    assert "your coaching call has your new number" in parts(sent("bookings.confirmed", 2))["text/plain"]


def test_a_late_request_reaches_the_coach_in_the_visitors_words(kind: EventType) -> None:
    booking = book(kind, START)
    services.ask_late_change(booking=booking, text=ASKED, now=START - HOUR)
    message = sent("bookings.late_request", now=START - HOUR)
    assert message["To"] == "ada@institute.example"
    assert f"WHAT THEY WRITE\n{ASKED}" in parts(message)["text/plain"]


def test_a_cancellation_says_who_cancelled_and_staffs_reason(kind: EventType) -> None:
    cancel(book(kind, START), why="My own reason")
    text, coach = (parts(sent(name, 2))["text/plain"] for name in ("bookings.cancelled", "bookings.coach_cancelled"))
    assert text.startswith("The call is off, as you asked.")
    assert "My own reason" not in text
    assert coach.startswith("Grace Visitor cancelled this call. Its time is free again.")
    cancel(book(kind, START + DAY), actor_kind=Actor.STAFF, actor="olga", why="The coach is ill.")
    rows = Message.objects.filter(topic_version=2).order_by("-id")
    mine = rows.filter(kind="bookings.cancelled")[0]
    rendered = registry.get(mine.kind).render(mine, lambda *_, **__: "t" * 32, NOW)
    assert isinstance(rendered, Rendered)
    assert rendered.text.startswith("We had to cancel this call, and we are sorry.")
    assert "REASON GIVEN\nThe coach is ill." in rendered.text
    theirs = rows.filter(kind="bookings.coach_cancelled")[0]
    rendered = registry.get(theirs.kind).render(theirs, lambda *_, **__: "t" * 32, NOW)
    assert isinstance(rendered, Rendered)
    assert rendered.text.startswith("This call was cancelled at the desk by olga.")


def test_a_move_says_who_moved_it_and_staffs_reason(kind: EventType) -> None:
    booking = move(book(kind, START), START + 2 * HOUR)
    assert "your coaching call has moved, as you asked." in parts(sent("bookings.rescheduled", 2))["text/plain"]
    assert "Hello Ada, Grace Visitor moved your call." in parts(sent("bookings.coach_rescheduled", 2))["text/plain"]
    move(booking, START, actor_kind=Actor.STAFF, actor="olga", why="The room is taken.")
    text, coach = (
        parts(sent(name, 3))["text/plain"] for name in ("bookings.rescheduled", "bookings.coach_rescheduled")
    )
    assert "we had to move your coaching call.\nWhy: The room is taken.\n" in text
    assert "your call with Grace Visitor was moved at the desk by olga.\nWhy: The room is taken.\n" in coach


def test_text_and_html_of_every_mail_say_the_same_time(kind: EventType, asked: Booking) -> None:
    bob(kind)
    services.approve(booking=asked, actor_kind=Actor.STAFF, actor="ada", now=NOW)
    services.ask_late_change(booking=asked, text="Later?", now=NOW)
    booking = move(asked, START + 2 * HOUR)
    services.edit_details(
        booking=booking, phone="+12155550100", questions="New", access_needs="", answers=[],
        actor_kind=Actor.ATTENDEE, actor="", now=NOW,
    )  # fmt: skip
    services.reassign(booking=booking, actor="ada", why="", now=NOW)
    live = Message.objects.filter(status="due", kind__startswith="bookings.")
    assert {each.kind for each in live} == {
        "bookings.rescheduled",
        "bookings.reminder",
        "bookings.coach_confirmed",
        "bookings.coach_reminder",
        "bookings.coach_moved_away",
    }
    for message in live:
        rendered = registry.get(message.kind).render(message, lambda *_, **__: "t" * 32, NOW)
        assert isinstance(rendered, Rendered)
        said = "11:00 AM" if message.recipient == "grace@example.org" else "12:00 PM"
        assert (said in rendered.text, said in rendered.html) == (True, True), message.kind
