"""VFREEBUSY (RFC 5545, 3.6.4): busy times without events, as some programs publish them, under the caps of events."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from bookings.outside.reading import Read
from tests.bookings.outside.costs import dearer
from tests.bookings.outside.events import busy, hour, read
from tests.bookings.outside.feeds import free_busy, ics

NOON = "20270301T120000Z/20270301T130000Z"
BUSY = ["03-01 12:00/03-01 13:00"]
BUSY_SPAN = (1803902400, 1803906000)

CASES: dict[str, tuple[list[str], list[str]]] = {
    "without a type it is busy": ([f"FREEBUSY:{NOON}"], BUSY),
    "busy": ([f"FREEBUSY;FBTYPE=BUSY:{NOON}"], BUSY),
    "unavailable": ([f"FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:{NOON}"], BUSY),
    "tentative": ([f"FREEBUSY;FBTYPE=BUSY-TENTATIVE:{NOON}"], BUSY),
    "free": ([f"FREEBUSY;FBTYPE=FREE:{NOON}"], []),
    "free, in small letters and quotes": ([f'freebusy;fbtype="free":{NOON}'], []),
    "a type that nobody knows is busy (3.2.9)": ([f"FREEBUSY;FBTYPE=X-HOLIDAY:{NOON}"], BUSY),
    "a length instead of an end": (["FREEBUSY:20270301T120000Z/PT1H"], BUSY),
    "a length with its sign": (["FREEBUSY:20270301T120000Z/+PT1H"], BUSY),
    "several in a line": (
        ["FREEBUSY;FBTYPE=BUSY:20270301T120000Z/PT1H,20270302T120000Z/20270302T123000Z,"],
        [*BUSY, "03-02 12:00/03-02 12:30"],
    ),
    "several lines, of which one is free": (
        ["FREEBUSY:20270301T120000Z/PT1H", "FREEBUSY;FBTYPE=FREE:20270302T120000Z/PT1H"],
        BUSY,
    ),
    "touching and overlapping ones are one": (
        ["FREEBUSY:20270301T120000Z/PT30M,20270301T123000Z/PT20M,20270301T124000Z/PT20M"],
        BUSY,
    ),
    "folded in the middle": (["FREEBUSY;FBTYPE=BU\n SY:20270301T1200\n 00Z/PT1H"], BUSY),
    "against the RFC in a zone": (
        ["FREEBUSY;TZID=Europe/Paris:20270301T130000/20270301T140000"],
        BUSY,
    ),
    "against the RFC floating: by the coach's clock": (["FREEBUSY:20270301T070000/PT1H"], BUSY),
    "longer than the window is cut": (["FREEBUSY:20200101T000000Z/20400101T000000Z"], ["01-10 00:00/02-15 00:00"]),
    "outside the window": (["FREEBUSY:20200101T000000Z/PT1H,20400101T000000Z/PT1H"], []),
    "no time at all": (["FREEBUSY:20270301T120000Z/20270301T120000Z"], []),
    "a list of nothing": ([], []),
    "other lines are not looked at": (
        ["DTSTART:20270101T000000Z", "DTEND:nonsense", "ORGANIZER:mailto:a@example.org", f"FREEBUSY:{NOON}"],
        BUSY,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_busy_times_without_events(case: str) -> None:
    lines, expected = CASES[case]
    assert busy(head=free_busy(*lines)) == expected


def test_both_kinds_stand_beside_each_other() -> None:
    both = busy(
        hour("20270302T090000"), head=free_busy(f"FREEBUSY:{NOON}") + free_busy("FREEBUSY:20270303T120000Z/PT1H")
    )
    assert both == [*BUSY, "03-02 14:00/03-02 15:00", "03-03 12:00/03-03 13:00"]


def test_what_another_program_writes_is_read() -> None:
    start = datetime(2027, 3, 1, 12, tzinfo=UTC)
    calendar, listed = icalendar.Calendar(), icalendar.FreeBusy()
    listed.add("uid", "one")
    for kind, at in (
        ("BUSY", start),
        ("FREE", start + timedelta(hours=3)),
        ("BUSY-TENTATIVE", start + timedelta(days=1)),
    ):
        listed.add("freebusy", [(at, timedelta(hours=1))], parameters={"FBTYPE": kind})
    calendar.add_component(listed)
    day = 86400
    assert read(calendar.to_ical()) == Read((BUSY_SPAN, (BUSY_SPAN[0] + day, BUSY_SPAN[1] + day)))


@pytest.mark.parametrize(
    "broken",
    [
        "FREEBUSY:nonsense",
        "FREEBUSY:20270301T120000Z",
        "FREEBUSY:20270301T120000Z/",
        "FREEBUSY:/20270301T120000Z",
        "FREEBUSY:20270401T120000Z/20270301T120000Z",
        "FREEBUSY:20270401T120000Z/-PT1H",
        "FREEBUSY:20270401T120000Z/P",
        "FREEBUSY:20270230T120000Z/PT1H",
        "FREEBUSY:99991231T120000Z/P9999W",
        "FREEBUSY:00010101T000000Z/20270301/PT1H",
        "FREEBUSY;no colon",
        'FREEBUSY;FBTYPE="BUSY:20270401T120000Z/PT1H',
        "FREEBUSY:20270401T120000Z/PT1H\x00",
    ],
)
def test_broken_periods_are_skipped_one_by_one(broken: str) -> None:
    assert read(ics(head=free_busy(broken, f"FREEBUSY:{NOON}"))) == Read((BUSY_SPAN,), skipped=1)


def test_a_broken_period_costs_its_neighbours_in_the_line_nothing() -> None:
    assert read(ics(head=free_busy(f"FREEBUSY:nonsense,{NOON},20270401T120000Z/-P1D"))) == Read((BUSY_SPAN,), skipped=2)


def test_a_list_without_its_end_is_counted_and_the_next_is_read() -> None:
    lost = free_busy("FREEBUSY:20270401T120000Z/PT1H").replace("END:VFREEBUSY\n", "")
    assert read(ics(head=lost + free_busy(f"FREEBUSY:{NOON}"))) == Read((BUSY_SPAN,), skipped=1)
    event = "DTSTART:20270301T120000Z\nDTEND:20270301T130000Z"
    assert read(ics(event, head=lost)) == Read((BUSY_SPAN,), skipped=1)


def many(number: int) -> list[str]:
    start = datetime(2027, 2, 1, tzinfo=UTC)
    return [f"{start + at * timedelta(minutes=30):%Y%m%dT%H%M%SZ}/PT10M" for at in range(number)]


@pytest.mark.parametrize("joint", [",", "\nFREEBUSY:", "\nEND:VFREEBUSY\nBEGIN:VFREEBUSY\nFREEBUSY:"])
def test_of_six_thousand_periods_five_thousand_are_read_and_the_rest_counted(joint: str) -> None:
    found: list[Read] = []
    body = ics(head=free_busy("FREEBUSY:" + joint.join(many(6_000))))
    assert dearer(lambda: found.append(read(body))) < 3
    assert (len(found[0].busy), found[0].skipped) == (5_000, 1_000)


def test_periods_and_events_share_the_five_thousand() -> None:
    event = "DTSTART:20270815T120000Z\nDTEND:20270815T130000Z"
    found = read(ics(event, head=free_busy("FREEBUSY:" + ",".join(many(5_000)))))
    assert (len(found.busy), found.skipped) == (5_000, 1)


def test_periods_that_are_over_do_not_count_among_them() -> None:
    old = "20200101T120000Z/PT1H," * 6_000
    found: list[Read] = []
    assert dearer(lambda: found.append(read(ics(head=free_busy(f"FREEBUSY:{old}{NOON}"))))) < 3
    assert found == [Read((BUSY_SPAN,))]


@pytest.mark.parametrize(
    "filling",
    [
        "FREEBUSY:" + "," * 900_000,
        "FREEBUSY:" + "/" * 900_000,
        "FREEBUSY;" + 'FBTYPE="' * 100_000,
        "FREEBUSY" + ";FBTYPE=FREE" * 70_000 + f":{NOON}",
        "BEGIN:VFREEBUSY\n" * 50_000,
        "FREEBUSY:" + "9" * 900_000,
    ],
    ids=["commas", "slashes", "quotes", "types", "beginnings", "digits"],
)
def test_what_is_only_long_costs_little_and_nothing_of_the_rest(filling: str) -> None:
    event = "DTSTART:20270301T120000Z\nDTEND:20270301T130000Z"
    found: list[Read] = []
    assert dearer(lambda: found.append(read(ics(event, head=free_busy(filling))))) < 3
    assert found[0].busy == (BUSY_SPAN,)
