"""Why is this time not offered? The first rule in words, with the free times beside it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Coach, EventType, Schedule, TimeOff
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import text
from tests.bookings.house import DAY, HOUR

PATH = "/admin/bookings/booking/why-not/"


def ask(client: Client, own: Own, kind: EventType, date: str, at: str, **more: Any) -> Any:
    values = {"coach": own.coach.pk, "type": kind.pk, "length": "", "date": date, "time": at, "clock": "coach"}
    return client.get(PATH, values | more)


@pytest.mark.parametrize(
    ("date", "at", "why"),
    [
        ("2027-05-12", "10:00", "Beyond the booking window, which now ends Friday 12 March 2027, 10:00 AM"),
        ("2027-01-11", "11:00", "Under minimum notice: nothing before Monday 11 January 2027, 12:00 PM"),
        ("2027-01-20", "14:00", "Date override on Wednesday 20 January 2027"),
        ("2027-01-17", "10:00", "Outside the weekly hours on Sunday 17 January 2027"),
        ("2027-01-12", "10:07", "Off the grid: calls of this kind start at other times."),
        ("2027-01-14", "10:00", "Booked or held: booking “Grace”, Thursday 14 January 2027, 10:00 AM to 10:30 AM"),
    ],
)
def test_the_first_rule_is_said_in_words(
    alice: Client, alices: Own, kind: EventType, date: str, at: str, why: str
) -> None:
    answer = ask(alice, alices, kind, date, at)
    assert why in text(answer)
    assert "This time is offered to visitors." not in text(answer)


def test_time_off_is_said_with_its_end(alice: Client, alices: Own, kind: EventType) -> None:
    TimeOff.objects.create(coach=alices.coach, start=alices.booking.start + DAY, end=alices.booking.start + DAY + HOUR)
    assert "Time off until Friday 15 January 2027, 11:00 AM" in text(ask(alice, alices, kind, "2027-01-15", "10:30"))


def test_a_time_on_offer_is_said_to_be(alice: Client, alices: Own, kind: EventType) -> None:
    answer = ask(alice, alices, kind, "2027-01-13", "10:00")
    assert "This time is offered to visitors." in text(answer)
    assert "Free times beside it" not in text(answer)


def test_the_free_times_beside_it_lead_to_their_own_answer(alice: Client, alices: Own, kind: EventType) -> None:
    answer = ask(alice, alices, kind, "2027-01-14", "10:00")
    near = answer.context["answer"].near
    assert [label for label, _ in near] == [
        f"Thu 14 January 2027, {at} (New York, UTC−5)"
        for at in ("9:00 AM", "9:30 AM", "10:30 AM", "11:00 AM", "11:30 AM", "12:00 PM")
    ]
    for _, query in near:
        assert "This time is offered to visitors." in text(alice.get(f"{PATH}?{query}"))


def test_the_wall_time_is_the_coachs_or_the_desks(owner: Client, alices: Own, kind: EventType) -> None:
    Schedule.objects.update(time_zone="America/Los_Angeles")
    theirs = ask(owner, alices, kind, "2027-01-13", "10:00")
    assert "Wed 13 January 2027, 10:00 AM (Los Angeles, UTC−8); Wed 13 January 2027, 1:00 PM (New York" in text(theirs)
    desk = ask(owner, alices, kind, "2027-01-13", "10:00", clock="desk")
    assert "Wed 13 January 2027, 7:00 AM (Los Angeles, UTC−8); Wed 13 January 2027, 10:00 AM (New York" in text(desk)
    assert "Outside the weekly hours" in text(desk)


def test_another_length_has_another_answer(alice: Client, alices: Own, kind: EventType) -> None:
    EventType.objects.update(other_durations=[60])
    assert "This time is offered" in text(ask(alice, alices, kind, "2027-01-14", "09:30"))
    assert "Booked or held" in text(ask(alice, alices, kind, "2027-01-14", "09:30", length="60"))


def test_a_kind_that_is_off_and_a_coach_who_does_not_take_it(owner: Client, alices: Own, kind: EventType) -> None:
    Coach.objects.filter(pk=alices.coach.pk).update(active=False)
    assert "This coach does not take this kind of call." in text(ask(owner, alices, kind, "2027-01-13", "10:00"))
    EventType.objects.update(enabled=False)
    assert "This kind of call is switched off." in text(ask(owner, alices, kind, "2027-01-13", "10:00"))


@pytest.mark.parametrize(
    ("date", "at", "sentence"),
    [
        ("", "10:00", "Give the date."),
        ("soon", "10:00", "Give the date like 2027-03-09."),
        ("9999-12-31", "10:00", "Ask about a date within five years."),
        ("0001-01-01", "10:00", "Ask about a date within five years."),
        ("2027-01-13", "", "Give the time."),
        ("2027-01-13", "25:00", "Give the time like 14:30."),
    ],
)
def test_a_question_that_is_none_is_a_sentence(
    alice: Client, alices: Own, kind: EventType, date: str, at: str, sentence: str
) -> None:
    assert sentence in text(ask(alice, alices, kind, date, at))


def test_a_coach_asks_about_the_own_calendar_only(alice: Client, alices: Own, bobs: Own, kind: EventType) -> None:
    assert "Bob" not in text(alice.get(PATH))
    assert ask(alice, bobs, kind, "2027-01-14", "10:00").status_code == 404
    assert ask(alice, alices, kind, "2027-01-14", "10:00").status_code == 200


def test_the_menu_leads_there(alice: Client, alices: Own) -> None:
    assert reverse("admin:bookings_booking_why_not") == PATH
    assert PATH in text(alice.get("/admin/"))
