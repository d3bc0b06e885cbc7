"""Junk in every field, parameter and path segment: a sentence or a 4xx, never a 5xx, and nothing that is not text."""

import zoneinfo
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from bookings import links
from bookings.forms import DetailsForm
from bookings.models import Booking, EventType
from bookings.views import asked, zones
from mail.text import has_control_characters
from tests.bookings.house import DAY, HOUR, NOW, a_coach, a_type, book, hold
from tests.bookings.screens.visit import page
from tests.mail.naughty import NAUGHTY

JUNK = [
    "\0", "a\0b", "%00", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "x" * 100_000, "-1",
    "0", "1e309", "null", "[]", "{}", "true", "\u202eabc", "\u2028", "\x85", "../../etc/passwd", "Factory", "localtime",
    "/etc/localtime", "posix/UTC", "America/../UTC", "9999-12-31", "0001-01-01", "2027-02-30", "2199-12-31",
    "2000-01-01", "10000-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2027-01-12T15:00:00",
    "2027-01-12T15:00:00+99:99", "２０２７-01-12", "2027-01-12T24:00:00Z", "2199-12-31T23:59:59-12:00",
]  # fmt: skip
RAW = [
    b"%FF",
    b"%ED%A0%80",
    b"%C0%AF",
    b"%F8%88%80%80%80",
    b"\xff\xfe",
    b"%",
    b"%zz",
    b"&&&=&=",
    b"a=b&a=c&a[]=d",
    b";",
]


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000000/minute")


@pytest.fixture
def around_the_clock(db: None, clock: time_machine.Traveller) -> EventType:
    """A kind of call that is always on offer, so that junk in one field meets good values in all others."""
    coach = a_coach("ada", hours=(0, 24), weekdays=range(7))
    return a_type(coach, slug="consultation", booking_window=400 * DAY)


GET_PATHS = ("/book/consultation/", "/book/", "/coaches/", "/booking/find/", "/api/event-types/consultation/slots")
PARAMETERS = ("tz", "coach", "from", "day", "start", "place", "sent", "to", "time_zone", "duration", "booked")


@pytest.mark.parametrize("path", GET_PATHS)
def test_junk_in_parameters(visitor: Client, kind: EventType, path: str) -> None:
    for junk in JUNK:
        # With a good zone the page goes on to read the rest; without it stops there.
        for query in ({"tz": junk}, dict.fromkeys(PARAMETERS, junk) | {"tz": "America/Chicago"}):
            assert visitor.get(path, query).status_code < 500, (path, junk[:60])
    for value in ("\0", "2027-01-12", "America/Chicago"):
        several = {key: [value, value] for key in PARAMETERS}
        assert visitor.get(path, several).status_code < 500, (path, value)


@pytest.mark.parametrize("raw", RAW)
def test_bytes_that_are_no_text(visitor: Client, kind: EventType, raw: bytes) -> None:
    for path in GET_PATHS:
        query = b"tz=" + raw + b"&day=" + raw + b"&" + raw
        assert visitor.get(path, QUERY_STRING=query.decode("latin-1")).status_code < 500
    for path in ("/book/consultation/", "/booking/find/"):
        body = b"tz=" + raw + b"&start=" + raw + b"&email=" + raw + b"&" + raw
        answer = visitor.post(path, body, content_type="application/x-www-form-urlencoded")
        assert 400 <= answer.status_code < 500


def test_junk_in_path_segments(visitor: Client, kind: EventType) -> None:
    for junk in ("%00", "%FF", "%ED%A0%80", "x" * 5000, "..", "%2e%2e%2f", "<script>", "%0d%0aX: y", "\u202e"):
        for path in ("/book/{}/", "/book/consultation/details/{}/", "/booking/{}/", "/booking/{}/cancel/",
                     "/booking/{}/calendar.ics", "/api/event-types/{}/slots"):  # fmt: skip
            assert 400 <= visitor.get(path.format(junk)).status_code < 500, (path, junk[:20])


@pytest.mark.parametrize("name", ["tz", "coach", "start"])
def test_junk_in_the_hold(visitor: Client, kind: EventType, name: str) -> None:
    good = {"tz": "America/Chicago", "coach": "", "start": "2027-01-12T15:00:00Z"}
    for junk in JUNK:
        answer = visitor.post("/book/consultation/", good | {name: junk})
        assert answer.status_code in (409, 422) or (name == "coach" and answer.status_code == 303), junk[:60]
    for value in ("\0", good[name]):
        assert visitor.post("/book/consultation/", {**good, name: [value, value]}).status_code < 500


FIELDS = ("name", "email", "phone", "questions", "wants_list", "coach", "start", "do", "idempotency_key",
          "company_website", "form_time")  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_junk_in_a_field_of_the_details(
    visitor: Client, kind: EventType, clock: time_machine.Traveller, name: str
) -> None:
    answer = visitor.post("/book/consultation/", {"tz": "America/Chicago", "start": "2027-01-12T15:00:00Z"})
    path = answer["Location"]
    form = page(visitor.get(path)).hidden | {"name": "Grace", "email": "grace@example.org"}
    clock.shift(timedelta(seconds=5))
    shapes: list[dict[str, Any]] = [{name: junk} for junk in JUNK]
    shapes += [{name: ["a", "b"]}, {f"{name}[]": "a"}, {name: ""}]
    for shape in shapes:
        answer = visitor.post(path, form | shape)
        assert answer.status_code in (200, 303, 409, 422), (name, str(shape)[:80])
    assert visitor.post(path, {k: v for k, v in form.items() if k != name}).status_code < 500


def test_every_naughty_string_in_every_text_field_at_once_is_refused(
    visitor: Client, kind: EventType, clock: time_machine.Traveller
) -> None:
    answer = visitor.post("/book/consultation/", {"tz": "America/Chicago", "start": "2027-01-12T15:00:00Z"})
    form = page(visitor.get(answer["Location"])).hidden
    clock.shift(timedelta(seconds=5))
    for number, text in enumerate(NAUGHTY):
        fields = ("name", "email", "phone", "questions", "idempotency_key", "coach", "start")
        junk = form | dict.fromkeys(fields, text)
        filled = DetailsForm(QueryDict(urlencode(junk)), now=NOW, we_phone=False)
        assert not filled.is_valid()
        assert zones.find(text) is None or text in zoneinfo.available_timezones()
        assert asked.instant(text) is None
        if not number % 8:
            assert visitor.post(answer["Location"], junk).status_code == 422


def test_naughty_strings_that_are_text_are_shown_as_text(
    visitor: Client, around_the_clock: EventType, clock: time_machine.Traveller
) -> None:
    kind = around_the_clock
    usual = set(page(_booked_page(visitor, kind)).elements)
    form = page(visitor.get("/booking/find/")).hidden | {"email": "grace@example.org"}
    clock.shift(timedelta(seconds=5))
    texts = [text for text in NAUGHTY if text.strip() and not has_control_characters(text, lines=True)]
    groups = [texts[at : at + 12] for at in range(0, len(texts), 12)]
    for number, group in enumerate(groups):
        call = hold(kind, start=NOW + 3 * HOUR + number * timedelta(minutes=30))
        path = f"/book/consultation/details/{links.mint_hold(booking=call, now=NOW)}/"
        name = "Grace " + next((text for text in group if len(text) < 70), "")
        answer = visitor.post(
            path, form | {"name": name, "email": f"grace{number}@example.org", "questions": "\n".join(group)[:2000]}
        )
        assert answer.status_code == 303, page(answer).text
        shown = page(visitor.get(answer["Location"]))
        assert set(shown.elements) - usual <= {("br", ())}, group
    assert Booking.objects.filter(status="confirmed").count() == len(groups) + 1


def _booked_page(visitor: Client, kind: EventType) -> Any:
    call = book(kind, start=NOW + 350 * DAY)
    return visitor.get(f"/booking/{links.mint_manage(booking=call, now=NOW)}/?booked=1")


def test_junk_in_cookies_and_headers(visitor: Client, kind: EventType) -> None:
    for headers in (
        {"HTTP_COOKIE": "hold=\xff; csrftoken=\xff; sessionid=%00"},
        {"HTTP_COOKIE": f"hold={'x' * 8000}"},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 8000},
        {"HTTP_REFERER": "\xff\x00"},
        {"HTTP_X_FORWARDED_FOR": "\x00, ::1, junk"},
    ):
        assert Client(**headers).get("/book/consultation/?tz=America/Chicago").status_code == 200
        assert Client(**headers).post("/book/consultation/", {"tz": "America/Chicago"}).status_code == 422
