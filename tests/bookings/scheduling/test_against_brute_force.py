"""Random hours, overrides, busy times and zones, around clock changes: the core and a scan of every minute agree."""

import os
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bookings.scheduling import (
    Hours,
    Interval,
    Limit,
    Period,
    SlotQuestion,
    Window,
    next_clock_change,
    open_starts,
    why_not,
)
from tests.bookings.scheduling.brute_force import scan

CASES = int(os.environ.get("SLOT_CASES", "150"))
FIRST, LAST = datetime(2026, 11, 23, tzinfo=UTC), datetime(2028, 11, 23, tzinfo=UTC)


@lru_cache(maxsize=1)
def changes() -> tuple[tuple[str, datetime], ...]:
    """Every clock change of the next two years, in every zone of the tz database that has one."""
    found = []
    for key in sorted(available_timezones()):
        at = next_clock_change(ZoneInfo(key), since=FIRST, until=LAST)
        while at is not None:
            found.append((key, at))
            at = next_clock_change(ZoneInfo(key), since=at, until=LAST)
    return tuple(found)


@st.composite
def places(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a minute: mostly a clock change of that zone, sometimes any zone at any minute."""
    if draw(st.integers(0, 9)) < 8:
        key, at = draw(st.sampled_from(changes()))
    else:
        key = draw(st.sampled_from(sorted(available_timezones())))
        at = FIRST + timedelta(minutes=draw(st.integers(0, 700 * 1440)))
    return ZoneInfo(key), at.replace(second=0, microsecond=0)


QUARTERS = [time(n // 4, n % 4 * 15) for n in range(96)]
WINDOWS = st.builds(Window, st.sampled_from(QUARTERS), st.sampled_from(QUARTERS))


def grouped(pairs: list[tuple[Any, Window]]) -> dict[Any, tuple[Window, ...]]:
    result: dict[Any, tuple[Window, ...]] = {}
    for key, window in pairs:
        result[key] = (*result.get(key, ()), window)
    return result


@st.composite
def hours(draw: st.DrawFn, zone: ZoneInfo, around: date) -> Hours:
    # Never all seven days, so that no window is without end: that is a case of its own.
    weekdays = st.sampled_from([(around.weekday() + n) % 7 for n in (0, 0, -1, 1, 2, -2, 3)])
    days = st.sampled_from([around + timedelta(days=n) for n in (0, 0, -1, 1, 2, -2)])
    closed = dict.fromkeys(draw(st.lists(days, max_size=1)), ())
    return Hours(
        zone=zone,
        weekly=grouped(draw(st.lists(st.tuples(weekdays, WINDOWS), max_size=5))),
        overrides=closed | grouped(draw(st.lists(st.tuples(days, WINDOWS), max_size=2))),
    )


def spread(around: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(-2 * 1440, 2 * 1440).map(lambda n: around + timedelta(minutes=n))


@st.composite
def questions(draw: st.DrawFn) -> SlotQuestion:
    zone, around = draw(places())
    local = around.astimezone(zone).date()
    schedules = [draw(hours(zone, local))]
    if draw(st.integers(0, 4)) == 0:
        # A coach who travels: from that date on in another zone.
        home = schedules[0]
        away = draw(hours(draw(places())[0], local))
        schedules = [
            Hours(home.zone, home.weekly, home.overrides, valid_until=local - timedelta(days=1)),
            Hours(away.zone, away.weekly, away.overrides, valid_from=local),
        ]
    busy = [
        Interval(start, start + timedelta(minutes=draw(st.integers(0, 180))))
        for start in draw(st.lists(spread(around), max_size=5))
    ]
    limits = draw(
        st.lists(
            st.builds(
                Limit,
                period=st.sampled_from(Period),
                most=st.integers(1, 2),
                starts=st.lists(spread(around), max_size=4).map(tuple),
            ),
            max_size=2,
        )
    )
    since = draw(spread(around))
    return SlotQuestion(
        hours=tuple(schedules),
        duration=timedelta(minutes=draw(st.sampled_from([15, 20, 30, 45, 60, 90]))),
        slot_interval=timedelta(minutes=draw(st.sampled_from([5, 15, 20, 30, 50, 60]))),
        buffer_before=timedelta(minutes=draw(st.sampled_from([0, 0, 5, 15, 60]))),
        buffer_after=timedelta(minutes=draw(st.sampled_from([0, 0, 5, 15, 60]))),
        minimum_notice=timedelta(minutes=draw(st.sampled_from([0, 0, 7, 720]))),
        booking_window=draw(st.sampled_from([None, None, timedelta(days=1), timedelta(hours=30)])),
        now=draw(st.one_of(st.just(around - timedelta(days=4)), spread(around))),
        since=since,
        until=since + timedelta(minutes=draw(st.integers(1, 2 * 1440))),
        busy=tuple(busy[:3]),
        time_off=tuple(busy[3:]),
        limits=tuple(limits),
    )


@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(questions())
def test_the_core_and_a_scan_of_every_minute_offer_the_same_starts(question: SlotQuestion) -> None:
    found = open_starts(question)
    event(f"starts on offer: {'none' if not found else 'some' if len(found) < 20 else 'many'}")
    assert found == scan(question)


@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(questions())
def test_a_start_is_offered_exactly_where_nothing_speaks_against_it(question: SlotQuestion) -> None:
    found = set(open_starts(question))
    at = question.since.replace(second=0, microsecond=0)
    for step in range(0, 600, 15):
        start = at + timedelta(minutes=step)
        if question.since <= start < question.until:
            assert (why_not(question, start) is None) == (start in found), start
