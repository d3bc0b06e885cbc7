"""What the worked cases leave open: grids without end, limits, fractions of seconds, travelling coaches, holidays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bookings.scheduling import (
    Busy,
    Hours,
    Interval,
    Limit,
    Period,
    SlotQuestion,
    Window,
    explain,
    is_open,
    open_starts,
)

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NINE_TO_NOON = (Window(time(9), time(12)),)
MONDAY = datetime(2027, 6, 7, tzinfo=UTC)


Overrides = dict[date, tuple[Window, ...]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


QUESTION = SlotQuestion(
    hours=(Hours(ZoneInfo("UTC"), dict.fromkeys(range(5), NINE_TO_NOON)),),
    duration=HOUR,
    slot_interval=HOUR,
    now=at("2027-06-01"),
    since=MONDAY,
    until=MONDAY + timedelta(days=1),
)


def hours_of(question: SlotQuestion) -> list[int]:
    return [start.hour for start in open_starts(question)]


def test_a_plain_day_offers_every_start_that_fits() -> None:
    assert hours_of(QUESTION) == [9, 10, 11]


def test_the_range_contains_its_start_and_not_its_end() -> None:
    assert hours_of(replace(QUESTION, since=at("2027-06-07T10:00"), until=at("2027-06-07T11:00"))) == [10]


def test_busy_time_of_fractions_of_a_second_still_blocks() -> None:
    tail = Interval(at("2027-06-07T08:00"), at("2027-06-07T09:00:00.5"))
    assert hours_of(replace(QUESTION, busy=(tail,))) == [10, 11]


def test_an_empty_interval_blocks_nothing() -> None:
    nothing = replace(QUESTION, busy=(Interval(at("2027-06-07T10:30"), at("2027-06-07T10:30")),))
    assert hours_of(nothing) == [9, 10, 11]


def test_time_off_blocks_and_does_not_move_the_grid() -> None:
    away = Interval(at("2027-06-07T08:00"), at("2027-06-07T09:30"))
    assert hours_of(replace(QUESTION, time_off=(away,))) == [10, 11]


def test_an_outside_calendar_blocks_with_this_calls_buffers_and_none_of_its_own() -> None:
    elsewhere = replace(QUESTION, outside=(Interval(at("2027-06-07T10:00"), at("2027-06-07T10:30")),))
    assert hours_of(elsewhere) == [9, 11]
    assert hours_of(replace(elsewhere, buffer_after=MINUTE)) == [11]
    assert hours_of(replace(elsewhere, buffer_before=30 * MINUTE)) == [9, 11]
    assert hours_of(replace(elsewhere, buffer_before=31 * MINUTE)) == [9]


def test_buffers_of_neighbours_add_up() -> None:
    call = Interval(at("2027-06-07T11:30"), at("2027-06-07T12:00"))
    other = Busy(call.start - 30 * MINUTE, call.end, call)
    assert hours_of(replace(QUESTION, busy=(other,))) == [9, 10]
    assert hours_of(replace(QUESTION, busy=(other,), buffer_after=MINUTE)) == [9]


@pytest.mark.parametrize(
    ("holidays", "overrides", "time_off", "hours"),
    [
        ((), {}, (), [9, 10, 11]),
        ((date(2027, 6, 7),), {}, (), []),
        ((date(2027, 6, 8),), {}, (), [9, 10, 11]),
        ((date(2027, 6, 7),), {date(2027, 6, 7): (Window(time(14), time(16)),)}, (), [14, 15]),
        ((date(2027, 6, 7),), {date(2027, 6, 7): ()}, (), []),
        ((), {date(2027, 6, 7): (Window(time(14), time(16)),)}, ((14, 15),), [15]),
    ],
)
def test_time_off_goes_before_an_override_and_an_override_before_a_holiday(
    holidays: tuple[date, ...], overrides: Overrides, time_off: tuple[tuple[int, int], ...], hours: list[int]
) -> None:
    schedule = replace(QUESTION.hours[0], holidays=frozenset(holidays), overrides=overrides)
    away = tuple(Interval(MONDAY + first * HOUR, MONDAY + last * HOUR) for first, last in time_off)
    assert hours_of(replace(QUESTION, hours=(schedule,), time_off=away)) == hours


def test_a_holiday_is_a_date_of_its_own_schedules_zone() -> None:
    monday = frozenset({date(2027, 6, 7)})
    evening = Hours(ZoneInfo("America/Los_Angeles"), {0: (Window(time(20), time(22)),)}, holidays=monday)
    tuesday_in_utc = replace(QUESTION, hours=(evening,), until=at("2027-06-09"))
    assert open_starts(tuesday_in_utc) == ()
    assert len(open_starts(replace(tuesday_in_utc, hours=(replace(evening, holidays=frozenset()),)))) == 2


def test_notice_and_window_are_counted_from_now() -> None:
    now = replace(QUESTION, now=at("2027-06-07T08:00"))
    assert hours_of(replace(now, minimum_notice=2 * HOUR)) == [10, 11]
    assert hours_of(replace(now, minimum_notice=2 * HOUR, now=at("2027-06-07T08:00:00.1"))) == [11]
    assert hours_of(replace(now, booking_window=2 * HOUR)) == [9]


def test_one_start_is_open_only_to_the_second() -> None:
    assert is_open(QUESTION, at("2027-06-07T10:00"))
    assert not is_open(QUESTION, at("2027-06-07T10:00:00.000001"))
    assert not is_open(QUESTION, at("2027-06-07T10:00:01"))
    assert is_open(QUESTION, at("2027-06-08T10:00")), "the question's own range is not asked"


def test_a_coach_who_never_closes_is_offered_the_same_starts_whatever_range_is_asked() -> None:
    always = Hours(NEW_YORK, dict.fromkeys(range(7), (Window(time(0), time(0)),)))
    question = replace(QUESTION, hours=(always,), slot_interval=50 * MINUTE, duration=25 * MINUTE, now=at("2027-02-01"))
    whole = open_starts(replace(question, since=at("2027-03-01"), until=at("2027-04-01")))
    days = [at("2027-03-01") + timedelta(days=n) for n in range(31)]
    parts = [open_starts(replace(question, since=day, until=day + timedelta(days=1))) for day in days]
    assert tuple(start for part in parts for start in part) == whole
    assert {after - before for before, after in pairwise(whole)} == {50 * MINUTE}


def test_page_and_gate_count_the_same_grid_where_a_coach_was_closed_once_and_never_again() -> None:
    always = Hours(NEW_YORK, dict.fromkeys(range(7), (Window(time(0), time(0)),)), {date(2027, 6, 7): ()})
    question = replace(QUESTION, hours=(always,), slot_interval=50 * MINUTE, until=at("2027-07-07"))
    starts = open_starts(question)
    assert starts[-1] > at("2027-07-06T23:00")
    assert [start for start in starts if not is_open(question, start)] == []
    assert at("2027-06-08T04:00") in starts, "after the closed day, the window's own start counts"


def test_a_window_that_began_days_ago_keeps_its_grid() -> None:
    open_days = {day: (Window(time(0), time(0)),) for day in range(1, 6)} | {0: (Window(time(9, 10), time(0)),)}
    question = replace(QUESTION, hours=(Hours(NEW_YORK, open_days),), since=at("2027-06-11T16:00"))
    assert {start.minute for start in open_starts(replace(question, until=at("2027-06-11T20:00")))} == {10}


def test_touching_windows_of_two_schedules_are_one() -> None:
    travelling = (
        Hours(NEW_YORK, {0: (Window(time(20), time(0)),)}, valid_until=date(2027, 6, 7)),
        Hours(LONDON, {1: (Window(time(5), time(7)),)}, valid_from=date(2027, 6, 8)),
    )
    question = replace(QUESTION, hours=travelling, until=at("2027-06-09"), duration=3 * HOUR)
    assert hours_of(question) == [0, 1, 2, 3]


def test_a_schedule_is_silent_outside_its_dates() -> None:
    only_tuesday = replace(QUESTION.hours[0], valid_from=date(2027, 6, 8), valid_until=date(2027, 6, 8))
    starts = open_starts(replace(QUESTION, hours=(only_tuesday,), until=MONDAY + timedelta(days=7)))
    assert {start.day for start in starts} == {8}


@pytest.mark.parametrize(
    ("limit", "days"),
    [
        (Limit(Period.DAY, 1, (at("2027-06-08T11:00"),)), [7, 9, 10, 11]),
        (Limit(Period.DAY, 2, (at("2027-06-08T11:00"),)), [7, 8, 9, 10, 11]),
        (Limit(Period.WEEK, 2, (at("2027-06-08T11:00"), at("2027-06-13T23:00"))), []),
        (Limit(Period.WEEK, 2, (at("2027-06-08T11:00"), at("2027-06-14T00:00"))), [7, 8, 9, 10, 11]),
        (Limit(Period.DAY, 0), []),
    ],
)
def test_a_full_day_or_week_offers_nothing(limit: Limit, days: list[int]) -> None:
    week = replace(QUESTION, until=MONDAY + timedelta(days=7), limits=(limit,))
    assert sorted({start.day for start in open_starts(week)}) == days


def test_limits_count_in_the_coachs_local_date() -> None:
    late = Hours(ZoneInfo("America/Los_Angeles"), {0: (Window(time(14), time(22)),)})
    evening = Limit(Period.DAY, 1, (at("2027-06-08T04:00"),))  # Monday 21:00 in Los Angeles
    question = replace(QUESTION, hours=(late,), until=at("2027-06-09"), limits=(evening,))
    assert open_starts(question) == ()


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        Interval(datetime(2027, 6, 7), at("2027-06-07"))  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        replace(QUESTION, now=datetime(2027, 6, 7))  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        replace(QUESTION, expiries=(datetime(2027, 6, 7),))  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        is_open(QUESTION, datetime(2027, 6, 7))  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        explain(QUESTION, datetime(2027, 6, 7))  # noqa: DTZ001


@pytest.mark.parametrize("change", [{"duration": timedelta()}, {"slot_interval": timedelta(minutes=-1)}])
def test_a_call_without_length_is_refused(change: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        replace(QUESTION, **change)


@pytest.mark.parametrize(("opens", "closes"), [(time(1, 45), time(1, 15)), (time(1, 30), time(1, 30))])
def test_backward_hours_yield_nothing_even_in_the_hour_that_comes_twice(opens: time, closes: time) -> None:
    """As instants, the first 1:45 comes before the second 1:15; as hours, they are still backward."""
    backward = Hours(NEW_YORK, {6: (Window(opens, closes),)})
    question = replace(QUESTION, hours=(backward,), duration=5 * MINUTE, since=at("2027-11-07"), until=at("2027-11-08"))
    assert open_starts(question) == ()
