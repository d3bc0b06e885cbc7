"""Which days an address asks for."""

from datetime import date

import pytest

from institute.desk.funnel.weeks import Period, Week, chosen, weeks

TODAY = date(2027, 1, 13)  # a Wednesday
MONDAY = date(2027, 1, 11)
USUAL = Period(date(2026, 10, 19), date(2027, 1, 18), 13)


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ({}, USUAL),
        ({"weeks": "13"}, USUAL),
        ({"weeks": "4"}, Period(date(2026, 12, 21), date(2027, 1, 18), 4)),
        ({"weeks": "52"}, Period(date(2026, 1, 19), date(2027, 1, 18), 52)),
        ({"weeks": "5000"}, USUAL),
        ({"weeks": "١٣"}, USUAL),
        ({"from": "2027-01-13", "to": "2027-01-13"}, Period(TODAY, date(2027, 1, 14))),
        ({"from": "2026-12-31", "to": "2027-01-01", "weeks": "4"}, Period(date(2026, 12, 31), date(2027, 1, 2))),
    ],
)
def test_the_days_that_are_asked_for_are_counted(asked: dict[str, str], period: Period) -> None:
    assert chosen(asked, TODAY) == period


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("", "", "Choose a first and a last day."),
        ("2027-01-13", "", "Choose a first and a last day."),
        ("2027-02-30", "2027-03-01", "Choose a first and a last day."),
        ("2027-W02-1", "2027-W02-2", "Choose a first and a last day."),
        ("2027-01-13\x00", "2027-01-14", "Choose a first and a last day."),
        ("2027-01-14", "2027-01-13", "The last day lies before the first one."),
        ("0001-01-01", "2027-01-13", "Choose days of this century."),
        ("2027-01-13", "9999-12-31", "Choose days of this century."),
        ("2016-01-01", "2027-01-13", "Choose ten years at most."),
    ],
)
def test_what_is_no_period_gets_the_usual_one_and_a_sentence(first: str, last: str, problem: str) -> None:
    assert chosen({"from": first, "to": last}, TODAY) == Period(USUAL.since, USUAL.until, 13, problem)


def test_weeks_touch_begin_on_monday_and_end_with_the_period() -> None:
    assert weeks(date(2027, 1, 9), date(2027, 1, 20)) == [
        Week(date(2027, 1, 9), MONDAY),
        Week(MONDAY, date(2027, 1, 18)),
        Week(date(2027, 1, 18), date(2027, 1, 20)),
    ]
    assert (weeks(MONDAY, MONDAY), weeks(MONDAY, TODAY)) == ([], [Week(MONDAY, TODAY)])
    assert [len(each.weeks) for each in (USUAL, Period(date(2026, 1, 19), date(2027, 1, 18)))] == [13, 52]
