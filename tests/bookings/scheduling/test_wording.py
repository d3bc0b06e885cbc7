"""Times as a reader sees them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bookings.scheduling import moment


@pytest.mark.parametrize(
    ("instant", "zone", "full", "short"),
    [
        (
            "2027-03-09T19:00",
            "America/New_York",
            "Tuesday 9 March 2027, 2:00 PM (New York, UTC−5)",
            "Tue 9 March, 2:00 PM EST",
        ),
        (
            "2027-06-02T18:30",
            "Asia/Kolkata",
            "Thursday 3 June 2027, 12:00 AM (Kolkata, UTC+5:30)",
            "Thu 3 June, 12:00 AM IST",
        ),
        (
            "2027-06-02T12:00",
            "America/Sao_Paulo",
            "Wednesday 2 June 2027, 9:00 AM (Sao Paulo, UTC−3)",
            "Wed 2 June, 9:00 AM UTC−3",
        ),
        ("2027-06-02T12:00", "UTC", "Wednesday 2 June 2027, 12:00 PM (UTC)", "Wed 2 June, 12:00 PM UTC"),
        ("2027-06-02T12:00", "Etc/GMT+5", "Wednesday 2 June 2027, 7:00 AM (UTC−5)", "Wed 2 June, 7:00 AM UTC−5"),
    ],
)
def test_an_instant_reads_like_this(instant: str, zone: str, full: str, short: str) -> None:
    told = moment(datetime.fromisoformat(instant).replace(tzinfo=UTC), ZoneInfo(zone))
    assert (told.full, told.short) == (full, short)


def test_an_hour_that_comes_twice_says_which() -> None:
    zone = ZoneInfo("America/New_York")
    first, second = (moment(datetime(2027, 11, 7, hour, 30, tzinfo=UTC), zone) for hour in (5, 6))
    assert (first.time, first.offset) == ("1:30 AM, first", "UTC−4")
    assert (second.time, second.offset) == ("1:30 AM, second", "UTC−5")
