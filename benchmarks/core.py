"""The pure core against a bare loop of integer subtraction, both in this one run: `python -m benchmarks.core`.

One coach, 60 days of nine to five, 120 busy intervals, a start every 15 minutes. The loop knows the windows and the busy
times as integers already and does nothing but compare: what is left above it is the price of zones, overrides and rules.
"""
# ruff: noqa: T201  the terminal is where this speaks

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from zoneinfo import ZoneInfo

from bookings.scheduling import Hours, Interval, SlotQuestion, Window, open_starts

DAYS, BUSY, ROUNDS, MOST = 60, 120, 200, 4.0
MONDAY = datetime(2027, 1, 11, tzinfo=UTC)
STEP = timedelta(minutes=15)


def question() -> SlotQuestion:
    """The question of the figure: two calls of half an hour on each day."""
    busy = tuple(
        Interval(start := MONDAY + timedelta(days=n // 2, hours=15 + 3 * (n % 2)), start + timedelta(minutes=30))
        for n in range(BUSY)
    )
    return SlotQuestion(
        hours=(Hours(ZoneInfo("America/New_York"), dict.fromkeys(range(7), (Window(wall(9), wall(17)),))),),
        duration=timedelta(minutes=30),
        slot_interval=STEP,
        now=MONDAY,
        since=MONDAY,
        until=MONDAY + timedelta(days=DAYS),
        busy=busy,
    )


def bare_loop(spans: list[tuple[int, int]], busy: list[tuple[int, int]], length: int, step: int) -> list[int]:
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


def best_ms(*sides: Callable[[], object]) -> list[float]:
    """The best of many rounds of each side, in milliseconds; in turn, so that a busy machine is busy for all of them."""
    best = [float("inf")] * len(sides)
    for _ in range(ROUNDS):
        for number, work in enumerate(sides):
            began = time.perf_counter()
            work()
            best[number] = min(best[number], (time.perf_counter() - began) * 1000)
    return best


def main() -> int:
    """Print both sides and their ratio; 1 where the ratio is not held."""
    asked = question()
    first = int(MONDAY.timestamp())
    # In this stretch New York is at UTC−5 for 62 days: the loop's windows can be written down by hand.
    spans = [(first + day * 86400 + 14 * 3600, first + day * 86400 + 22 * 3600) for day in range(DAYS)]
    busy = [(int(each.start.timestamp()), int(each.end.timestamp())) for each in asked.busy]
    loop = bare_loop(spans, busy, 1800, 900)
    if [int(start.timestamp()) for start in open_starts(asked)] != loop:
        print("The core and the loop do not offer the same starts: the figure would mean nothing.", file=sys.stderr)
        return 1
    core, reference = best_ms(lambda: open_starts(asked), lambda: bare_loop(spans, busy, 1800, 900))
    print(f"pure core, 1 coach x {DAYS} days x {BUSY} busy, {len(loop)} starts")
    print(f"  core {core:.3f} ms   loop {reference:.3f} ms   ratio {core / reference:.2f}   hold <= {MOST:.1f}")
    return 0 if core <= MOST * reference else 1


if __name__ == "__main__":
    sys.exit(main())
