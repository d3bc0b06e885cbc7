"""Calendars to subscribe to: only one's own calls, only while the address lives."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from bookings import services
from bookings.models import Booking, Coach, EventType
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, book, cancel


def path_of(url: str) -> str:
    return "/feeds/" + url.partition("/feeds/")[2]


def events(visitor: Client, url: str) -> list[dict[str, Any]]:
    answer = visitor.get(path_of(url))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(answer.content)
    assert "METHOD" not in calendar
    return [
        {
            "uid": str(e["UID"]),
            "sequence": int(e["SEQUENCE"]),
            "start": e["DTSTART"].dt,
            "summary": str(e["SUMMARY"]),
            "status": str(e["STATUS"]),
        }
        for e in calendar.walk("VEVENT")
    ]


@pytest.fixture
def other(kind: EventType) -> Coach:
    coach = a_coach("bob")
    kind.coaches.add(coach)
    return coach


def test_a_student_sees_all_own_calls_as_they_are(
    visitor: Client, call: Booking, kind: EventType, other: Coach
) -> None:
    assert call.lead is not None
    second = book(kind, TUESDAY_TEN + DAY, other)
    book(kind, TUESDAY_TEN, other, email="stranger@example.org")
    cancel(book(kind, TUESDAY_TEN + 2 * DAY, other))
    url = services.new_feed(owner=call.lead, now=NOW)
    assert [each["uid"] for each in events(visitor, url)] == [str(second.uid), str(call.uid)]
    moved = services.reschedule(
        booking=second, start=TUESDAY_TEN + DAY + HOUR, coach=None, actor_kind="attendee", actor="", why="", now=NOW
    )
    first = events(visitor, url)[0]
    assert (first["uid"], first["sequence"], first["start"], first["summary"]) == (
        str(second.uid),
        2,
        moved.start,
        "Career consultation with Bob",
    )


def test_a_coach_sees_own_calls_with_the_names_and_no_other_coachs(
    visitor: Client, call: Booking, kind: EventType, ada: Coach, other: Coach
) -> None:
    book(kind, TUESDAY_TEN, other, name="Not Mine", email="n@example.org")
    found = events(visitor, services.new_feed(owner=ada, now=NOW))
    assert [each["summary"] for each in found] == ["Career consultation with Grace Visitor"]


def test_a_request_is_tentative(visitor: Client, request_: Booking, ada: Coach) -> None:
    assert [each["status"] for each in events(visitor, services.new_feed(owner=ada, now=NOW))] == ["TENTATIVE"]


def test_a_new_address_ends_the_old_one_at_once(visitor: Client, call: Booking, ada: Coach) -> None:
    old = services.new_feed(owner=ada, now=NOW)
    new = services.new_feed(owner=ada, now=NOW)
    assert (visitor.get(path_of(old)).status_code, visitor.get(path_of(new)).status_code) == (404, 200)
    services.end_feed(owner=ada, now=NOW)
    assert visitor.get(path_of(new)).status_code == 404


def test_an_unchanged_feed_is_304_and_is_never_cached_by_others(visitor: Client, call: Booking, ada: Coach) -> None:
    path = path_of(services.new_feed(owner=ada, now=NOW))
    first = visitor.get(path)
    assert (first["Cache-Control"], first["X-Robots-Tag"]) == ("no-store", "noindex")
    assert visitor.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    cancel(call)
    assert visitor.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_link_of_another_purpose_opens_no_feed(visitor: Client, call: Booking, token: str, ada: Coach) -> None:
    assert visitor.get(f"/feeds/{token}.ics").status_code == 404
    raw = path_of(services.new_feed(owner=ada, now=NOW)).removeprefix("/feeds/").removesuffix(".ics")
    assert visitor.get(f"/booking/{raw}/").status_code == 404


def test_the_address_is_made_by_a_button_and_shown_once(visitor: Client, call: Booking, token: str) -> None:
    path = f"/booking/{token}/feed/"
    assert "/feeds/" not in visitor.get(path).content.decode()
    found = re.search(r'value="([^"]*/feeds/[^"]*)"', visitor.post(path).content.decode())
    assert found is not None
    url = found[1]
    assert [each["uid"] for each in events(visitor, url)] == [str(call.uid)]
    assert "/feeds/" not in visitor.get(path).content.decode()
    visitor.post(path, {"do": "end"})
    assert visitor.get(path_of(url)).status_code == 404


def test_calls_of_long_ago_leave_the_feed(visitor: Client, call: Booking, ada: Coach, clock: Any) -> None:
    url = services.new_feed(owner=ada, now=NOW)
    clock.move_to(call.end + timedelta(days=89))
    assert len(events(visitor, url)) == 1
    clock.move_to(call.end + timedelta(days=91))
    assert events(visitor, url) == []
