"""Choosing a time: zone first, then day and time, then the hold."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import selectors, services
from bookings.models import AvailabilityRule, Booking, Coach, EventType, Schedule, TimeOff
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book
from tests.bookings.screens.visit import TZ, choose_path, held_page, page, post_hold, state

TEN = "2027-01-12T15:00:00Z"  # Tuesday, 10:00 in New York, 9:00 in Chicago


def test_without_a_zone_the_page_asks_for_it_before_any_time(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get("/book/consultation/"))
    assert shown.radios == []
    assert '<select id="tz" name="tz">' in shown.source
    assert "Chicago · Central Time (UTC−6)" in shown.text
    assert "PM" not in shown.text.replace("5 PM Eastern", "")


def test_a_city_is_found_by_the_letters_typed(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get("/book/consultation/?tz=&place=s%C3%A3o+pa"))
    assert [radio["value"] for radio in shown.radios] == ["America/Sao_Paulo"]
    assert "São Paulo (UTC−3)" in shown.text


def test_a_city_that_is_no_zone_gets_a_sentence_and_the_list_again(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get("/book/consultation/?place=Gotham"))
    assert "We found no time zone for “Gotham”." in shown.text
    assert "Choose the zone nearest to you" in shown.text


def test_an_unknown_zone_falls_back_to_the_institute_with_a_notice(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get("/book/consultation/?tz=Mars/Olympus"))
    assert "We do not know the time zone “Mars/Olympus”. Times are shown in Eastern Time" in shown.text
    assert shown.times()[0] == "12:00 PM"


def test_times_are_one_radio_group_in_the_viewers_zone(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get(choose_path(kind, day="2027-01-12")))
    assert shown.times() == [f"{h % 12 or 12}:{m:02} {'AM' if h < 12 else 'PM'}" for h in range(8, 16) for m in (0, 30)]
    assert {radio["name"] for radio in shown.radios} == {"start"}
    assert shown.radios[2]["value"] == TEN
    assert shown.radios[2]["data-moment"] == "Tue 12 January, 9:00 AM Central"
    assert "Hold this time" in shown.text


def test_an_old_zone_name_that_browsers_still_send_is_understood(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get("/book/consultation/?tz=Asia/Calcutta"))
    assert "Kolkata · India Time (UTC+5:30)" in shown.text
    assert shown.times()[0] == "10:30 PM"


def test_the_hour_that_comes_twice_has_two_names(visitor: Client, clock: time_machine.Traveller, ada: Coach) -> None:
    clock.move_to(datetime(2027, 11, 1, 12, tzinfo=UTC))
    schedule = Schedule.objects.get(coach=ada)
    AvailabilityRule.objects.create(schedule=schedule, weekday=6, opens=time(0), closes=time(3))
    kind = a_type(ada, slug="night", slot_interval=HOUR, duration=HOUR)
    shown = page(visitor.get("/book/night/?tz=America/New_York&day=2027-11-07"))
    assert shown.times() == ["12:00 AM", "1:00 AM, first, UTC−4", "1:00 AM, second, UTC−5", "2:00 AM"]
    assert "Clocks change in Eastern Time on Sunday 7 November: from UTC−4 to UTC−5." in shown.text
    assert kind.slug in shown.source


def test_a_full_day_and_a_day_without_hours_are_told_apart(visitor: Client, ada: Coach) -> None:
    kind = a_type(ada, slug="consultation", duration=8 * HOUR)
    book(kind, start=datetime(2027, 1, 13, 14, tzinfo=UTC))
    shown = page(visitor.get(choose_path(kind)))
    assert "Wed 13 full" in shown.text
    assert "Sat 16 none" in shown.text
    assert "Tue 12 1 free" in shown.text


def test_an_empty_stretch_offers_the_nearest_free_days(visitor: Client, kind: EventType, ada: Coach) -> None:
    TimeOff.objects.create(coach=ada, start=NOW, end=NOW + 20 * DAY)
    shown = page(visitor.get(choose_path(kind)))
    assert "No open times from Mon 11 January to Sun 17 January" in shown.text
    nearest = [f"{day:%a} {day.day} {day:%B}" for day in (date(2027, 2, 1) + timedelta(n) for n in (0, 1, 2, 3, 4, 7))]
    assert [words for words in shown.links if words in nearest] == nearest
    assert shown.radios == []
    assert page(visitor.get(f"/book/consultation/{shown.links[nearest[0]].split('#')[0]}")).times()[0] == "8:00 AM"


def test_when_nothing_at_all_is_free_the_page_gives_the_phone_number(visitor: Client, ada: Coach) -> None:
    kind = a_type(ada, slug="consultation")
    AvailabilityRule.objects.all().delete()
    shown = page(visitor.get(choose_path(kind)))
    assert "No open times until" in shown.text
    assert "+1 (215) 430-2201" in shown.text


def test_looking_changes_nothing(visitor: Client, kind: EventType) -> None:
    before = state()
    for _ in range(3):
        visitor.get(choose_path(kind, start=TEN))
        visitor.head(choose_path(kind, start=TEN))
    assert state() == before
    assert visitor.cookies.keys() <= {"csrftoken"}


def test_holding_a_time_leads_to_the_details(visitor: Client, kind: EventType, ada: Coach) -> None:
    answer = post_hold(visitor, kind, TEN)
    assert answer.status_code == 303
    booking = Booking.objects.get()
    assert (booking.status, booking.start, booking.coach, booking.attendee_time_zone) == ("held", TUESDAY_TEN, ada, TZ)
    assert booking.held_until == NOW + 10 * MINUTE
    assert answer["Location"].startswith("/book/consultation/details/")
    cookie = answer.cookies["hold"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")


def test_ones_own_hold_stays_on_offer_to_oneself_only(visitor: Client, kind: EventType) -> None:
    held_page(visitor, kind, TEN)
    path = choose_path(kind, day="2027-01-12")
    assert "9:00 AM" in page(visitor.get(path)).times()
    assert "9:00 AM" not in page(Client().get(path)).times()


def test_holding_another_time_gives_up_the_first(visitor: Client, kind: EventType) -> None:
    held_page(visitor, kind, TEN)
    held_page(visitor, kind, "2027-01-12T16:00:00Z")
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "held"]


def test_a_forged_hold_cookie_is_nobodys(visitor: Client, kind: EventType) -> None:
    held_page(Client(), kind, TEN)
    visitor.cookies["hold"] = str(Booking.objects.get().uid)
    held_page(visitor, kind, "2027-01-12T16:00:00Z")
    assert set(Booking.objects.values_list("status", flat=True)) == {"held"}


def test_who_comes_second_sees_the_nearest_free_times(visitor: Client, kind: EventType) -> None:
    held_page(Client(), kind, TEN)
    answer = post_hold(visitor, kind, TEN)
    shown = page(answer)
    assert answer.status_code == 409
    assert "Somebody else was quicker: that time is taken now." in shown.text
    assert shown.times() == [
        f"Tue 12 January, {time} AM" for time in ("8:00", "8:30", "9:30", "10:00", "10:30", "11:00")
    ]
    assert Booking.objects.count() == 1


BAD_STARTS = {
    "past": "2027-01-08T15:00:00Z",
    "under notice": "2027-01-11T15:30:00Z",
    "off the grid": "2027-01-12T15:07:00Z",
    "at night": "2027-01-13T04:00:00Z",
    "two years ahead": "2029-01-09T15:00:00Z",
    "a hundred years ahead": "2127-01-12T15:00:00Z",
}


@pytest.mark.parametrize("start", BAD_STARTS.values(), ids=BAD_STARTS)
def test_a_time_never_on_offer_is_refused_with_a_sentence_and_no_row(
    visitor: Client, kind: EventType, start: str
) -> None:
    answer = post_hold(visitor, kind, start)
    assert answer.status_code == 422
    assert "That time cannot be booked. These are the nearest free times." in page(answer).text
    assert Booking.objects.count() == 0


def test_another_coachs_time_is_not_sold_under_this_name(visitor: Client, kind: EventType) -> None:
    bob = a_coach("bob", zone="Europe/London")
    kind.coaches.add(bob)
    assert post_hold(visitor, kind, "2027-01-12T10:00:00Z", coach="ada").status_code == 422
    assert Booking.objects.count() == 0
    assert post_hold(visitor, kind, "2027-01-12T10:00:00Z", coach="bob").status_code == 303


def test_a_blocked_day_is_refused(visitor: Client, kind: EventType, ada: Coach) -> None:
    services.add_time_off(coach=ada, start=TUESDAY_TEN - DAY, end=TUESDAY_TEN + DAY, note="", now=NOW)
    assert post_hold(visitor, kind, TEN).status_code in (409, 422)
    assert Booking.objects.count() == 0


def test_a_disabled_type_is_not_there(visitor: Client, kind: EventType) -> None:
    EventType.objects.update(enabled=False)
    assert visitor.get(choose_path(kind)).status_code == 404
    assert post_hold(visitor, kind, TEN).status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"tz": TZ}, "Please choose a time."),
        ({"tz": TZ, "start": "soon"}, "Please choose a time."),
        ({"start": TEN}, "Please choose your time zone first."),
        ({"tz": "Mars/Olympus", "start": TEN}, "Please choose your time zone first."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_held(
    visitor: Client, kind: EventType, data: dict[str, str], sentence: str
) -> None:
    answer = visitor.post("/book/consultation/", data)
    assert answer.status_code == 422
    assert sentence in page(answer).text
    assert Booking.objects.count() == 0


def test_too_many_holds_from_one_address_are_paused_and_others_are_not(
    visitor: Client, kind: EventType, settings: Any
) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"hold:address": "2/hour"}
    for start in ("2027-01-12T15:00:00Z", "2027-01-12T16:00:00Z"):
        assert post_hold(visitor, kind, start).status_code == 303
    answer = post_hold(visitor, kind, "2027-01-12T17:00:00Z")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Many times have been held from your connection." in page(answer).text
    assert len(page(answer).times()) > 5
    other = Client(REMOTE_ADDR="203.0.113.9")
    assert post_hold(other, kind, "2027-01-12T17:00:00Z").status_code == 303


def test_more_coaches_cost_no_more_queries(visitor: Client, kind: EventType) -> None:
    kind.coaches.add(a_coach("zoe"))
    with CaptureQueriesContext(connection) as two:
        visitor.get(choose_path(kind))
    for slug in ("bob", "cleo", "dora"):
        kind.coaches.add(a_coach(slug))
    selectors.memory.clear()
    with CaptureQueriesContext(connection) as five:
        visitor.get(choose_path(kind))
    assert len(five) == len(two)


def test_the_form_needs_its_token(kind: EventType, clock: time_machine.Traveller) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/book/consultation/", {"tz": TZ, "start": TEN}).status_code == 403
    assert Booking.objects.count() == 0
