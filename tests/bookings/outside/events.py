"""Events in the words of RFC 5545, and what they block, for tables with one case a line."""

from datetime import UTC, datetime, timedelta

from bookings.outside import reading
from bookings.outside.reading import Read
from tests.bookings.outside.feeds import ics

SINCE, UNTIL = datetime(2027, 1, 10, tzinfo=UTC), datetime(2028, 2, 15, tzinfo=UTC)


def read(body: bytes, zone: str = "America/New_York") -> Read:
    return reading.read(body, zone=zone, since=SINCE, until=UNTIL)


def busy(*events: str, head: str = "", zone: str = "America/New_York") -> list[str]:
    """What the events block, as "MM-DD HH:MM/MM-DD HH:MM" in UTC of 2027; nothing may be skipped."""
    found = read(ics(*events, head=head), zone)
    assert found.skipped == 0
    return [
        f"{datetime.fromtimestamp(a, UTC):%m-%d %H:%M}/{datetime.fromtimestamp(b, UTC):%m-%d %H:%M}"
        for a, b in found.busy
    ]


def hour(start: str, *lines: str, zone: str = "America/New_York") -> str:
    """An event of one hour that starts at this wall time."""
    end = datetime.strptime(start, "%Y%m%dT%H%M%S") + timedelta(hours=1)  # noqa: DTZ007 - a wall time
    return "\n".join([f"UID:one\nDTSTART;TZID={zone}:{start}\nDTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}", *lines])
