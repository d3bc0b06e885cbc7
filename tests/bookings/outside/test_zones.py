"""TZID by all its names: of the tz database, of Windows, of a vendor, of the file itself."""

import pytest

from tests.bookings.outside.events import busy, hour

NEW_YORK_NINE = ["03-01 14:00/03-01 15:00", "06-01 13:00/06-01 14:00"]
OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("tzid", "head"),
    [
        ("America/New_York", ""),
        ("/America/New_York", ""),
        ("/freeassociation.sourceforge.net/America/New_York", ""),
        ("/freeassociation.sourceforge.net/Tzfile/America/New_York", ""),
        ("Eastern Standard Time", ""),
        ("US/Eastern", ""),
        ("Customized Time Zone", OWN_ZONE),
        # One that is known by name is believed by name, whatever the file says of it.
        ("America/New_York", OWN_ZONE.replace("Customized Time Zone", "America/New_York").replace("-0500", "+0900")),
        # One that nobody knows is taken for the calendar's own, or else the coach's.
        ("Nowhere/Land", "X-WR-TIMEZONE:America/New_York\n"),
        ("../../etc/passwd", ""),
        ("/etc/passwd", ""),
        ("America", ""),
        ("x" * 5000, ""),
        ("Europe/London\x00", ""),
    ],
)
def test_zones_by_all_their_names(tzid: str, head: str) -> None:
    events = [hour("20270301T090000", zone=tzid), hour("20270601T090000", zone=tzid)]
    zone = "Asia/Tokyo" if tzid == "Nowhere/Land" else "America/New_York"
    assert busy(*events, head=head, zone=zone) == NEW_YORK_NINE


def test_the_calendars_own_zone_comes_before_the_coachs() -> None:
    events = ["DTSTART;VALUE=DATE:20270301", "DTSTART:20270305T090000\nDURATION:PT1H"]
    expected = ["03-01 00:00/03-02 00:00", "03-05 09:00/03-05 10:00"]
    assert busy(*events, head="X-WR-TIMEZONE:Europe/London\n") == expected
    assert busy(*events, zone="Europe/London") == expected
    assert busy(*events, head="X-WR-TIMEZONE:Nowhere\n", zone="Europe/London") == expected
