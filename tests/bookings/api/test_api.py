"""The JSON of event types, slots and coaches: exact, bounded, without cookies and without CORS."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings import selectors
from bookings.api import kept
from bookings.models import Coach, EventType, LocationKind
from tests.bookings.house import DAY, TUESDAY_TEN, a_coach, a_type, book, hold

SLOTS = "/api/event-types/consultation/slots"


def test_event_types_say_what_can_be_booked(program: Client, kind: EventType) -> None:
    a_type(slug="off", enabled=False)
    kind.coaches.add(a_coach("bob", active=False))
    assert program.get("/api/event-types").json() == [
        {
            "slug": "consultation",
            "title": "Career consultation",
            "summary": "The next step.",
            "duration_minutes": 30,
            "durations_minutes": [30],
            "needs_approval": False,
            "location": "video",
            "price": "Free",
            "coaches": ["ada"],
        }
    ]


def test_coaches_say_who_and_where(program: Client) -> None:
    a_coach("bob", active=False)
    assert program.get("/api/coaches").json() == [
        {"slug": "ada", "name": "Ada Lovelace", "headline": "Engines", "time_zone": "America/New_York"}
    ]


def test_a_link_to_a_video_room_is_not_given_away(program: Client) -> None:
    assert b"meet.example.org" not in program.get("/api/event-types").content
    assert b"meet.example.org" not in program.get(SLOTS).content


def test_slots_are_instants_with_the_local_time_and_the_coaches(program: Client, kind: EventType) -> None:
    kind.coaches.add(a_coach("bob", hours=(10, 11)))
    answer = program.get(SLOTS, {"from": "2027-01-12", "to": "2027-01-13", "time_zone": "America/Chicago"})
    assert answer.json() == {
        "time_zone": "America/Chicago",
        "slots": [
            {"start": "2027-01-12T14:00:00Z", "local": "2027-01-12T08:00:00-06:00", "coaches": ["ada"]},
            {"start": "2027-01-12T14:30:00Z", "local": "2027-01-12T08:30:00-06:00", "coaches": ["ada"]},
            {"start": "2027-01-12T15:00:00Z", "local": "2027-01-12T09:00:00-06:00", "coaches": ["ada", "bob"]},
            {"start": "2027-01-12T15:30:00Z", "local": "2027-01-12T09:30:00-06:00", "coaches": ["ada", "bob"]},
        ],
    }


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ({"from": "2027-01-12T14:30:00Z", "to": "2027-01-12T15:30:00Z"}, ["14:30", "15:00"]),
        ({"from": "2027-01-12T08:30:00-06:00", "to": "2027-01-12T09:30:00-06:00"}, ["14:30", "15:00"]),
        ({"from": "2027-01-12", "to": "2027-01-12"}, []),
        ({"from": "2027-01-12", "to": "2027-01-13", "time_zone": "Pacific/Kiritimati"}, []),
        (
            {"from": "2027-01-13", "to": "2027-01-14", "time_zone": "Pacific/Kiritimati"},
            ["14:00", "14:30", "15:00", "15:30"],
        ),
        (
            {"from": "2027-01-12", "to": "2027-01-13", "coach": "ada", "duration": "30"},
            ["14:00", "14:30", "15:00", "15:30"],
        ),
    ],
)
def test_ranges_are_half_open_and_dates_are_the_zones(
    program: Client, query: dict[str, str], starts: list[str]
) -> None:
    found = program.get(SLOTS, query).json()["slots"]
    assert [slot["start"][11:16] for slot in found] == starts


def test_without_a_range_the_next_31_days_are_answered_in_the_institutes_zone(program: Client) -> None:
    answer = program.get(SLOTS).json()
    assert answer["time_zone"] == "America/New_York"
    assert (answer["slots"][0]["start"], answer["slots"][-1]["start"]) == (
        "2027-01-12T14:00:00Z",
        "2027-02-10T15:30:00Z",
    )


def test_what_is_held_or_booked_is_not_offered(program: Client, kind: EventType) -> None:
    day = {"from": "2027-01-12", "to": "2027-01-13"}
    hold(kind)
    book(kind, start=TUESDAY_TEN + timedelta(minutes=30))
    assert [slot["start"][11:16] for slot in program.get(SLOTS, day).json()["slots"]] == ["14:00", "14:30"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"from": "2027-01-12", "to": "2027-04-23"}, 422, "to: ask for at most 100 days at once."),
        ({"from": "2027-01-12", "to": "2027-01-11"}, 422, "to: must not be before from."),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone: there is no such time zone"),
        ({"time_zone": "/etc/localtime"}, 422, "time_zone: there is no such time zone"),
        ({"from": "tomorrow"}, 422, "from: give a date such as"),
        ({"from": "9999-12-31"}, 422, "from: give a date such as"),
        ({"to": "2027-02-30"}, 422, "to: give a date such as"),
        ({"to": "2027-01-12T10:00:00"}, 422, "to: give a date such as"),
        ({"coach": "nobody"}, 422, "coach: nobody of that name takes this kind of call."),
        ({"coach": "a\0b"}, 422, "coach: nobody of that name takes this kind of call."),
        ({"duration": "45"}, 422, "duration: this kind of call takes 30 minutes."),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(
    program: Client, query: dict[str, str], status: int, words: str
) -> None:
    answer = program.get(SLOTS, query)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(words)


def test_a_hundred_days_are_answered(program: Client) -> None:
    assert program.get(SLOTS, {"from": "2027-01-12", "to": "2027-04-22"}).status_code == 200


def test_an_unknown_type_is_404(program: Client) -> None:
    assert program.get("/api/event-types/other/slots").json() == {"detail": "There is no such event type."}
    assert program.get("/api/event-types/other/slots").status_code == 404


def test_an_unchanged_answer_is_304(program: Client, kind: EventType) -> None:
    first = program.get(SLOTS)
    again = program.get(SLOTS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    hold(kind)
    assert program.get(SLOTS, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", [SLOTS, "/api/event-types", "/api/coaches", "/api/openapi.json"])
def test_no_cookie_no_cors_and_no_writing(program: Client, path: str) -> None:
    answer = program.get(path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []
    assert answer.cookies == {}
    if path != "/api/openapi.json":
        assert program.post(path).status_code == 405


def test_the_description_is_there_and_the_docs_page_is_not(program: Client) -> None:
    described = program.get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/api/event-types", "/api/coaches", "/api/event-types/{slug}/slots"}
    asked = {each["name"] for each in described["paths"]["/api/event-types/{slug}/slots"]["get"]["parameters"]}
    assert asked == {"slug", "from", "to", "time_zone", "coach", "duration"}
    assert program.get("/api/docs").status_code == 404


def test_more_coaches_cost_no_more_queries(
    program: Client, kind: EventType, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        kind.coaches.add(a_coach(f"coach-{number}"))
    Coach.objects.update(holiday_country="US")
    for query in ({}, {"time_zone": "America/Chicago"}, {"time_zone": "America/Chicago", "coach": "coach-3"}):
        kept.shelf.clear()
        selectors.memory.clear()
        with django_assert_max_num_queries(8):
            program.get(SLOTS, query)


def test_a_call_by_phone_is_said_to_be_one(program: Client) -> None:
    EventType.objects.update(location_kind=LocationKind.PHONE, booking_window=2 * DAY)
    assert program.get("/api/event-types").json()[0]["location"] == "phone"
