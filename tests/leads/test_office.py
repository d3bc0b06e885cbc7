"""Office hours counted, by table, across nights, weekends and a clock change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.office import Hours, elapsed, is_daytime, is_open

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = Hours(NEW_YORK)  # Monday to Friday, nine to five


def at(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    """An instant of 2027 by New York's clock; 11 January is a Monday."""
    return datetime(2027, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(11, 10), at(11, 11, 30), 1.5),
        (at(11, 8), at(11, 9), 0),
        (at(11, 8), at(11, 10), 1),
        (at(11, 16), at(12, 10), 2),
        (at(15, 16), at(18, 10), 2),  # Friday to Monday
        (at(16, 9), at(17, 23), 0),  # a weekend
        (at(11, 0), at(12, 0), 8),
        (at(11, 12), at(11, 12), 0),
        (at(12, 12), at(11, 12), 0),
        (at(12, 9, month=3), at(15, 17, month=3), 16),  # the clocks change on Sunday, 14 March
        (at(4, 9), at(31, 17, month=12), 8 * 260),  # 52 weeks of five days
        (at(4, 12), at(30, 12, month=12), 8 * 258),
    ],
)
def test_only_the_hours_of_the_office_count(start: datetime, end: datetime, hours: float) -> None:
    assert elapsed(start, end, OFFICE) == timedelta(hours=hours)


def test_the_long_way_round_counts_the_same() -> None:
    short = Hours(NEW_YORK, time(9, 30), time(12, 15), frozenset({1, 5}))
    start, end = at(4, 11, 7), at(2, 10, month=9)
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    bits = [elapsed(day, day + timedelta(days=1), short) for day in days]
    last = elapsed(days[-1] + timedelta(days=1), end, short)
    assert elapsed(start, end, short) == sum(bits, last)


@pytest.mark.parametrize(
    ("instant", "opened"),
    [(at(11, 9), True), (at(11, 8, 59), False), (at(11, 17), False), (at(11, 16, 59), True), (at(16, 12), False)],
)
def test_an_office_is_open_in_its_hours(instant: datetime, opened: bool) -> None:
    assert is_open(instant, OFFICE) is opened


@pytest.mark.parametrize(
    ("hour", "zone", "by_day"), [(15, "America/New_York", True), (15, "Asia/Tokyo", False), (1, "Asia/Tokyo", True)]
)
def test_daytime_is_where_the_person_is(hour: int, zone: str, by_day: bool) -> None:
    assert is_daytime(datetime(2027, 1, 11, hour, tzinfo=UTC), ZoneInfo(zone)) is by_day
