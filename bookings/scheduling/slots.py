"""The question every page, the API and the gate ask: at which instants can a call start?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from bookings.scheduling.availability import LOOKBACK, Hours, grid_start, windows
from bookings.scheduling.intervals import (
    Interval,
    Span,
    ceil_seconds,
    floor_seconds,
    instant,
    instants,
    length,
    merged,
    refuse_naive,
)
from bookings.scheduling.limits import Limit, within_limits

_ZERO = timedelta()
# The finest step of a datetime.
_RESOLUTION = datetime.resolution


@dataclass(frozen=True, slots=True)
class SlotQuestion:
    """One coach, one kind of call, the starts in [since, until). Instants are aware, lengths whole seconds.

    `busy` holds other calls with their own buffers, `outside` what other calendars say, `time_off` what the coach has
    blocked; all keep the buffers of this call away. A start s needs now + minimum_notice ≤ s < now + booking_window
    (None: no end). `expiries` are instants at which something now busy ends to count, such as the end of a hold.
    """

    hours: tuple[Hours, ...]
    duration: timedelta
    slot_interval: timedelta
    now: datetime
    since: datetime
    until: datetime
    buffer_before: timedelta = _ZERO
    buffer_after: timedelta = _ZERO
    minimum_notice: timedelta = _ZERO
    booking_window: timedelta | None = None
    busy: tuple[Interval, ...] = ()
    time_off: tuple[Interval, ...] = ()
    limits: tuple[Limit, ...] = ()
    outside: tuple[Interval, ...] = ()
    expiries: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        refuse_naive(self.now, self.since, self.until, *self.expiries)
        if self.duration <= _ZERO or self.slot_interval <= _ZERO:
            raise ValueError("A call and its interval must be longer than zero.")


def open_starts(question: SlotQuestion) -> tuple[datetime, ...]:
    """Every instant (aware UTC) on offer, sorted, without repeats."""
    return tuple(chain.from_iterable(map(instants, _on_offer(question, *bookable_range(question)))))


def is_open(question: SlotQuestion, start: datetime) -> bool:
    """Whether this one instant is on offer; the question's own range is not asked. Raises ValueError without a zone."""
    refuse_naive(start)
    only = bookable_range(question, only=floor_seconds(start))
    return not start.microsecond and next(_on_offer(question, *only), None) is not None


def next_change(question: SlotQuestion) -> datetime | None:
    """The first instant after `now` at which time alone changes the answer of open_starts, or None.

    A start s leaves just after s − minimum_notice and comes just after s − booking_window: what is returned is the
    microsecond after. A range that was cut to the booking window beforehand hides what comes. An expiry counts whether
    or not it frees a start, so that one may come out too early.
    """
    return _change(question, next(_on_offer(question, *bookable_range(question)), None))


def open_until_changed(question: SlotQuestion) -> tuple[tuple[range, ...], datetime | None]:
    """The starts on offer as stretches of seconds since the epoch, sorted, without repeats; and `next_change`."""
    found = tuple(_on_offer(question, *bookable_range(question)))
    return found, _change(question, found[0] if found else None)


def bookable_range(question: SlotQuestion, *, only: int | None = None) -> Span:
    """The range asked for, or a single start, cut to what notice and booking window leave of it."""
    since, until = (
        (only, only + 1) if only is not None else (ceil_seconds(question.since), ceil_seconds(question.until))
    )
    since = max(since, ceil_seconds(question.now + question.minimum_notice))
    if question.booking_window is not None:
        until = min(until, ceil_seconds(question.now + question.booking_window))
    return since, until


def blocked_starts(question: SlotQuestion, busy: Iterable[Interval]) -> list[Span]:
    """The starts at which this call or its buffers would meet one of the intervals, merged.

    [s − before, s + size + after) meets [b, e) exactly where b − size − after < s < e + before.
    """
    ahead = length(question.duration) + length(question.buffer_after) - 1
    behind = length(question.buffer_before)
    return merged(
        (floor_seconds(each.start) - ahead, ceil_seconds(each.end) + behind) for each in busy if each.start < each.end
    )


def _change(question: SlotQuestion, leaving: range | None) -> datetime | None:
    """`next_change`, where the stretch that leaves first is known."""
    notice, window, now = question.minimum_notice, question.booking_window, question.now
    if window is not None and notice >= window:
        return None
    changes = [expiry for expiry in question.expiries if expiry > now]
    if leaving is not None:
        changes.append(instant(leaving.start) - notice + _RESOLUTION)
    if window is not None:
        since, until = ceil_seconds(max(question.since, now + window)), ceil_seconds(question.until)
        coming = next(_on_offer(question, since, until), None)
        if coming is not None:
            changes.append(instant(coming.start) - window + _RESOLUTION)
    return min(changes, default=None)


def _on_offer(question: SlotQuestion, since: int, until: int) -> Iterator[range]:
    """The starts in [since, until) that hours, busy time and limits leave, as stretches in order, found as asked for."""
    free = _free_stretches(question, since, until)
    return within_limits(question.limits, question.hours, free) if question.limits else free


def _free_stretches(question: SlotQuestion, since: int, until: int) -> Iterator[range]:
    """The starts in [since, until) that hours and busy time leave: no stretch is empty, all are seconds since the epoch."""
    if since >= until:
        return
    size, step = length(question.duration), length(question.slot_interval)
    blocked = blocked_starts(question, chain(question.busy, question.time_off, question.outside))
    at, last = 0, len(blocked)
    for anchor, opens, closes in _grids(question.hours, since, until, size):
        start = opens + (anchor - opens) % step
        while at < last:
            free_until, free_again = blocked[at]
            if free_again <= start:
                at += 1
                continue
            if free_until >= closes:
                break
            if free_until > start:
                yield range(start, free_until, step)
            start = free_again + (anchor - free_again) % step
            if start >= closes:
                # What is busy here may reach into the next window.
                break
        if start < closes:
            yield range(start, closes, step)


def _grids(hours: tuple[Hours, ...], since: int, until: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Where starts are counted from, and the [first, last) in which a call of this size may start, window by window."""
    for opens, closes in windows(hours, since, until + size):
        first, end = max(opens, since), min(closes - size + 1, until)
        long_open = opens + LOOKBACK
        if end <= long_open:
            yield opens, first, end
            continue
        if first < long_open:
            yield opens, first, long_open
        yield grid_start(hours, opens, long_open), max(first, long_open), end
