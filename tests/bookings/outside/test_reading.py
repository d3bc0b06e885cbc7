"""ICS → busy intervals: clock changes, whole days, floating times, overrides; each row names the real instants."""

import subprocess
import sys
from pathlib import Path

import pytest

from bookings.outside.reading import Read
from bookings.outside.trouble import Trouble
from tests.bookings.outside.events import busy, hour, read
from tests.bookings.outside.feeds import ics

ROOT = Path(__file__).resolve().parents[3]


CASES: dict[str, tuple[list[str], list[str]]] = {
    "weekly over the change in New York, 14 March": (
        [hour("20270301T090000", "RRULE:FREQ=WEEKLY;COUNT=4")],
        ["03-01 14:00/03-01 15:00", "03-08 14:00/03-08 15:00", "03-15 13:00/03-15 14:00", "03-22 13:00/03-22 14:00"],
    ),
    "weekly over the change in London, 28 March": (
        [hour("20270322T090000", "RRULE:FREQ=WEEKLY;COUNT=3", zone="Europe/London")],
        ["03-22 09:00/03-22 10:00", "03-29 08:00/03-29 09:00", "04-05 08:00/04-05 09:00"],
    ),
    "weekly over the change back in New York, 7 November": (
        [hour("20271101T090000", "RRULE:FREQ=WEEKLY;COUNT=2")],
        ["11-01 13:00/11-01 14:00", "11-08 14:00/11-08 15:00"],
    ),
    "weekly over the change back in London, 31 October": (
        [hour("20271025T090000", "RRULE:FREQ=WEEKLY;COUNT=2", zone="Europe/London")],
        ["10-25 08:00/10-25 09:00", "11-01 09:00/11-01 10:00"],
    ),
    "a skipped hour moves forward": ([hour("20270314T023000")], ["03-14 07:30/03-14 08:30"]),
    "a repeated hour is the first one": ([hour("20271107T013000")], ["11-07 05:30/11-07 07:30"]),
    "a night over the change ends by the wall clock": (
        ["DTSTART;TZID=America/New_York:20270313T220000\nDTEND;TZID=America/New_York:20270314T060000"],
        ["03-14 03:00/03-14 10:00"],
    ),
    "a duration of hours over the change is exact": (
        ["DTSTART;TZID=America/New_York:20270313T220000\nDURATION:PT8H"],
        ["03-14 03:00/03-14 11:00"],
    ),
    "a duration of a day over the change is a day": (
        ["DTSTART;TZID=America/New_York:20270313T220000\nDURATION:P1D"],
        ["03-14 03:00/03-15 02:00"],
    ),
    "a duration of weeks": (["DTSTART:20270301T000000Z\nDURATION:P1W"], ["03-01 00:00/03-08 00:00"]),
    "from one zone into another": (
        ["DTSTART;TZID=America/New_York:20270301T180000\nDTEND;TZID=Europe/London:20270302T063000"],
        ["03-01 23:00/03-02 06:30"],
    ),
    "in UTC": (["DTSTART:20270301T120000Z\nDTEND:20270301T130000Z"], ["03-01 12:00/03-01 13:00"]),
    "floating: by the coach's clock": (
        ["DTSTART:20270301T120000\nDTEND:20270301T130000"],
        ["03-01 17:00/03-01 18:00"],
    ),
    "a whole day": (["DTSTART;VALUE=DATE:20270301\nDTEND;VALUE=DATE:20270302"], ["03-01 05:00/03-02 05:00"]),
    "the whole day of the change has 23 hours": (["DTSTART;VALUE=DATE:20270314"], ["03-14 05:00/03-15 04:00"]),
    "a whole day that ends on itself": (
        ["DTSTART;VALUE=DATE:20270301\nDTEND;VALUE=DATE:20270301"],
        ["03-01 05:00/03-02 05:00"],
    ),
    "whole days without VALUE=DATE": (["DTSTART:20270301\nDTEND:20270303"], ["03-01 05:00/03-03 05:00"]),
    "every year, a whole day": (
        ["DTSTART;VALUE=DATE:20001224\nRRULE:FREQ=YEARLY"],
        ["12-24 05:00/12-25 05:00"],
    ),
    "no end: a moment takes no time": (["DTSTART:20270301T120000Z"], []),
    "free": ([hour("20270301T090000", "TRANSP:TRANSPARENT")], []),
    "opaque": ([hour("20270301T090000", "TRANSP:OPAQUE")], ["03-01 14:00/03-01 15:00"]),
    "cancelled": ([hour("20270301T090000", "STATUS:CANCELLED")], []),
    "tentative is busy": ([hour("20270301T090000", "STATUS:TENTATIVE")], ["03-01 14:00/03-01 15:00"]),
    "EXDATE in the zone, in UTC and as a date": (
        [
            hour(
                "20270301T090000",
                "RRULE:FREQ=DAILY;COUNT=5",
                "EXDATE;TZID=America/New_York:20270301T090000",
                "EXDATE:20270302T140000Z,20270304T140000Z",
                "EXDATE;VALUE=DATE:20270303",
            )
        ],
        ["03-05 14:00/03-05 15:00"],
    ),
    "RDATE, with a period": (
        [
            hour(
                "20270301T090000",
                "RDATE;TZID=America/New_York:20270305T090000,20270301T090000",
                "RDATE;VALUE=PERIOD:20270306T140000Z/20270306T143000Z,20270307T140000Z/PT15M",
            )
        ],
        ["03-01 14:00/03-01 15:00", "03-05 14:00/03-05 15:00", "03-06 14:00/03-06 14:30", "03-07 14:00/03-07 14:15"],
    ),
    "UNTIL in UTC holds over the change": (
        [hour("20270308T200000", "RRULE:FREQ=WEEKLY;UNTIL=20270323T000000Z")],
        ["03-09 01:00/03-09 02:00", "03-16 00:00/03-16 01:00", "03-23 00:00/03-23 01:00"],
    ),
    "UNTIL as a date takes that day in": (
        [hour("20270308T200000", "RRULE:FREQ=DAILY;UNTIL=20270309")],
        ["03-09 01:00/03-09 02:00", "03-10 01:00/03-10 02:00"],
    ),
    "UNTIL of whole days": (
        ["DTSTART;VALUE=DATE:20270601\nRRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20270605"],
        ["06-01 04:00/06-02 04:00", "06-03 04:00/06-04 04:00", "06-05 04:00/06-06 04:00"],
    ),
    "the start counts even where the rule skips it": (
        [hour("20270301T090000", "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20270303T000000Z")],
        ["03-01 14:00/03-01 15:00", "03-02 14:00/03-02 15:00"],
    ),
    "a series that ends before it begins was deleted": (
        [hour("20270301T090000", "RRULE:FREQ=DAILY;UNTIL=20270228T000000Z")],
        [],
    ),
    "one instance moved": (
        [
            hour("20270301T090000", "RRULE:FREQ=DAILY;COUNT=3"),
            hour("20270302T150000", "RECURRENCE-ID;TZID=America/New_York:20270302T090000"),
        ],
        ["03-01 14:00/03-01 15:00", "03-02 20:00/03-02 21:00", "03-03 14:00/03-03 15:00"],
    ),
    "one instance moved, named in UTC, and listed before its series": (
        [
            hour("20270302T150000", "RECURRENCE-ID:20270302T140000Z"),
            hour("20270301T090000", "RRULE:FREQ=DAILY;COUNT=3"),
        ],
        ["03-01 14:00/03-01 15:00", "03-02 20:00/03-02 21:00", "03-03 14:00/03-03 15:00"],
    ),
    "one instance cancelled, one set free": (
        [
            hour("20270301T090000", "RRULE:FREQ=DAILY;COUNT=3"),
            hour("20270302T090000", "RECURRENCE-ID;TZID=America/New_York:20270302T090000", "STATUS:CANCELLED"),
            hour("20270303T090000", "RECURRENCE-ID;TZID=America/New_York:20270303T090000", "TRANSP:TRANSPARENT"),
        ],
        ["03-01 14:00/03-01 15:00"],
    ),
    "an instance changed twice: the higher SEQUENCE counts": (
        [
            hour("20270301T090000", "RRULE:FREQ=DAILY;COUNT=1"),
            hour("20270301T160000", "RECURRENCE-ID:20270301T140000Z", "SEQUENCE:3"),
            hour("20270301T180000", "RECURRENCE-ID:20270301T140000Z", "SEQUENCE:2"),
        ],
        ["03-01 21:00/03-01 22:00"],
    ),
    "an instance moved out of the far future into the window": (
        [
            hour("20270301T090000", "RRULE:FREQ=YEARLY"),
            hour("20270501T090000", "RECURRENCE-ID:20400301T140000Z"),
        ],
        ["03-01 14:00/03-01 15:00", "05-01 13:00/05-01 14:00"],
    ),
    "a whole day of a series moved": (
        [
            "UID:d\nDTSTART;VALUE=DATE:20270601\nRRULE:FREQ=DAILY;COUNT=2",
            "UID:d\nDTSTART;VALUE=DATE:20270610\nRECURRENCE-ID;VALUE=DATE:20270602",
        ],
        ["06-01 04:00/06-02 04:00", "06-10 04:00/06-11 04:00"],
    ),
    "this and all that follow are moved": (
        [
            hour("20270301T090000", "RRULE:FREQ=DAILY;COUNT=4"),
            "UID:one\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20270303T090000\n"
            "DTSTART;TZID=America/New_York:20270303T110000\nDTEND;TZID=America/New_York:20270303T113000",
        ],
        ["03-01 14:00/03-01 15:00", "03-02 14:00/03-02 15:00", "03-03 16:00/03-03 16:30", "03-04 16:00/03-04 16:30"],
    ),
    "an override of another UID changes nothing": (
        [
            hour("20270301T090000", "RRULE:FREQ=DAILY;COUNT=1"),
            hour("20270301T090000", "RECURRENCE-ID:20270301T140000Z", "STATUS:CANCELLED").replace("UID:one", "UID:two"),
        ],
        ["03-01 14:00/03-01 15:00"],
    ),
    "neighbours and overlaps become one": (
        [hour("20270301T090000"), hour("20270301T100000"), hour("20270301T093000"), hour("20270301T120000")],
        ["03-01 14:00/03-01 16:00", "03-01 17:00/03-01 18:00"],
    ),
    "what began before the window and ends after it is cut": (
        ["DTSTART:20200101T000000Z\nDTEND:20400101T000000Z"],
        ["01-10 00:00/02-15 00:00"],
    ),
    "what is over is not there": ([hour("20200301T090000"), hour("20270109T090000")], []),
    "alarms inside do not count": (
        [hour("20270301T090000", "BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT5M", "STATUS:CANCELLED", "END:VALARM")],
        ["03-01 14:00/03-01 15:00"],
    ),
    "broken lines that do not matter do not matter": (
        [hour("20270301T090000", 'ATTENDEE;CN="x:mailto:y', "nonsense", "X-A;B", "DESCRIPTION:\\n\x00 DTSTART:x")],
        ["03-01 14:00/03-01 15:00"],
    ),
    "long lines are folded, also inside a character": (
        [hour("20270301T090000", "RRULE:FREQ=WEEK\n LY;CO\n\tUNT=1", "SUMMARY:x")],
        ["03-01 14:00/03-01 15:00"],
    ),
    "names and values in small letters": (
        ['uid:x\ndtstart;tzid="America/New_York":20270301T090000\nduration:pt1h\nrrule:freq=daily;count=1;'],
        ["03-01 14:00/03-01 15:00"],
    ),
    "midnight as 24:00": (["DTSTART:20270301T230000Z\nDTEND:20270301T240000Z"], ["03-01 23:00/03-02 00:00"]),
}


@pytest.mark.parametrize("name", CASES)
def test_what_events_block(name: str) -> None:
    events, expected = CASES[name]
    assert busy(*events) == expected


def test_several_calendars_in_one_file_and_other_line_ends() -> None:
    one, two = ics(hour("20270301T090000")), ics(hour("20270302T090000"))
    expected = ((1803909600, 1803913200), (1803996000, 1803999600))
    for body in (one + two, (one + two).replace(b"\r\n", b"\n"), (one + two).replace(b"\r\n", b"\r")):
        assert read(body) == Read(expected)


def test_nothing_is_a_calendar_too() -> None:
    assert read(ics()) == Read(())


@pytest.mark.parametrize(
    "cut", [b"BEGIN:VCALENDAR\r\n", ics(hour("20270301T090000"))[:-20], ics(hour("20270301T090000"))[:90]]
)
def test_a_calendar_that_breaks_off_is_refused_rather_than_half_believed(cut: bytes) -> None:
    with pytest.raises(Trouble, match="breaks off before its end"):
        read(cut)


def test_reading_knows_no_django_and_no_celery() -> None:
    script = "import sys, bookings.outside.__main__; print({m.split('.')[0] for m in sys.modules} & {'django', 'celery', 'mail'})"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
