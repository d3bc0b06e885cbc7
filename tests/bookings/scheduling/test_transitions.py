"""Every clock change of the next two years in every zone of the tz database: skipped hours are never offered, repeated
ones are two, and hours that begin or end inside a change mean what a scan of every minute says.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bookings.scheduling import Hours, SlotQuestion, Window, is_open, open_starts
from tests.bookings.scheduling.brute_force import DAY, Scan
from tests.bookings.scheduling.questions import ALL_DAY, changes

QUARTER, HOUR, ONE_DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)


def question(
    zone: ZoneInfo, change: datetime, windows: tuple[Window, ...], *, only: date | None = None
) -> SlotQuestion:
    """Twelve hours around a change, by the quarter; the windows hold on all dates around it, or on one."""
    day = change.astimezone(zone).date()
    dates = [only] if only else [day + n * ONE_DAY for n in (-2, -1, 0, 1, 2)]
    return SlotQuestion(
        hours=(Hours(zone, {}, dict.fromkeys(dates, windows)),),
        duration=QUARTER,
        slot_interval=QUARTER,
        now=change - 9 * ONE_DAY,
        since=change - 6 * HOUR,
        until=change + 6 * HOUR,
    )


def walls_around(zone: ZoneInfo, change: datetime) -> tuple[datetime, datetime]:
    """What the clock would have shown at the change, and what it shows instead: naive wall times."""
    after = change.astimezone(zone)
    before = (change - timedelta(seconds=1)).astimezone(zone)
    would = (change + (before.utcoffset() or timedelta())).replace(tzinfo=None)
    return would, after.replace(tzinfo=None)


def test_there_are_changes_to_look_at() -> None:
    found = Counter(key for key, _ in changes())
    assert found["America/New_York"] == found["Europe/Berlin"] == found["Australia/Lord_Howe"] == 4
    assert len(found) > 150
    gaps = [would < shown for key, change in changes() for would, shown in [walls_around(ZoneInfo(key), change)]]
    assert {True, False} == set(gaps)


def test_time_runs_on_through_every_change_no_skipped_wall_time_is_offered_and_repeated_ones_are_two() -> None:
    for key, change in changes():
        zone = ZoneInfo(key)
        asked = question(zone, change, (ALL_DAY,))
        starts = open_starts(asked)
        assert starts == tuple(asked.since + n * QUARTER for n in range(48)), (key, change)
        would, shown = walls_around(zone, change)
        walls = Counter(start.astimezone(zone).replace(tzinfo=None) for start in starts)
        skipped = [wall for wall in walls if would <= wall < shown]
        twice = {wall: 2 for wall in walls if shown <= wall < would}
        assert skipped == [], (key, change)
        assert {wall: number for wall, number in walls.items() if number > 1} == twice, (key, change)
        assert len({start.astimezone(zone).isoformat() for start in starts}) == 48, (key, change)
        assert twice or shown > would, (key, change)


def test_hours_that_begin_or_end_around_a_change_mean_what_every_minute_says() -> None:
    for key, change in changes():
        zone = ZoneInfo(key)
        would, shown = walls_around(zone, change)
        middle = would + (shown - would) / 2
        edges = {wall.replace(second=0) for wall in (would - HOUR, min(would, shown), middle, max(would, shown) + HOUR)}
        for opens, closes in product(edges, edges):
            if opens < closes and opens.date() == (closes - QUARTER).date():
                asked = question(zone, change, (Window(opens.time(), closes.time()),), only=opens.date())
                found = open_starts(asked)
                assert found == Scan(asked, margin=DAY).starts(), (key, change, opens, closes)
                assert all(is_open(asked, start) for start in found), (key, change, opens, closes)
