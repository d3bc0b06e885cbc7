"""Public holidays: whose a coach keeps, and which of them the coach works on."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings import selectors
from bookings.models import Coach, EventType, WorkedHoliday
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import text
from tests.bookings.house import DAY, NOW

KING, WASHINGTON = "Martin Luther King Jr. Day", "Washington's Birthday"


def page_of(own: Own) -> str:
    return reverse("admin:bookings_coach_public_holidays", args=[own.coach.pk])


def offered_on(kind: EventType, own: Own, day: int) -> int:
    since = NOW.replace(day=day, hour=5)
    found = selectors.month_of_slots(event_type=kind, coach=own.coach, since=since, until=since + DAY, now=NOW)
    return len(found)


def kept(own: Own) -> tuple[str, str, list[str]]:
    coach = Coach.objects.get(pk=own.coach.pk)
    names = list(WorkedHoliday.objects.filter(coach=coach).values_list("name", flat=True))
    return coach.holiday_country, coach.holiday_subdivision, names


def test_a_coach_chooses_a_country_by_name_and_sees_its_holidays_before_saving(alice: Client, alices: Own) -> None:
    page = text(alice.get(page_of(alices)))
    assert "No holidays are kept: every day is a day like any other." in page
    assert '<option value="US">United States</option>' in page
    shown = text(alice.post(page_of(alices), {"country": "US", "subdivision": "", "do": "show"}))
    assert KING in shown
    assert '<option value="NY">New York</option>' in shown
    assert "Friday 24 December 2027 (observed)" in shown
    assert kept(alices) == ("", "", [])


def test_holidays_close_days_and_are_switched_off_one_by_one(alice: Client, alices: Own, kind: EventType) -> None:
    alices.coach.refresh_from_db()
    before = alices.coach.version
    assert offered_on(kind, alices, 18) == 16
    alice.post(page_of(alices), {"country": "US", "subdivision": "NY", "do": "save", "listed": [KING]})
    alices.coach.refresh_from_db()
    assert kept(alices) == ("US", "NY", [])
    assert alices.coach.version == before + 1
    assert offered_on(kind, alices, 18) == 0
    form = {"country": "US", "subdivision": "NY", "do": "save", "listed": [KING, WASHINGTON], "worked": [KING]}
    alice.post(page_of(alices), form)
    alices.coach.refresh_from_db()
    assert kept(alices) == ("US", "NY", [KING])
    assert offered_on(kind, alices, 18) == 16
    alice.post(page_of(alices), form | {"worked": []})
    assert kept(alices) == ("US", "NY", [])


def test_names_that_were_not_shown_are_not_kept(alice: Client, alices: Own) -> None:
    form = {"country": "US", "subdivision": "", "do": "save", "listed": [KING, "Mine"], "worked": [KING, "Mine", "x"]}
    alice.post(page_of(alices), form)
    assert kept(alices) == ("US", "", [KING])


@pytest.mark.parametrize(("country", "subdivision"), [("ZZ", ""), ("us", ""), ("\0", ""), ("U" * 999, "")])
def test_a_country_that_is_none_is_refused(alice: Client, alices: Own, country: str, subdivision: str) -> None:
    answer = alice.post(page_of(alices), {"country": country, "subdivision": subdivision, "do": "save"})
    assert answer.status_code == 422
    assert kept(alices) == ("", "", [])


def test_a_region_of_another_country_counts_as_none(alice: Client, alices: Own) -> None:
    alice.post(page_of(alices), {"country": "DE", "subdivision": "NY", "do": "save"})
    assert kept(alices) == ("DE", "", [])


def test_another_coachs_holidays_are_not_there(alice: Client, alices: Own, bobs: Own) -> None:
    assert alice.get(page_of(bobs)).status_code == 404
    assert alice.post(page_of(bobs), {"country": "US", "do": "save"}).status_code == 404
    assert kept(bobs) == ("", "", [])


def test_an_advisor_does_not_change_them(advisor: Client, alices: Own) -> None:
    assert advisor.post(page_of(alices), {"country": "US", "do": "save"}).status_code == 403
    assert kept(alices) == ("", "", [])
