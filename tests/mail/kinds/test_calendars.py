"""Every calendar that leaves the house, read by icalendar and by Mozilla's ical.js: both read the same values."""

import pytest
from playwright.sync_api import Page

from bookings import ical, selectors
from bookings.models import Booking, Coach
from mail.text import one_line
from tests.bookings.house import NOW, TUESDAY_TEN
from tests.mail.kinds.ics import by_ical_js, by_icalendar
from tests.mail.kinds.reading import batches, letter, soil, storable
from tests.mail.kinds.scenes import STORIES, call, house
from tests.mail.kinds.test_every_kind import INVITES, WITH_NEW_NUMBER
from tests.mail.naughty import NAUGHTY

pytestmark = pytest.mark.django_db
INVITING = sorted({*(which for which in STORIES if which[0] in INVITES), WITH_NEW_NUMBER})


def same(page: Page, calendars: list[bytes]) -> None:
    """Fails with the first calendar that the two read differently; what they skip both is not there."""
    for content, found in zip(calendars, by_ical_js(page, calendars), strict=True):
        expected = by_icalendar(content)
        for each in (*expected["events"], *found["events"]):
            each["names"] = sorted(each["names"])
        assert found == expected, content.decode()


@pytest.mark.parametrize("which", INVITING, ids=lambda which: ": ".join(filter(None, which)))
def test_both_read_the_invitation_of_every_story(which: tuple[str, str], page: Page) -> None:
    told = STORIES[which]()
    calendars = []
    for words in [None, *(batches(INVITING.index(which), len(INVITING)) if not which[1] else [])]:
        if words is not None:
            soil(words)
        part = letter(": ".join(which), told).rendered.calendar
        assert part is not None
        calendars.append(part.content)
    same(page, calendars)
    assert [each["others"] for each in by_ical_js(page, calendars)] == [0] * len(calendars), "UTC needs no VTIMEZONE"


def test_both_read_every_naughty_string_where_people_type(page: Page) -> None:
    booking = call()
    calendars, expected = [], []
    for text in map(storable, NAUGHTY):
        booking.location_detail = text[:500]
        reader = ical.Reader("grace@example.org", text, text, text)
        calendars.append(ical.invitation(booking, reader, method="REQUEST"))
        expected.append((one_line(text), one_line(text, limit=500)))
    same(page, calendars)
    read = [each["events"][0] for each in by_ical_js(page, calendars)]
    assert [(event["summary"], event["location"]) for event in read] == expected


def test_both_read_the_feeds_and_the_file(page: Page) -> None:
    kind = house()
    call(kind, email="grace@example.org")
    Booking.objects.filter(pk=call(kind, start=TUESDAY_TEN, email="grace@example.org").pk).update(
        status="pending", approve_by=TUESDAY_TEN
    )
    coach, booking = Coach.objects.get(), Booking.objects.order_by("start")[0]
    assert booking.lead is not None
    feeds = [
        ical.feed(selectors.calls_for_feed(owner, now=NOW), name="Calls", for_coach=isinstance(owner, Coach))
        for owner in (coach, booking.lead)
    ]
    same(page, [*feeds, ical.calendar_file(booking)])
    theirs, mine, file = by_ical_js(page, [*feeds, ical.calendar_file(booking)])
    assert [each["method"] for each in (theirs, mine, file)] == ["", "", ""]
    assert [event["status"] for event in theirs["events"]] == ["TENTATIVE", "CONFIRMED"]
    assert [event["summary"] for event in theirs["events"]] == ["Career consultation with Grace Visitor"] * 2
    assert [event["summary"] for event in mine["events"]] == ["Career consultation with Ada Ferreira"] * 2
    assert [event["status"] for event in file["events"]] == ["TENTATIVE"], (
        "what is only asked for is no appointment yet"
    )
