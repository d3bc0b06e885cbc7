"""The question every page, the API and the gate ask: at which instants can a call start?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bookings.scheduling.availability import Hours, windows, zone_at
from bookings.scheduling.intervals import (
    Interval,
    Span,
    ceil_seconds,
    floor_seconds,
    instant,
    length,
    merged,
    refuse_naive,
)
from bookings.scheduling.walltime import local_date

_ZERO = timedelta()


class Period(StrEnum):
    """What a limit counts in: the coach's local date, or the ISO week of that date."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` calls a period; `starts` are those that count already."""

    period: Period
    most: int
    starts: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotQuestion:
    """One coach, one kind of call, the starts in [since, until). Instants are aware, lengths whole seconds.

    `busy` holds other calls with their own buffers, `time_off` what the coach has blocked; both keep the buffers of
    this call away. A start s needs now + minimum_notice ≤ s < now + booking_window (None: no end).
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

    def __post_init__(self) -> None:
        refuse_naive(self.now, self.since, self.until)
        if self.duration <= _ZERO or self.slot_interval <= _ZERO:
            raise ValueError("A call and its interval must be longer than zero.")


def open_starts(question: SlotQuestion) -> tuple[datetime, ...]:
    """Every instant (aware UTC) on offer, sorted, without repeats."""
    return tuple(map(instant, open_seconds(question)))


def is_open(question: SlotQuestion, start: datetime) -> bool:
    """Whether this one instant is on offer; the question's own range is not asked."""
    return not start.microsecond and open_seconds(question, only=floor_seconds(start)) != []


def open_seconds(question: SlotQuestion, *, only: int | None = None) -> list[int]:
    """The same as open_starts in seconds since the epoch; `only` asks about a single start instead of the range."""
    size, step = length(question.duration), length(question.slot_interval)
    since, until = bookable_range(question, only)
    if since >= until:
        return []
    blocked = blocked_starts(question, [*question.busy, *question.time_off])
    found: list[int] = []
    at = 0
    for opens, closes in windows(question.hours, since, until + size):
        start = opens if opens >= since else opens + -(-(since - opens) // step) * step
        end = min(closes - size + 1, until)
        while at < len(blocked) and blocked[at][1] <= start:
            at += 1
        for free_until, free_again in blocked[at:]:
            if free_until >= end or start >= end:
                break
            found.extend(range(start, free_until, step))
            if start < free_again:
                start += -(-(free_again - start) // step) * step
        found.extend(range(start, end, step))
    return _within_limits(question, found) if question.limits else found


def bookable_range(question: SlotQuestion, only: int | None = None) -> Span:
    """The range asked for, cut to what notice and booking window leave of it."""
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


def over_limit(question: SlotQuestion, start: int) -> Limit | None:
    """The first limit that a call at this start (seconds since the epoch) would break, or None."""
    return next((limit for limit in question.limits if not _within(question, limit, [start])), None)


def _within_limits(question: SlotQuestion, starts: list[int]) -> list[int]:
    for limit in question.limits:
        starts = _within(question, limit, starts)
    return starts


def _within(question: SlotQuestion, limit: Limit, starts: list[int]) -> list[int]:
    if limit.most <= 0:
        return []
    counts = Counter(_period(question.hours, limit.period, floor_seconds(each)) for each in limit.starts)
    full = {period for period, number in counts.items() if number >= limit.most}
    # Most calendars are far from their limits: no local date is asked for unless some day or week is full.
    return [each for each in starts if _period(question.hours, limit.period, each) not in full] if full else starts


def _period(hours: tuple[Hours, ...], period: Period, seconds: int) -> date | tuple[int, int] | None:
    zone = zone_at(hours, seconds)
    if zone is None:
        return None
    day = local_date(seconds, zone)
    if period is Period.DAY:
        return day
    year, week, _ = day.isocalendar()
    return year, week
