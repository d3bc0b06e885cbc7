"""Random questions for the core, most of them around a clock change somewhere in the world.

How many: SLOT_CASES, 150 where nothing is said. `SLOT_CASES=20000 python -m pytest tests/bookings/scheduling -n0` is the
proof of issue 3.
"""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bookings.scheduling import Busy, Hours, Interval, Limit, Period, SlotQuestion, Window, next_clock_change

many = settings(
    max_examples=int(os.environ.get("SLOT_CASES", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
FIRST, LAST = datetime(2026, 11, 23, tzinfo=UTC), datetime(2028, 11, 23, tzinfo=UTC)
ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)


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
ALL_DAY = Window(time(0), time(0))
PAIRS = st.tuples(st.sampled_from(QUARTERS), st.sampled_from(QUARTERS))
FORWARD = st.builds(
    lambda first, length: (QUARTERS[first], QUARTERS[(first + length) % 96 if first + length <= 96 else 0]),
    st.integers(0, 92),
    st.integers(4, 64),
)
# Backward ones yield nothing.
WINDOWS = st.one_of(PAIRS, FORWARD, FORWARD, FORWARD, FORWARD).map(lambda pair: Window(*pair))


def grouped(pairs: list[tuple[Any, Window]]) -> dict[Any, tuple[Window, ...]]:
    result: dict[Any, tuple[Window, ...]] = {}
    for key, window in pairs:
        result[key] = (*result.get(key, ()), window)
    return result


@st.composite
def hours(draw: st.DrawFn, zone: ZoneInfo, around: date) -> Hours:
    """One schedule without validity dates; once in ten it never closes but for an override or a holiday."""
    if draw(rarely(10)):
        weekly = dict.fromkeys(range(7), (ALL_DAY,))
        days = st.sampled_from([around + timedelta(days=n) for n in range(-10, 3)])
    else:
        near = [(around.weekday() + n) % 7 for n in (-1, 0, 1)]
        weekly = {day: tuple(draw(st.lists(WINDOWS, min_size=1, max_size=3))) for day in near if not draw(rarely(6))}
        days = st.sampled_from([around + timedelta(days=n) for n in (0, 1, -1, 2, -2)])
    closed = dict.fromkeys(draw(st.lists(days, max_size=1)), ()) if draw(rarely(4)) else {}
    overrides = closed | grouped(draw(st.lists(st.tuples(days, WINDOWS), max_size=2)))
    return Hours(zone, weekly, overrides, holidays=frozenset(draw(st.lists(days, max_size=2))))


@st.composite
def schedules(draw: st.DrawFn, zone: ZoneInfo, day: date) -> tuple[Hours, ...]:
    """One schedule, or those of a coach who travels: from that date on in another zone, perhaps after days without any."""
    home = draw(hours(zone, day))
    if draw(st.integers(0, 4)):
        return (home,)
    away = draw(hours(draw(places())[0], day))
    between = draw(st.sampled_from([1, 1, 3]))
    until = draw(st.sampled_from([None, day + ONE_DAY]))
    return replace(home, valid_until=day - timedelta(days=between)), replace(away, valid_from=day, valid_until=until)


def rarely(once_in: int) -> st.SearchStrategy[bool]:
    return st.integers(1, once_in).map(lambda n: n == once_in)


def minutes(*choices: int) -> st.SearchStrategy[timedelta]:
    return st.sampled_from(choices).map(lambda n: n * ONE_MINUTE)


def spread(around: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(-1440, 1440).map(lambda n: around + n * ONE_MINUTE)


def intervals(around: datetime) -> st.SearchStrategy[Interval]:
    lengths = st.integers(0, 180).map(lambda n: n * ONE_MINUTE)
    return st.builds(lambda start, length: Interval(start, start + length), spread(around), lengths)


def bookings(around: datetime) -> st.SearchStrategy[Interval]:
    """Busy time of other calls: plain, or with the call inside its buffers."""
    buffers = minutes(0, 5, 30)
    known = st.builds(
        lambda call, before, after: Busy(call.start - before, call.end + after, call, "another"),
        intervals(around),
        buffers,
        buffers,
    )
    return st.one_of(intervals(around), known)


def some(each: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=most).map(tuple)


@st.composite
def questions(draw: st.DrawFn) -> SlotQuestion:
    """A question in whole minutes, which a scan of every minute can answer."""
    zone, around = draw(places())
    since = around - draw(st.integers(0, 1440)) * ONE_MINUTE
    now = draw(spread(around)) if draw(rarely(5)) else around - timedelta(days=4)
    edge = draw(spread(around)) if draw(rarely(4)) else None
    limits = st.builds(Limit, period=st.sampled_from(Period), most=st.integers(1, 3), starts=some(spread(around), 4))
    return SlotQuestion(
        hours=draw(schedules(zone, around.astimezone(zone).date())),
        duration=draw(minutes(15, 20, 30, 45, 60, 90)),
        slot_interval=draw(minutes(5, 15, 20, 30, 50, 60)),
        buffer_before=draw(minutes(0, 0, 5, 15, 60)),
        buffer_after=draw(minutes(0, 0, 5, 15, 60)),
        minimum_notice=draw(minutes(0, 7, 720)),
        booking_window=max(edge - now, ONE_MINUTE) if edge else None,
        now=now,
        since=since,
        until=since + draw(st.integers(720, 2 * 1440)) * ONE_MINUTE,
        busy=draw(some(bookings(around), 4)),
        outside=draw(some(intervals(around), 3)),
        time_off=draw(some(intervals(around), 2)),
        limits=draw(some(limits, 2)),
    )
