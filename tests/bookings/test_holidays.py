"""Public holidays: exact dates, names without "(observed)", and what a coach works on."""

from datetime import date

import pytest

from bookings import holidays

YEAR = range(2027, 2028)


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "name"),
    [
        ("US", "", date(2027, 11, 25), "Thanksgiving Day"),
        ("US", "", date(2027, 7, 5), "Independence Day (observed)"),
        ("GB", "SCT", date(2027, 1, 4), "New Year Holiday (observed)"),
        ("DE", "BY", date(2027, 1, 6), "Epiphany"),
        ("DE", "nowhere", date(2027, 10, 3), "German Unity Day"),
    ],
)
def test_a_holiday_has_its_date_and_an_english_name(country: str, subdivision: str, day: date, name: str) -> None:
    assert holidays.holidays_of(country, subdivision, YEAR)[day] == name


def test_regions_differ() -> None:
    bavaria, berlin = (holidays.holidays_of("DE", each, YEAR) for each in ("BY", "BE"))
    assert (date(2027, 1, 6) in bavaria, date(2027, 1, 6) in berlin) == (True, False)


@pytest.mark.parametrize("country", ["", "ZZ", "us", "\0", "US; DROP"])
def test_an_unknown_country_has_none(country: str) -> None:
    assert (holidays.holidays_of(country, "", YEAR), holidays.subdivisions(country)) == ({}, ())


def test_countries_and_regions_have_names_to_choose_by() -> None:
    names = dict(holidays.countries())
    assert (names["US"], names["GB"], len(names) > 200) == ("United States", "United Kingdom", True)
    assert dict(holidays.subdivisions("GB")) == {
        "ENG": "England",
        "NIR": "Northern Ireland",
        "SCT": "Scotland",
        "WLS": "Wales",
    }


def test_a_holiday_that_is_worked_on_is_worked_on_when_it_is_observed_too() -> None:
    closed = holidays.closed_dates("GB", "ENG", YEAR, frozenset())
    worked = holidays.closed_dates("GB", "ENG", YEAR, frozenset({"Christmas Day"}))
    assert closed - worked == {date(2027, 12, 25), date(2027, 12, 27)}


def test_two_holidays_on_one_date_are_both_to_be_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    day = date(2027, 5, 1)
    monkeypatch.setattr(holidays, "holidays_of", lambda *_: {day: "Labor Day; Ascension Day"})
    for worked, closed in (({"Labor Day"}, True), ({"Labor Day", "Ascension Day"}, False)):
        assert (day in holidays.closed_dates("XX", "", YEAR, frozenset(worked))) is closed


def test_every_country_the_package_knows_can_be_asked() -> None:
    for code, _ in holidays.countries():
        assert isinstance(holidays.holidays_of(code, "", YEAR), dict)
