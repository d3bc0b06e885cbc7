"""The mails of the room, as they would leave it."""

import re
from datetime import datetime, timedelta

import pytest

from bookings import emails, links, services
from bookings.models import Booking, Coach, EventType
from mail import registry
from mail.registry import Rendered, Skip
from tests.bookings.emails.inbox import calendar_of, parts, render, seen, sent
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, book, cancel
from tests.mail.naughty import NAUGHTY

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY
QUESTION = "Should I move from testing to TPM? See https://my.example/cv"


def test_the_confirmation_says_how_to_join_first_and_how_to_cancel_second(kind: EventType) -> None:
    book(kind, START, questions=QUESTION)
    message = sent("bookings.confirmed")
    assert message["Subject"] == "Tue 19 January, 9:00 AM CST: your call with Ada is booked"
    text = parts(message)["text/plain"]
    manage = re.search(r"https://institute\.example/booking/([\w-]{32})/", text)
    assert manage is not None
    expected = f"""To join, open https://meet.example.org/room on Tuesday 19 January 2027, 9:00 AM (Chicago, UTC−6).

Hello Grace Visitor, your coaching call is booked.

Career consultation with Ada
Tuesday 19 January 2027
9:00 AM to 9:30 AM (Chicago, UTC−6)

TO MOVE OR CANCEL
Open {manage[0]}
You can move or cancel the call there until Monday 18 January 2027, 9:00 AM (Chicago, UTC−6). Declining the calendar event does not cancel the call.
"""
    assert text.startswith(expected)
    assert links.find_booking(manage[1], purpose="manage", now=NOW).start == START


def test_html_and_text_say_the_same_facts(kind: EventType) -> None:
    book(kind, START)
    found = parts(sent("bookings.confirmed"))
    for fact in (
        "9:00 AM to 9:30 AM (Chicago, UTC−6)",
        "https://meet.example.org/room",
        "Monday 18 January 2027, 9:00 AM (Chicago, UTC−6)",
        "Declining the calendar event does not cancel the call.",
    ):
        assert (fact in found["text/plain"], fact in seen(found["text/html"])) == (True, True), fact
    assert found["text/html"].index("Join the call") < found["text/html"].index("To move or cancel")


def test_the_confirmation_carries_an_invitation_last(kind: EventType) -> None:
    booking = book(kind, START)
    message = sent("bookings.confirmed")
    calendar = calendar_of(message)
    (event,) = calendar.walk("VEVENT")
    assert (str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"])) == ("REQUEST", str(booking.uid), 1)
    assert str(event["ORGANIZER"]) == "mailto:hello@institute.example"
    assert message["From"].addresses[0].addr_spec == "hello@institute.example"
    assert str(event["ATTENDEE"]) == "mailto:grace@example.org"
    assert (event["DTSTART"].dt, event["DTEND"].dt, event["DTSTAMP"].dt) == (START, START + 30 * MINUTE, NOW)


def test_a_reminder_carries_no_calendar_part(kind: EventType) -> None:
    book(kind, START)
    message = sent("bookings.reminder", now=START - DAY)
    assert message["Subject"] == "Tue 19 January, 9:00 AM CST: your call with Ada"
    assert set(parts(message)) == {"text/plain", "text/html"}


def test_a_late_reminder_says_to_phone_instead_of_cancelling_online(kind: EventType) -> None:
    book(kind, START)
    text = parts(sent("bookings.reminder", now=START - HOUR))["text/plain"]
    assert "You can move or cancel the call there" not in text
    assert "It is too late to move or cancel this call alone." in text


def test_the_cancellation_takes_the_event_away(kind: EventType) -> None:
    booking = cancel(book(kind, START), why="My reason, https://evil.example", now=NOW + HOUR)
    message = sent("bookings.cancelled", 2)
    calendar = calendar_of(message)
    (event,) = calendar.walk("VEVENT")
    assert message["Subject"] == "Tue 19 January, 9:00 AM CST: your call with Ada is cancelled"
    assert (str(calendar["METHOD"]), str(event["STATUS"])) == ("CANCEL", "CANCELLED")
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (str(booking.uid), 2)
    assert "evil.example" not in message.as_string()


def test_the_coach_reads_their_own_time_and_the_visitors_words(kind: EventType) -> None:
    book(kind, START, questions=QUESTION, phone="+12155550100")
    message = sent("bookings.coach_confirmed")
    text = parts(message)["text/plain"]
    assert message["Subject"] == "Tue 19 January, 10:00 AM EST: Grace Visitor booked Career consultation"
    assert (message["To"], message["Reply-To"]) == ("ada@institute.example", "grace@example.org")
    assert "10:00 AM to 10:30 AM (New York, UTC−5)\nFor them: Tuesday 19 January 2027, 9:00 AM (Chicago, UTC−6)" in text
    assert QUESTION in text
    (event,) = calendar_of(message).walk("VEVENT")
    assert str(event["ATTENDEE"]) == "mailto:ada@institute.example"
    assert str(event["SUMMARY"]) == "Career consultation with Grace Visitor"
    assert ".example/booking/" not in "".join(parts(message).values()), "a coach gets no link of the attendee's"


def test_the_coach_reads_why_a_call_was_cancelled(kind: EventType) -> None:
    cancel(book(kind, START), why="I am ill")
    message = sent("bookings.coach_cancelled", 2)
    assert "REASON GIVEN\nI am ill" in parts(message)["text/plain"]
    assert str(calendar_of(message)["METHOD"]) == "CANCEL"


def test_a_visitors_own_words_never_reach_the_visitors_address(kind: EventType) -> None:
    booking = book(kind, START, questions=QUESTION, name="Win http://evil.example now " + "x" * 200)
    cancel(booking, why=QUESTION)
    kinds = {"bookings.confirmed": 1, "bookings.reminder": 1, "bookings.cancelled": 2}
    Booking.objects.update(status="confirmed", version=1)
    for name, version in kinds.items():
        if version == 2:
            Booking.objects.update(status="cancelled", version=2)
        rendered = render(name, version, NOW + MINUTE)
        assert isinstance(rendered, Rendered)
        calendar = rendered.calendar.content.decode().replace("\r\n ", "") if rendered.calendar else ""
        for said in (rendered.subject, rendered.text, rendered.html, calendar):
            assert "my.example" not in said, name
            assert "evil.example" not in said, name
            assert "x" * 81 not in said, name


def test_the_mail_says_so_where_clocks_change_before_the_call(kind: EventType) -> None:
    EventType.objects.update(booking_window=timedelta(days=100))
    book(EventType.objects.get(), datetime(2027, 3, 16, 15, tzinfo=NOW.tzinfo))
    said = "The clocks change on Sunday 14 March 2027, before the call. The time above already allows for it."
    found = parts(sent("bookings.confirmed"))
    assert (said in found["text/plain"], said in " ".join(found["text/html"].split())) == (True, True)
    assert "10:00 AM to 10:30 AM (Chicago, UTC−5)" in found["text/plain"]
    assert (
        "clocks change"
        not in parts(sent("bookings.reminder", now=datetime(2027, 3, 15, 16, tzinfo=NOW.tzinfo)))["text/plain"]
    )


def test_where_the_coach_phones_the_mail_says_at_which_number(kind: EventType) -> None:
    EventType.objects.update(location_kind="phone", location_detail="")
    book(EventType.objects.get(), START, phone="+12155550100")
    at = "on Tuesday 19 January 2027, 9:00 AM (Chicago, UTC−6).\n"
    assert parts(sent("bookings.confirmed"))["text/plain"].startswith(f"Ada phones you at +1 215-555-0100 {at}")
    coach = parts(sent("bookings.coach_confirmed"))
    assert coach["text/plain"].startswith("Phone Grace Visitor at +1 215-555-0100 on Tuesday 19 January 2027, 10:00 AM")
    assert 'href="tel:+12155550100"' in coach["text/html"]


def test_in_person_the_mail_says_where(kind: EventType) -> None:
    EventType.objects.update(location_kind="in_person", location_detail="12 Main Street, Room 4")
    book(EventType.objects.get(), START)
    at = "on Tuesday 19 January 2027, 9:00 AM (Chicago, UTC−6).\n"
    assert parts(sent("bookings.confirmed"))["text/plain"].startswith(f"Come to 12 Main Street, Room 4 {at}")


def test_what_is_no_longer_true_is_not_rendered(kind: EventType) -> None:
    booking = book(kind, START)
    assert isinstance(render("bookings.reminder", now=START), Skip)
    cancel(booking)
    for name in ("bookings.confirmed", "bookings.reminder", "bookings.coach_confirmed"):
        assert isinstance(render(name), Skip)
    Booking.objects.all().delete()
    for name in ("bookings.cancelled", "bookings.coach_cancelled"):
        assert isinstance(render(name, 2), Skip)


def test_an_unknown_zone_falls_back_to_the_institutes(kind: EventType) -> None:
    book(kind, START, time_zone="Mars/Olympus")
    assert sent("bookings.confirmed")["Subject"].startswith("Tue 19 January, 10:00 AM EST:")


def test_links_of_all_coming_calls_are_mailed_to_the_address(kind: EventType) -> None:
    for start in (START, START + DAY):
        book(kind, start)
    book(kind, START + 2 * DAY, email="other@example.org")
    cancel(book(kind, START + 3 * DAY))
    services.mail_links(email="Grace@example.org", now=NOW)
    message = sent("bookings.links")
    assert (message["To"], message["Subject"]) == (
        "grace@example.org",
        "Tue 19 January, 9:00 AM CST: the links you asked for",
    )
    raws = re.findall(r"/booking/([\w-]{32})/", parts(message)["text/plain"])
    opened = [links.find_booking(raw, purpose="manage", now=NOW).start for raw in raws]
    assert opened == [START, START + DAY]


def test_the_link_in_a_mail_is_the_sites_own_and_minted_for_that_mail(kind: EventType) -> None:
    book(kind, START)
    first, second = (re.findall(r"/booking/([\w-]{32})/", str(render("bookings.confirmed"))) for _ in range(2))
    assert len(set(first)) == len(set(second)) == 1
    assert first[0] != second[0]


def test_no_naughty_name_breaks_a_mail(kind: EventType) -> None:
    booking = book(kind, START)
    breaking = [text for text in NAUGHTY if any(ord(char) < 32 or char in "\x7f\x85\u2028\u2029:@<" for char in text)]
    assert len(breaking) > 20
    for text in [*breaking[::4], *NAUGHTY[::40]]:
        Booking.objects.update(attendee_name=text.replace("\x00", "")[:200].encode("utf-8", "ignore").decode())
        message = sent("bookings.coach_confirmed")
        assert set(message.keys()) == {
            "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted", "MIME-Version", "Content-Type",
        }, text  # fmt: skip
        assert message["To"] == "ada@institute.example"
    assert booking.pk


def test_no_mail_counts_down(kind: EventType) -> None:
    """Mails wait in queues and inboxes: whatever is relative to now is wrong when it is read."""
    book(kind, START)
    for name in ("bookings.confirmed", "bookings.reminder", "bookings.coach_confirmed"):
        said = parts(sent(name))
        for body in said.values():
            assert not re.search(r"\b(tomorrow|today|yesterday|in \d+ (minutes?|hours?|days?))\b", str(body), re.I)


def test_every_kind_is_registered_with_its_stream() -> None:
    streams = {kind: registry.get(kind).stream for kind in (emails.CONFIRMED, emails.LINKS, emails.COACH_CANCELLED)}
    assert streams == {
        "bookings.confirmed": "booking",
        "bookings.links": "booking",
        "bookings.coach_cancelled": "staff",
    }
    assert Coach.objects.count() == 0
