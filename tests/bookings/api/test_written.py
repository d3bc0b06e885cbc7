"""The times of an answer are written as datetime would write them, on every kind of day."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bookings.api import written


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "2027-01-12"),
        ("America/New_York", "2027-03-14"),  # clocks go forward
        ("America/New_York", "2027-11-07"),  # and back
        ("Australia/Lord_Howe", "2027-04-03"),  # by half an hour
        ("Asia/Kathmandu", "2027-01-12"),
        ("Pacific/Kiritimati", "2026-12-31"),
        ("Pacific/Niue", "2027-01-01"),
        ("Africa/Casablanca", "2027-02-07"),
        ("UTC", "2028-02-29"),
    ],
)
def test_every_minute_of_a_day_is_written_as_datetime_writes_it(zone: str, day: str) -> None:
    here = ZoneInfo(zone)
    first = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    starts = {first + minute * 60 + minute % 60: ("ada",) for minute in range(24 * 60)}
    given = json.loads(written.slots(starts, here))
    assert given == {
        "time_zone": zone,
        "slots": [
            {
                "start": datetime.fromtimestamp(at, UTC).isoformat()[:19] + "Z",
                "local": datetime.fromtimestamp(at, here).isoformat(),
                "coaches": ["ada"],
            }
            for at in starts
        ],
    }


def test_no_times_are_an_empty_list() -> None:
    assert json.loads(written.slots({}, ZoneInfo("UTC"))) == {"time_zone": "UTC", "slots": []}
