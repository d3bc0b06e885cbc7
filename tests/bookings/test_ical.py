"""Invitations, read back by two parsers that have nothing in common."""

import re
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from pytest_django import Settings

from bookings import ical
from bookings.models import Booking
from mail.text import one_line
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel
from tests.mail.naughty import NAUGHTY

pytestmark = pytest.mark.django_db
HOSTILE = 'Eve\r\nATTENDEE:mailto:all@example.org\x00\x07\u2028"; x="y^n\\, semi;colon: done\u202e'
READER = ical.Reader("grace@example.org", "Grace", "Career consultation with Ada", "How to join\nand more")


@pytest.fixture
def booking() -> Booking:
    return book(a_type(a_coach()), TUESDAY_TEN + 7 * DAY, now=NOW)


def by_hand(content: bytes) -> list[tuple[str, dict[str, str], str]]:
    """A second reading, straight from RFC 5545, 3.1 and 3.2: unfold, split names, parameters and values."""
    text = content.decode("utf-8")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    lines = []
    for line in re.sub("\r\n[ \t]", "", text).split("\r\n")[:-1]:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", line), line
        match = re.fullmatch(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', line)
        assert match, line
        params = {name: given.strip('"') for name, given in re.findall(r';([A-Z-]+)=("[^"]*"|[^";:,]*)', match[2])}
        lines.append((match[1], params, match[3]))
    return lines


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_an_invitation_says_exactly_this(booking: Booking, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Tpm Institute <hello@institute.example>"
    lines = by_hand(ical.invitation(booking, READER, method="REQUEST"))
    assert sorted(lines, key=str) == sorted(
        [
            ("BEGIN", {}, "VCALENDAR"),
            ("VERSION", {}, "2.0"),
            ("PRODID", {}, "-//Tpm Institute//Coaching calls//EN"),
            ("METHOD", {}, "REQUEST"),
            ("BEGIN", {}, "VEVENT"),
            ("UID", {}, str(booking.uid)),
            ("SEQUENCE", {}, "1"),
            ("DTSTAMP", {}, "20270111T150000Z"),
            ("DTSTART", {}, "20270119T150000Z"),
            ("DTEND", {}, "20270119T153000Z"),
            ("SUMMARY", {}, "Career consultation with Ada"),
            ("DESCRIPTION", {}, r"How to join\nand more"),
            ("LOCATION", {}, "https://meet.example.org/room"),
            ("URL", {}, "https://meet.example.org/room"),
            ("STATUS", {}, "CONFIRMED"),
            ("ORGANIZER", {}, "mailto:hello@institute.example"),
            (
                "ATTENDEE",
                {"CN": "Grace", "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE"},
                "mailto:grace@example.org",
            ),
            ("END", {}, "VEVENT"),
            ("END", {}, "VCALENDAR"),
        ],
        key=str,
    )


def test_a_cancellation_is_the_next_version_of_the_same_event(booking: Booking) -> None:
    cancelled = cancel(booking, now=NOW + HOUR + MINUTE)
    found = {name: value for name, _, value in by_hand(ical.invitation(cancelled, READER, method="CANCEL"))}
    assert {name: found[name] for name in ("METHOD", "STATUS", "UID", "SEQUENCE", "DTSTAMP", "DTSTART")} == {
        "METHOD": "CANCEL",
        "STATUS": "CANCELLED",
        "UID": str(booking.uid),
        "SEQUENCE": "2",
        "DTSTAMP": "20270111T160100Z",
        "DTSTART": "20270119T150000Z",
    }


def test_hostile_texts_stay_texts(booking: Booking) -> None:
    booking.location_detail = HOSTILE
    reader = ical.Reader("grace@example.org", HOSTILE, HOSTILE, HOSTILE)
    content = ical.invitation(booking, reader, method="REQUEST")
    mine = {name: (params, value) for name, params, value in by_hand(content)}
    (theirs,) = Calendar.from_ical(content).walk("VEVENT")
    clean = 'Eve ATTENDEE:mailto:all@example.org "; x="y^n\\, semi;colon: done'
    for name in ("SUMMARY", "LOCATION"):
        assert unescaped(mine[name][1]) == str(theirs[name]) == clean
    assert (
        unescaped(mine["DESCRIPTION"][1])
        == str(theirs["DESCRIPTION"])
        == clean.replace(" ATT", "\nATT").replace('org "', 'org\n"')
    )
    name = "Eve ATTENDEE:mailto:all@example.org ; x= y n , semi;colon: done"
    assert mine["ATTENDEE"][0]["CN"] == theirs["ATTENDEE"].params["CN"] == name
    assert [each for each, _, _ in by_hand(content)].count("ATTENDEE") == 1
    assert "URL" not in mine


def test_every_naughty_string_reads_the_same_in_both(booking: Booking) -> None:
    assert len(NAUGHTY) > 50
    for text in NAUGHTY:
        reader = ical.Reader("grace@example.org", text, text, text)
        content = ical.invitation(booking, reader, method="REQUEST")
        mine = {name: (params, value) for name, params, value in by_hand(content)}
        (theirs,) = Calendar.from_ical(content).walk("VEVENT")
        assert unescaped(mine["SUMMARY"][1]) == str(theirs["SUMMARY"]) == one_line(text)
        assert mine["ATTENDEE"][0]["CN"] == theirs["ATTENDEE"].params["CN"]


def test_where_the_coach_phones_the_location_says_so(booking: Booking) -> None:
    booking.location_kind, booking.location_detail, booking.attendee_phone = "phone", "", "+12155550100"
    found = {name: value for name, _, value in by_hand(ical.calendar_file(booking))}
    assert (found["LOCATION"], "URL" in found) == ("We phone you: +12155550100", False)


def test_a_calendar_file_invites_nobody(booking: Booking) -> None:
    names = [name for name, _, _ in by_hand(ical.calendar_file(booking))]
    assert not {"METHOD", "ORGANIZER", "ATTENDEE"} & set(names)
    booking.status = Booking.Status.CANCELLED
    assert ("STATUS", {}, "CANCELLED") in by_hand(ical.calendar_file(booking))


@pytest.mark.parametrize(
    "detail", ["http://meet.example.org", "javascript:alert(1)", "Room 4", "https://", "https://[", ""]
)
def test_only_an_https_address_is_a_link(detail: str) -> None:
    assert ical.link_of(detail) == ""


def test_fractions_of_a_second_do_not_reach_the_calendar(booking: Booking) -> None:
    booking.version_at = datetime(2027, 1, 11, 15, 0, 0, 999_999, tzinfo=UTC)
    assert ("DTSTAMP", {}, "20270111T150000Z") in by_hand(ical.calendar_file(booking))
