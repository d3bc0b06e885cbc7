"""The same question answered by looking at every minute, sharing no arithmetic with the core.

Minutes are counted from the epoch; wall times likewise, as if the wall clock ran in UTC.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from bookings.scheduling import Busy, Hours, Interval, Limit, Reason, SlotQuestion, Window

DAY = 1440
MARGIN = 9 * DAY
LONG_OPEN = 8 * DAY
MINUTE = timedelta(minutes=1)
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
        if is_valid(hours, day):
            if day in hours.overrides:
                today = hours.overrides[day]
            elif day in hours.holidays:
                today = ()
            else:
                today = hours.weekly.get(day.weekday(), ())
            for window in today:
                minutes |= minutes_of(window, number * DAY, clock)
    return minutes


def minutes_of(window: Window, midnight: int, clock: Clock) -> set[int]:
    opens, closes = (midnight + each.hour * 60 + each.minute for each in (window.opens, window.closes))
    if closes == midnight:
        closes += DAY
    starts, ends = clock.instants_of(opens), clock.instants_of(closes)
    return set(range(min(starts), max(ends))) if closes > opens and starts and ends else set()


def is_valid(hours: Hours, day: date) -> bool:
    return (hours.valid_from or day) <= day <= (hours.valid_until or day)


def local_day(hours: Hours, instant: datetime) -> date:
    return instant.astimezone(hours.zone).date()


def minute(instant: datetime) -> int:
    """The minute that contains an instant."""
    return (instant - EPOCH) // MINUTE


def minutes_between(start: datetime, end: datetime) -> set[int]:
    """The minutes that [start, end) touches."""
    return set(range(minute(start), minute(end - datetime.resolution) + 1)) if start < end else set()


class Scan:
    """A question, with every minute around its range looked at."""

    def __init__(self, question: SlotQuestion, *, margin: int = MARGIN) -> None:
        self.question = question
        first, last = minute(question.since) - margin, minute(question.until) + margin
        self.open = set().union(*(open_minutes(hours, first, last) for hours in question.hours))
        self.grid = self._grid(first, last)
        self.time_off = self._touched(question.time_off)
        self.busy = self._touched(question.busy)
        self.calls = self._touched((each.call or each) if isinstance(each, Busy) else each for each in question.busy)
        self.outside = self._touched(question.outside)

    def asked(self) -> list[datetime]:
        """Every start of the range that is on the grid."""
        starts = (EPOCH + at * MINUTE for at in sorted(self.grid))
        return [start for start in starts if self.question.since <= start < self.question.until]

    def starts(self) -> tuple[datetime, ...]:
        """Every start on offer."""
        return tuple(start for start in self.asked() if self.first_rule(start) is None)

    def first_rule(self, start: datetime) -> Reason | None:
        """What keeps a whole minute from being offered: every rule, in the order of section 4 of the design."""
        question, end = self.question, start + self.question.duration
        call = minutes_between(start, end)
        reach = minutes_between(start - question.buffer_before, end + question.buffer_after)
        if question.booking_window is not None and start >= question.now + question.booking_window:
            return Reason.WINDOW
        if start < question.now + question.minimum_notice:
            return Reason.NOTICE
        if reach & self.time_off:
            return Reason.TIME_OFF
        if call - self.open:
            return self._rule_of_date(EPOCH + min(call - self.open) * MINUTE)
        if minute(start) not in self.grid:
            return Reason.OFF_GRID
        if call & self.calls:
            return Reason.BUSY
        if reach & self.busy:
            return Reason.BUFFER
        if reach & self.outside:
            return Reason.OUTSIDE_CALENDAR
        return None if all(self._fits(limit, start) for limit in question.limits) else Reason.LIMIT

    def _grid(self, first: int, last: int) -> set[int]:
        step = self.question.slot_interval // MINUTE
        found, opened = set(), None
        long_ago = minute(datetime(2001, 1, 1, tzinfo=self.question.hours[0].zone))
        for at in range(first, last):
            if at not in self.open:
                opened = None
                continue
            opened = at if opened is None else opened
            anchor = opened if at - opened < LONG_OPEN else long_ago
            if (at - anchor) % step == 0:
                found.add(at)
        return found

    def _touched(self, intervals: Iterable[Interval]) -> set[int]:
        return set().union(*(minutes_between(each.start, each.end) for each in intervals))

    def _rule_of_date(self, uncovered: datetime) -> Reason:
        days = [(hours, local_day(hours, uncovered)) for hours in self.question.hours]
        if any(is_valid(hours, day) and day in hours.overrides for hours, day in days):
            return Reason.OVERRIDE
        if any(is_valid(hours, day) and day in hours.holidays for hours, day in days):
            return Reason.HOLIDAY
        return Reason.OUTSIDE_HOURS

    def _fits(self, limit: Limit, start: datetime) -> bool:
        def key(instant: datetime) -> tuple[int, ...]:
            hours = self.question.hours
            valid = [each for each in hours if is_valid(each, local_day(each, instant))]
            day = local_day((valid or hours)[0], instant)
            return (day.toordinal(),) if limit.period == "day" else tuple(day.isocalendar())[:2]

        return sum(key(each) == key(start) for each in limit.starts) < limit.most
