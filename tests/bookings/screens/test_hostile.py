"""Junk in every field, parameter and path segment: a sentence or a 4xx, never a 5xx, and nothing that is not text."""

import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from bookings import links
from bookings.forms import DetailsForm, EditForm
from bookings.models import Booking, EventType, IntakeQuestion
from bookings.views import asked, zones
from mail.text import has_control_characters
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, history_replays, hold
from tests.bookings.screens.visit import page
from tests.mail.naughty import NAUGHTY

JUNK = [
    "\0", "a\0b", "%00", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "x" * 100_000, "-1",
    "0", "1e309", "null", "[]", "{}", "true", "\u202eabc", "\u2028", "\x85", "../../etc/passwd", "Factory", "localtime",
    "/etc/localtime", "posix/UTC", "America/../UTC", "9999-12-31", "0001-01-01", "2027-02-30", "2199-12-31",
    "2000-01-01", "10000-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2027-01-12T15:00:00",
    "2027-01-12T15:00:00+99:99", "２０２７-01-12", "2027-01-12T24:00:00Z", "2199-12-31T23:59:59-12:00",
]  # fmt: skip
# The ones that reach something behind the page when they are let through: a database, a calendar, a parser.
WORST = ["\0", "\ufffd", "x" * 100_000, "9" * 5_000, "\u202eabc", "[]", "2199-12-31T23:59:59-12:00"]
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


FRIDAY_TEN = TUESDAY_TEN + 3 * DAY


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000000/minute")


@pytest.fixture
def around_the_clock(db: None, clock: time_machine.Traveller) -> EventType:
    """A kind of call that is always on offer, so that junk in one field meets good values in all others."""
    coach = a_coach("ada", hours=(0, 24), weekdays=range(7))
    return a_type(coach, slug="consultation", booking_window=400 * DAY)


@pytest.fixture
def asking(kind: EventType) -> EventType:
    """The same kind of call with a question of every sort and two lengths."""
    EventType.objects.filter(pk=kind.pk).update(other_durations=[60])
    for sort in IntakeQuestion.Kind.values:
        IntakeQuestion.objects.create(event_type=kind, pk=QUESTIONS[sort], label=sort, kind=sort, choices="One\nTwo")
    return kind


@pytest.fixture
def token(asking: EventType, clock: time_machine.Traveller) -> str:
    """A manage link of a call on Friday."""
    return links.mint_manage(booking=book(asking, start=FRIDAY_TEN), now=NOW)


GET_PATHS = ("/book/consultation/", "/book/", "/coaches/", "/booking/find/", "/api/event-types/consultation/slots",
             "/booking/{}/", "/booking/{}/reschedule/", "/booking/{}/edit/", "/booking/{}/cancel/")  # fmt: skip
PARAMETERS = ("tz", "coach", "from", "day", "start", "place", "sent", "to", "time_zone", "duration", "view", "part",
              "booked", "moved")  # fmt: skip


@pytest.mark.parametrize("path", GET_PATHS)
def test_junk_in_parameters(visitor: Client, token: str, path: str) -> None:
    for junk in WORST:
        # With a good zone the page goes on to read the rest; without it stops there.
        for query in ({"tz": junk}, dict.fromkeys(PARAMETERS, junk) | {"tz": "America/Chicago"}):
            assert visitor.get(path.format(token), query).status_code < 500, (path, junk[:60])
    for value in ("\0", "2027-01-12", "America/Chicago"):
        several = {key: [value, value] for key in PARAMETERS}
        assert visitor.get(path.format(token), several).status_code < 500, (path, value)


@pytest.mark.parametrize("view", ["week", "month"])
def test_every_day_there_is_has_a_page(visitor: Client, token: str, view: str) -> None:
    for name in ("from", "day", "start"):
        for day in ("0001-01-01", "9999-12-31", "2028-02-29", "2199-12-31"):
            value = f"{day}T23:59:59Z" if name == "start" else day
            query = {"tz": "Pacific/Apia", "view": view, name: value, "part": "evening", "duration": "60"}
            for path in ("/book/consultation/", f"/booking/{token}/reschedule/"):
                assert visitor.get(path, query).status_code == 200, (path, name, day)


def test_whatever_is_asked_for_is_read_without_an_error(asking: EventType, token: str) -> None:
    call = Booking.objects.get()
    for junk in filter(None, [*JUNK, *NAUGHTY]):
        for data in (dict.fromkeys(PARAMETERS, junk), {"tz": "America/Chicago", "start": junk}):
            for moving in (None, call):
                found = asked.read(data, asking, moving=moving)
                assert found.coach == (call.coach if moving and "coach" not in data else None)
                assert (found.view, found.part) == ("week", "")
                assert found.duration in asking.durations


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
                     "/booking/{}/reschedule/", "/booking/{}/edit/", "/approve/{}/", "/booking/{}/calendar.ics", "/api/event-types/{}/slots"):  # fmt: skip
            assert 400 <= visitor.get(path.format(junk)).status_code < 500, (path, junk[:20])


@pytest.mark.parametrize("name", ["tz", "coach", "start", "duration", "view", "part"])
def test_junk_in_the_hold(visitor: Client, asking: EventType, name: str) -> None:
    good = {
        "tz": "America/Chicago",
        "coach": "",
        "start": "2027-01-12T15:00:00Z",
        "duration": "",
        "view": "",
        "part": "",
    }
    for junk in WORST:
        answer = visitor.post("/book/consultation/", good | {name: junk})
        assert answer.status_code == (303 if name in ("view", "part") else 422), junk[:60]
    for shape in (["\0", "\0"], [good[name], good[name]]):
        assert visitor.post("/book/consultation/", {**good, name: shape}).status_code < 500


QUESTIONS = dict(zip(IntakeQuestion.Kind.values, range(901, 906), strict=True))
OWN = tuple(f"question_{pk}" for pk in QUESTIONS.values())
FIELDS = ("name", "email", "phone", "questions", "access_needs", "wants_list", "coach", "start", "do",
          "idempotency_key", "company_website", "form_time", *OWN)  # fmt: skip
LATER = [("reschedule", name) for name in ("start", "coach", "tz", "do", "duration")]
LATER += [
    ("reschedule late", "text"),
    ("cancel", "why"),
    ("cancel late", "text"),
    ("approve", "do"),
    ("approve", "why"),
]
EDITED = ("phone", "questions", "access_needs", *OWN)


def shapes(name: str) -> list[dict[str, Any]]:
    """One field in every shape that a client can send it in."""
    return [{name: junk} for junk in WORST] + [{name: ["a", "b"]}, {f"{name}[]": "a"}, {name: ""}]


def sendable(
    good: dict[str, Any], fields: Iterable[str], valid: Callable[[QueryDict], bool]
) -> Iterator[dict[str, Any]]:
    """What is worth sending: each junk in all fields at once, and alone in each field whose form lets it through."""
    for junk in WORST:
        yield good | dict.fromkeys(fields, junk[:10_000])
    for name in fields:
        yield {key: value for key, value in good.items() if key != name}
        for shape in shapes(name):
            if valid(QueryDict(urlencode(good | shape, doseq=True))):
                yield good | shape
    for name in fields:
        for junk in JUNK:
            valid(QueryDict(urlencode(good | {name: junk})))


def test_junk_in_the_fields_of_the_details(visitor: Client, asking: EventType, clock: time_machine.Traveller) -> None:
    answer = visitor.post("/book/consultation/", {"tz": "America/Chicago", "start": "2027-01-12T15:00:00Z"})
    path = answer["Location"]
    good = page(visitor.get(path)).hidden | {"name": "Grace", "email": "grace@example.org"}
    clock.shift(timedelta(seconds=5))
    questions = list(asking.intake_questions.all())

    def valid(data: QueryDict) -> bool:
        return DetailsForm(data, now=NOW, we_phone=False, questions=questions).is_valid()

    for sent in sendable(good, FIELDS, valid):
        assert visitor.post(path, sent).status_code in (200, 303, 409, 422), str(sent)[:300]


def test_junk_in_the_fields_of_a_booked_call(visitor: Client, asking: EventType, token: str) -> None:
    call = Booking.objects.get()
    questions = list(asking.intake_questions.all())

    def valid(data: QueryDict) -> bool:
        return EditForm(data, booking=call, questions=questions).is_valid()

    for sent in sendable({}, EDITED, valid):
        assert visitor.post(f"/booking/{token}/edit/", sent).status_code in (303, 422), str(sent)[:300]
        assert visitor.get(f"/booking/{token}/").status_code == 200
    assert history_replays()


@pytest.mark.parametrize(("where", "name"), LATER)
def test_junk_beside_a_button(
    visitor: Client, asking: EventType, token: str, clock: time_machine.Traveller, where: str, name: str
) -> None:
    where, _, late = where.partition(" ")
    good = {"do": "ask"} if late else {"start": "2027-01-14T15:00:00Z"} if where == "reschedule" else {}
    if late:
        clock.move_to(FRIDAY_TEN - HOUR)
    path = f"/booking/{token}/{where}/"
    if where == "approve":
        Booking.objects.update(status="pending", approve_by=NOW + DAY)
        path = f"/approve/{links.mint_approve(booking=Booking.objects.get(), now=NOW)}/"
        good = {"do": "decline"}
    for shape in shapes(name):
        answer = visitor.post(path, good | shape)
        assert answer.status_code in (303, 409, 422, 429), str(shape)[:80]
        assert answer.status_code != 303 or visitor.get(answer["Location"]).status_code == 200


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
