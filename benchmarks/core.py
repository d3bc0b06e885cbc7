"""The pure core against a bare loop of integer subtraction, both in this one run: `make bench ARGS=core`.

Sixty days of nine to five, 120 busy intervals a coach, a start every 15 minutes: for one coach, and for 50 coaches of five
zones. The loop knows the windows and the busy times as integers already and does nothing but compare: what is left above
it is the price of zones, overrides, rules and of instants instead of numbers.
"""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure
from benchmarks.place import Place
from bookings.scheduling import Hours, Interval, SlotQuestion, Window, open_starts

DAYS, BUSY, COACHES, MOST = 60, 120, 50, 4.0
MONDAY = datetime(2027, 1, 11, tzinfo=UTC)
STEP = timedelta(minutes=15)
# Zones whose clocks stand still in these sixty days, with their hours from UTC: the loop's windows are written by hand.
ZONES = {"America/New_York": -5, "America/Chicago": -6, "Asia/Kolkata": 5.5, "Asia/Tokyo": 9, "Africa/Lagos": 1}
Spans = list[tuple[int, int]]


def question(coach: int = 0) -> SlotQuestion:
    """The question of one coach: two calls of half an hour on each day, at other minutes for each coach."""
    zone, offset = list(ZONES.items())[coach % len(ZONES)]
    first = MONDAY + timedelta(hours=10 - offset, minutes=coach)
    busy = tuple(
        Interval(start := first + timedelta(days=n // 2, hours=3 * (n % 2)), start + timedelta(minutes=30))
        for n in range(BUSY)
    )
    return SlotQuestion(
        hours=(Hours(ZoneInfo(zone), dict.fromkeys(range(7), (Window(wall(9), wall(17)),))),),
        duration=timedelta(minutes=30),
        slot_interval=STEP,
        now=MONDAY - timedelta(days=1),
        since=MONDAY,
        until=MONDAY + timedelta(days=DAYS),
        busy=busy,
    )


def in_numbers(coach: int, busy: tuple[Interval, ...]) -> tuple[Spans, Spans]:
    """What the loop is given: windows and busy times of a coach in seconds, sorted and inside the range."""
    offset = list(ZONES.values())[coach % len(ZONES)]
    nine = int((MONDAY + timedelta(hours=9 - offset)).timestamp())
    spans = [(nine + day * 86400, nine + day * 86400 + 8 * 3600) for day in range(DAYS)]
    return spans, [(int(each.start.timestamp()), int(each.end.timestamp())) for each in busy]


def bare_loop(spans: Spans, busy: Spans, length: int, step: int) -> list[int]:
    """The reference: sorted spans and busy times in seconds, one pass, no zones, no rules."""
    found, index = [], 0
    for opens, closes in spans:
        start = opens
        while start + length <= closes:
            while index < len(busy) and busy[index][1] - start <= 0:
                index += 1
            if index == len(busy) or busy[index][0] - start >= length:
                found.append(start)
            start += step
    return found


def best_ms(rounds: int, *sides: Callable[[], object]) -> list[float]:
    """The best of many rounds of each side, in milliseconds; in turn, so that a busy machine is busy for all of them."""
    best = [float("inf")] * len(sides)
    for _ in range(rounds):
        for number, work in enumerate(sides):
            began = time.perf_counter()
            work()
            best[number] = min(best[number], (time.perf_counter() - began) * 1000)
    return best


def figure(coaches: int, rounds: int) -> Figure:
    """Both sides for so many coaches; ends with a clear line where they do not agree."""
    asked = [question(coach) for coach in range(coaches)]
    numbers = [in_numbers(coach, each.busy) for coach, each in enumerate(asked)]

    def core() -> list[tuple[datetime, ...]]:
        return [open_starts(each) for each in asked]

    def loop() -> list[list[int]]:
        return [bare_loop(spans, busy, 1800, 900) for spans, busy in numbers]

    if [[int(start.timestamp()) for start in starts] for starts in core()] != loop():
        sys.exit("The core and the loop do not offer the same starts: the figure would mean nothing.")
    ours, bare = best_ms(rounds, core, loop)
    name = f"pure core, {coaches} {'coach' if coaches == 1 else 'coaches'} x {DAYS} days x {BUSY} busy"
    return Figure(name, f"{ours:.3f} ms", f"{bare:.3f} ms", ours / bare, ("<=", MOST))


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """One coach and fifty."""
    yield figure(1, 200)
    yield figure(COACHES, 10)
