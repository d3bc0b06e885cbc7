"""The same question answered by looking at every minute, sharing no arithmetic with the core.

Minutes are counted from the epoch; wall times likewise, as if the wall clock ran in UTC.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from bookings.scheduling import Hours, SlotQuestion, Window

DAY = 1440
MARGIN = 9 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ORDINAL = EPOCH.toordinal()


@lru_cache(maxsize=4096)
def walls_of_day(zone: tzinfo, day: int) -> tuple[int, ...]:
    """What a clock in the zone shows at every minute of one UTC day."""
    shown = []
    for minute in range(day * DAY, (day + 1) * DAY):
        at = datetime.fromtimestamp(minute * 60, zone)
        shown.append((at.toordinal() - ORDINAL) * DAY + at.hour * 60 + at.minute)
    return tuple(shown)


class Clock:
    """Every minute of some days, and what the wall clock shows at each."""

    def __init__(self, zone: tzinfo, first: int, last: int) -> None:
        self.first = first // DAY * DAY
        days = [walls_of_day(zone, day) for day in range(first // DAY, last // DAY + 1)]
        self.shown = [wall for day in days for wall in day]
        self.offsets = {
            wall - minute
            for start, day in zip(range(self.first, last + 1, DAY), days, strict=True)
            for minute, wall in zip(range(start, start + DAY), day, strict=True)
            if minute % 15 == 0
        }

    def instants_of(self, wall: int) -> list[int]:
        """The minutes at which this wall time is shown; one that never is moved forward by the gap."""
        guesses = [wall - offset - self.first for offset in self.offsets]
        shown = [self.first + at for at in guesses if 0 <= at < len(self.shown) and self.shown[at] == wall]
        if shown:
            return shown
        for at, (before, after) in enumerate(zip(self.shown, self.shown[1:], strict=False), self.first):
            if before < wall < after:
                return [at + wall - before]
        return []


def open_minutes(hours: Hours, first: int, last: int) -> set[int]:
    clock = Clock(hours.zone, first, last)
    minutes: set[int] = set()
    for number in range(clock.shown[0] // DAY, clock.shown[-1] // DAY + 1):
        day = date.fromordinal(number + ORDINAL)
        if (hours.valid_from or day) <= day <= (hours.valid_until or day):
            for window in hours.overrides[day] if day in hours.overrides else hours.weekly.get(day.weekday(), ()):
                minutes |= minutes_of(window, number * DAY, clock)
    return minutes


def minutes_of(window: Window, midnight: int, clock: Clock) -> set[int]:
    opens, closes = (midnight + each.hour * 60 + each.minute for each in (window.opens, window.closes))
    if closes == midnight:
        closes += DAY
    starts, ends = clock.instants_of(opens), clock.instants_of(closes)
    return set(range(min(starts), max(ends))) if closes > opens and starts and ends else set()


def minute(instant: datetime) -> int:
    whole, rest = divmod(instant - EPOCH, timedelta(minutes=1))
    assert not rest
    return whole


def scan(question: SlotQuestion) -> tuple[datetime, ...]:
    """Every start on offer, found minute by minute."""
    first, last = minute(question.since) - MARGIN, minute(question.until) + MARGIN
    minutes = set().union(*(open_minutes(hours, first, last) for hours in question.hours))
    taken = [(minute(each.start), minute(each.end)) for each in (*question.busy, *question.time_off)]
    step = question.slot_interval // timedelta(minutes=1)
    found, grid = [], None
    for at in range(first, last):
        if at not in minutes:
            grid = None
        else:
            grid = at if grid is None else grid
            if (at - grid) % step == 0 and offered(question, at, minutes, taken):
                found.append(EPOCH + timedelta(minutes=at))
    return tuple(found)


def offered(question: SlotQuestion, at: int, minutes: set[int], taken: list[tuple[int, int]]) -> bool:
    start = EPOCH + timedelta(minutes=at)
    if not question.since <= start < question.until or start < question.now + question.minimum_notice:
        return False
    if question.booking_window is not None and start >= question.now + question.booking_window:
        return False
    end = minute(start + question.duration)
    if any(each not in minutes for each in range(at, end)):
        return False
    busy = set(range(minute(start - question.buffer_before), minute(start + question.duration + question.buffer_after)))
    if any(not busy.isdisjoint(range(first, last)) for first, last in taken):
        return False
    return all(fits(question, limit.period, limit.most, limit.starts, start) for limit in question.limits)


def fits(question: SlotQuestion, period: str, most: int, starts: tuple[datetime, ...], at: datetime) -> bool:
    def key(instant: datetime) -> tuple[int, ...]:
        for hours in question.hours:
            day = instant.astimezone(hours.zone).date()
            if (hours.valid_from or day) <= day <= (hours.valid_until or day):
                break
        else:
            day = instant.astimezone(question.hours[0].zone).date()
        return (day.toordinal(),) if period == "day" else tuple(day.isocalendar())[:2]

    return sum(key(each) == key(at) for each in starts) < most
