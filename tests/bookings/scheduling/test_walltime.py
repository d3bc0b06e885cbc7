"""Clock changes, with the real instants listed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import closes_at, is_repeated, local_date, next_clock_change, opens_at

NEW_YORK, LORD_HOWE, BEIRUT = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Beirut")
HAVANA, APIA, TROLL = ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia"), ZoneInfo("Antarctica/Troll")


@pytest.mark.parametrize(
    ("zone", "day", "wall", "starts", "ends"),
    [
        (NEW_YORK, "2027-03-14", "01:30", "2027-03-14T06:30Z", "2027-03-14T06:30Z"),
        (NEW_YORK, "2027-03-14", "02:00", "2027-03-14T07:00Z", "2027-03-14T07:00Z"),  # skipped: 03:00 EDT
        (NEW_YORK, "2027-03-14", "02:30", "2027-03-14T07:30Z", "2027-03-14T07:30Z"),  # skipped: 03:30 EDT
        (NEW_YORK, "2027-03-14", "03:00", "2027-03-14T07:00Z", "2027-03-14T07:00Z"),
        (NEW_YORK, "2027-11-07", "00:59", "2027-11-07T04:59Z", "2027-11-07T04:59Z"),
        (NEW_YORK, "2027-11-07", "01:00", "2027-11-07T05:00Z", "2027-11-07T06:00Z"),  # repeated
        (NEW_YORK, "2027-11-07", "01:30", "2027-11-07T05:30Z", "2027-11-07T06:30Z"),  # repeated
        (NEW_YORK, "2027-11-07", "02:00", "2027-11-07T07:00Z", "2027-11-07T07:00Z"),
        (LORD_HOWE, "2027-10-03", "02:15", "2027-10-02T15:45Z", "2027-10-02T15:45Z"),  # a gap of half an hour
        (LORD_HOWE, "2027-04-04", "01:45", "2027-04-03T14:45Z", "2027-04-03T15:15Z"),  # a fold of half an hour
        (TROLL, "2027-03-28", "02:00", "2027-03-28T02:00Z", "2027-03-28T02:00Z"),  # a gap of two hours
        (TROLL, "2027-10-31", "01:30", "2027-10-30T23:30Z", "2027-10-31T01:30Z"),  # a fold of two hours
        (BEIRUT, "2027-03-28", "00:00", "2027-03-27T22:00Z", "2027-03-28T21:00Z"),  # starts: no midnight that day
        (APIA, "2011-12-30", "12:00", "2011-12-30T22:00Z", "2011-12-30T22:00Z"),  # a date that never was
    ],
)
def test_a_wall_time_becomes_this_instant(zone: ZoneInfo, day: str, wall: str, starts: str, ends: str) -> None:
    date_, time_ = date.fromisoformat(day), time.fromisoformat(wall)
    got = (instant(opens_at(date_, time_, zone)), instant(closes_at(date_, time_, zone)))
    assert tuple(f"{each:%Y-%m-%dT%H:%MZ}" for each in got) == (starts, ends)


def test_closing_at_midnight_is_the_next_one() -> None:
    assert instant(closes_at(date(2027, 6, 4), time(0), NEW_YORK)) == datetime(2027, 6, 5, 4, tzinfo=UTC)


def test_closing_at_a_midnight_that_comes_twice_is_the_second() -> None:
    # In Havana the clocks go from 01:00 back to 00:00 on 7 November 2027.
    assert instant(closes_at(date(2027, 11, 6), time(0), HAVANA)) == datetime(2027, 11, 7, 5, tzinfo=UTC)


def test_the_next_clock_change_is_found_to_the_second() -> None:
    year = {"since": datetime(2027, 1, 1, tzinfo=UTC), "until": datetime(2028, 1, 1, tzinfo=UTC)}
    assert next_clock_change(NEW_YORK, **year) == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert next_clock_change(LORD_HOWE, **year) == datetime(2027, 4, 3, 15, tzinfo=UTC)
    assert next_clock_change(ZoneInfo("Asia/Kolkata"), **year) is None


def test_a_change_at_the_very_end_counts_and_one_at_the_start_has_happened() -> None:
    change = datetime(2027, 3, 14, 7, tzinfo=UTC)
    before, after = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)
    assert next_clock_change(NEW_YORK, since=before, until=change) == change
    assert next_clock_change(NEW_YORK, since=change, until=after) is None


def test_only_the_hour_that_comes_twice_is_repeated() -> None:
    day = datetime(2027, 11, 7, tzinfo=NEW_YORK)
    assert [is_repeated(day.replace(hour=hour, minute=30)) for hour in (0, 1, 2)] == [False, True, False]
    assert not is_repeated(datetime(2027, 3, 14, 2, 30, tzinfo=NEW_YORK))


def test_the_local_date_is_that_of_the_zone() -> None:
    assert local_date(int(datetime(2027, 6, 1, 21, tzinfo=UTC).timestamp()), ZoneInfo("Asia/Tokyo")) == date(2027, 6, 2)
