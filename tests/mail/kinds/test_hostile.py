"""Hostile words in every column that people fill in: never one more header, recipient, element or calendar line."""

import re

import pytest
from icalendar import Calendar

from bookings.models import Booking, BookingEvent
from mail import registry
from mail.registry import Stream
from tests.mail.kinds.reading import batches, check_envelope, check_markup, check_parts, letter, lines_of, soil
from tests.mail.kinds.scenes import STORIES

pytestmark = pytest.mark.django_db
KINDS = sorted({kind for kind, _ in STORIES})
PROPERTIES = {
    "BEGIN", "VERSION", "PRODID", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION",
    "LOCATION", "URL", "STATUS", "ORGANIZER", "ATTENDEE", "END",
}  # fmt: skip
TYPED = "zqx-typed-by-a-visitor"


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_row_breaks_a_mail(kind: str) -> None:
    told = STORIES[kind, ""]()
    before = check_markup(letter(kind, told)).tags
    for words in batches(KINDS.index(kind), len(KINDS)):
        soil(words)
        made = letter(f"{kind} with {words[:17]}", told)
        check_envelope(made)
        check_parts(made)
        # Rows of a table come and go with what is filled in; what runs or fetches never comes.
        assert set(check_markup(made).tags) <= {*before, "br", "blockquote", "tr", "th", "td", "table", "tbody"}
        if made.rendered.calendar is not None:
            lines = lines_of(made.rendered.calendar.content)
            names = [re.match(r"[A-Z-]+", line)[0] for line in lines]  # type: ignore[index]
            assert set(names) <= PROPERTIES, made.name
            assert [names.count(name) for name in ("ATTENDEE", "ORGANIZER", "UID", "METHOD")] == [1, 1, 1, 1]
            (event,) = Calendar.from_ical(made.rendered.calendar.content).walk("VEVENT")
            assert str(event["ATTENDEE"]) == f"mailto:{made.message.recipient}"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if registry.get(kind).stream not in (Stream.STAFF,)])
def test_what_a_visitor_typed_never_reaches_the_visitors_address(kind: str) -> None:
    """The address may be somebody else's, and a booking form is no way to send them a letter."""
    told = STORIES[kind, ""]()
    Booking.objects.update(
        questions=TYPED, access_needs=TYPED, cancel_reason=TYPED,
        answers=[{"question": 1, "label": "Years", "value": TYPED}],
    )  # fmt: skip
    BookingEvent.objects.filter(actor_kind=BookingEvent.ActorKind.ATTENDEE).update(why=TYPED, actor=TYPED)
    made = letter(kind, told)
    calendar = made.rendered.calendar.content.decode() if made.rendered.calendar else ""
    for part in (made.rendered.subject, made.rendered.text, made.rendered.html, calendar):
        assert TYPED not in part
