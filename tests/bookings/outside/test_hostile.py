"""security.md 65: what a hostile, endless or broken calendar costs: its own events, little time, and nothing else."""

import pytest

from bookings.outside import budget, reading
from bookings.outside.fetching import NO_CALENDAR, TOO_LARGE
from bookings.outside.reading import TOO_LONG, TOO_MANY, Read
from bookings.outside.trouble import Trouble
from tests.bookings.outside.costs import SINCE, UNTIL, dearer, many, read
from tests.bookings.outside.feeds import ics

GOOD = "UID:good\nDTSTART:20270301T120000Z\nDTEND:20270301T130000Z"
GOOD_BUSY = (1803902400, 1803906000)
WEEKLY = "UID:weekly\nDTSTART:20270401T120000Z\nDTEND:20270401T130000Z\nRRULE:FREQ=WEEKLY;COUNT=2"
WEEKLY_BUSY = ((1806580800, 1806584400), (1807185600, 1807189200))


def refused(body: bytes, sentence: str) -> None:
    with pytest.raises(Trouble) as trouble:
        read(body)
    assert str(trouble.value) == sentence


def rule(text: str, start: str = "20200101T000000Z", more: str = "DURATION:PT1M") -> str:
    return f"UID:bad\nDTSTART:{start}\n{more}\nRRULE:{text}"


NEVER = [
    rule("FREQ=SECONDLY"),
    rule("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
    rule("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30"),
    rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    rule("FREQ=MINUTELY", start="19700101T000000Z"),
    rule("FREQ=SECONDLY;INTERVAL=7;BYSECOND=1;BYMINUTE=59;BYHOUR=23;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"),
    rule(
        "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYSECOND=" + ",".join(map(str, range(60))),
        start="00010101T000000Z",
    ),
]


@pytest.mark.parametrize("bad", NEVER)
def test_a_rule_that_is_endless_or_never_yields_costs_a_quarter_second_and_itself(bad: str) -> None:
    found: list[Read] = []
    assert dearer(lambda: found.append(read(ics(bad, GOOD, WEEKLY))), 0.25) < 0.5
    assert found == [Read((GOOD_BUSY, *WEEKLY_BUSY), skipped=1)]


@pytest.mark.parametrize(
    "broken",
    [
        "UID:no-start\nDTEND:20270301T130000Z",
        "UID:x\nDTSTART:nonsense",
        "UID:x\nDTSTART:20270230T120000Z",
        "UID:x\nDTSTART:20270301T250000Z",
        "UID:x\nDTSTART:20270301T126000Z",
        "UID:x\nDTSTART:２０２７０３０１",
        "UID:x\nDTSTART;no colon",
        'UID:x\nDTSTART;TZID="Europe/London:20270301T120000',
        "UID:x\nDTSTART:20270401T120000Z\nDTEND:20270301T130000Z",
        "UID:x\nDTSTART:20270301T120000Z\nDURATION:-PT1H",
        "UID:x\nDTSTART:20270301T120000Z\nDURATION:P",
        "UID:x\nDTSTART:20270301T120000Z\nDURATION:PT1H junk",
        "UID:x\nDTSTART:99991231T235959Z\nDURATION:P9999W\nRDATE:20270301T120000Z",
        "UID:x\nDTSTART;TZID=Asia/Tokyo:00010101T000000\nRRULE:FREQ=YEARLY",
        "UID:x\nDTSTART:20270301T120000Z\nRECURRENCE-ID:never\nDURATION:PT1H",
        "UID:x\nDTSTART:20270301T120000Z\nDURATION:PT1H\nEXDATE:never",
        "UID:x\nDTSTART:20270301T120000Z\nDURATION:PT1H\nRDATE:never",
        "UID:x\nDTSTART:20270301T120000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20270301T120000Z/P-1",
        rule("nonsense"),
        rule("FREQ=SOMETIMES"),
        rule("FREQ=DAILY;INTERVAL=0"),
        rule("FREQ=DAILY;INTERVAL=00"),
        rule("FREQ=DAILY;INTERVAL=-1;COUNT=9"),
        rule("FREQ=DAILY;COUNT=x"),
        rule("FREQ=DAILY;UNTIL=never"),
        rule("FREQ=DAILY;BYDAY=XX"),
        rule("FREQ=DAILY;BYDAY=9999999999MO;BYSETPOS=0"),
        rule("FREQ=MONTHLY;BYSETPOS=1;X-OTHER=1"),
        rule("FREQ=DAILY;BYHOUR=99"),
        rule("FREQ=DAILY;COUNT=" + "9" * 5000),
        rule("COUNT=3"),
        rule(""),
    ],
)
def test_broken_events_are_skipped_one_by_one(broken: str) -> None:
    assert read(ics(GOOD, broken, WEEKLY)) == Read((GOOD_BUSY, *WEEKLY_BUSY), skipped=1)


def test_events_without_an_end_are_skipped_and_the_next_is_read() -> None:
    body = ics(GOOD, WEEKLY).replace(b"UID:good", b"UID:lost\r\nDTSTART:20270501T120000Z\r\nBEGIN:VEVENT\r\nUID:good")
    assert read(body) == Read((GOOD_BUSY, *WEEKLY_BUSY), skipped=1)
    last = ics(GOOD, WEEKLY, "UID:last\nDTSTART:20270501T120000Z").replace(
        b"END:VEVENT\r\nEND:VCALENDAR", b"END:VCALENDAR"
    )
    assert read(last) == Read((GOOD_BUSY, *WEEKLY_BUSY), skipped=1)


def test_an_event_of_every_hour_is_capped_at_two_thousand_and_counted() -> None:
    hourly = rule("FREQ=HOURLY", start="20270201T000000Z", more="DURATION:PT10M")
    found = read(ics(hourly))
    assert (len(found.busy), found.skipped) == (2_000, 1)


def test_every_day_of_the_window_fits() -> None:
    found = read(ics(rule("FREQ=DAILY", start="20200101T000000Z")))
    assert (len(found.busy), found.skipped) == ((UNTIL - SINCE).days, 0)


def test_of_six_thousand_events_five_thousand_are_read_and_the_rest_counted() -> None:
    found: list[Read] = []
    assert dearer(lambda: found.append(read(many(6_000)))) < 3
    assert (len(found[0].busy), found[0].skipped) == (5_000, 1_000)


def test_events_that_are_over_do_not_count_among_the_five_thousand() -> None:
    old = (f"UID:{at}\nDTSTART:20200101T{at % 24:02d}0000Z\nDTEND:20200102T000000Z" for at in range(5_500))
    assert read(ics(*old, GOOD)) == Read((GOOD_BUSY,))


def test_ten_megabytes_are_refused_unread() -> None:
    body = b"BEGIN:VCALENDAR\r\n" + b"X" * 10_000_000
    assert dearer(lambda: refused(body, TOO_LARGE)) < 0.1


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><lolz>&b;</lolz>',
        b"",
        b"\x00" * 1000,
        b"PK\x03\x04",
        b"{}",
    ],
)
def test_other_files_have_no_effect(body: bytes) -> None:
    with pytest.raises(Trouble, match=NO_CALENDAR):
        read(body)


def test_an_xml_bomb_in_a_title_is_a_title() -> None:
    bomb = '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>&b;'
    assert read(ics(f"{GOOD}\nSUMMARY:{bomb}\nATTACH:file:///etc/passwd")) == Read((GOOD_BUSY,))


def zone(rule_of_zone: str) -> str:
    inside = f"DTSTART:19700101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:{rule_of_zone}\n"
    # With only one part nobody would have to look when it begins.
    parts = f"BEGIN:STANDARD\n{inside}END:STANDARD\nBEGIN:DAYLIGHT\n{inside}END:DAYLIGHT\n"
    return f"BEGIN:VTIMEZONE\nTZID:Own\n{parts}END:VTIMEZONE\n"


@pytest.mark.parametrize(
    "head",
    [
        zone("FREQ=SECONDLY"),
        zone("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30"),
        zone("nonsense"),
        "BEGIN:VTIMEZONE\nTZID:Own\nEND:VTIMEZONE\n",
        "BEGIN:VTIMEZONE\n",
        zone("FREQ=YEARLY").replace("+0100", "+9999"),
    ],
)
def test_a_hostile_zone_is_no_zone(head: str) -> None:
    lost = "UID:own\nDTSTART;TZID=Own:20270301T120000\nDTEND;TZID=Own:20270301T130000"
    found: list[Read] = []
    assert dearer(lambda: found.append(read(ics(lost, WEEKLY, head=head))), 0.25) < 1
    assert found == [Read((GOOD_BUSY, *WEEKLY_BUSY))]


def test_many_rules_together_end_the_reading_so_that_what_was_known_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS_IN_ALL", 1.0)
    body = ics(*(rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") for _ in range(100)), GOOD)
    assert dearer(lambda: refused(body, TOO_LONG), 1.0) < 1


def test_more_busy_times_than_can_be_kept_end_the_reading() -> None:
    rules = (
        f"UID:{at}\nDTSTART:20270201T{at // 60:02d}{at % 60:02d}00Z\nDURATION:PT30S\nRRULE:FREQ=DAILY"
        for at in range(60)
    )
    with pytest.raises(Trouble, match=TOO_MANY):
        read(ics(*rules))


def test_five_thousand_changes_of_one_instance_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS_EACH", 60)  # what they cost is compared, on a slow machine as well
    changes = (
        f"UID:weekly\nRECURRENCE-ID:20270401T120000Z\nDTSTART:2027040{at % 9 + 1}T160000Z\nSEQUENCE:{at}"
        for at in range(4_990)
    )
    found: list[Read] = []
    assert dearer(lambda: found.append(read(ics(WEEKLY, *changes)))) < 3
    assert found == [Read((WEEKLY_BUSY[1],))]


def test_quotes_and_folds_without_end_cost_little() -> None:
    for filling in (
        'DTSTART;A="' * 80_000,
        "DTSTART" + ';A="b"' * 150_000,
        "DTSTART;" + " " * 900_000,
        "UID:\r\n " * 100_000,
    ):
        body = ics(GOOD, "UID:x\n" + filling[:950_000])
        assert dearer(lambda: read(body)) < 3  # noqa: B023 - called at once


def test_the_budget_ends_what_swallows_every_exception() -> None:
    ended = 0

    def stubborn() -> None:
        nonlocal ended
        while ended < 3:
            try:
                while True:
                    pass
            except BaseException:
                ended += 1
        while True:
            pass

    with pytest.raises(budget.Over), budget.computing(0.05):
        stubborn()
    assert ended == 3
