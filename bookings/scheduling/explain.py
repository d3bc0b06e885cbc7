"""Why is this time not offered? The first rule that removed it, in the order in which they are asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from bookings.scheduling.availability import grid_start, windows
from bookings.scheduling.intervals import Busy, Interval, ceil_seconds, floor_seconds, length, refuse_naive
from bookings.scheduling.limits import Limit, reached_limit
from bookings.scheduling.slots import SlotQuestion, blocked_starts, bookable_range
from bookings.scheduling.walltime import local_date
from bookings.scheduling.wording import date_in_words, moment


class Reason(StrEnum):
    """The rules, in the order in which they are asked; whether type and coach can be booked is asked by the caller."""

    TYPE_DISABLED = "type disabled"
    COACH_NOT_ELIGIBLE = "coach not eligible"
    WINDOW = "beyond the booking window"
    NOTICE = "under minimum notice"
    TIME_OFF = "time off"
    OVERRIDE = "date override"
    HOLIDAY = "public holiday"
    OUTSIDE_HOURS = "outside hours"
    OFF_GRID = "off the grid"
    BUSY = "booking or hold"
    BUFFER = "buffer"
    OUTSIDE_CALENDAR = "outside calendar"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The first rule that keeps a start from being offered, and what stands in the way.

    `interval` is the time off, the other call (for a buffer: with its own buffers), the outside busy time, or the time
    from now that notice or booking window span; `name` is the booking's; `day` is the coach's local date whose hours
    do not reach; `limit` is the one reached.
    """

    reason: Reason
    interval: Interval | None = None
    name: str = ""
    day: date | None = None
    limit: Limit | None = None


def why_not(question: SlotQuestion, start: datetime) -> Reason | None:
    """The first rule that keeps this start from being offered, or None where it is offered."""
    explanation = explain(question, start)
    return explanation.reason if explanation else None


def explain(question: SlotQuestion, start: datetime) -> Explanation | None:
    """The first rule that keeps this start from being offered, with what stands in the way, or None where it is offered.

    Any instant can be asked about: the question's own range is not. Raises ValueError without a zone.
    """
    refuse_naive(start)
    at, now = floor_seconds(start), question.now
    since, until = bookable_range(question, only=at)
    if question.booking_window is not None and until <= at:
        return Explanation(Reason.WINDOW, Interval(now, now + question.booking_window))
    if at < since:
        return Explanation(Reason.NOTICE, Interval(now, now + question.minimum_notice))
    away = _meeting(question, question.time_off, at)
    if away:
        return Explanation(Reason.TIME_OFF, max(away, key=lambda each: each.end))
    return _hours_say(question, start, at) or _calendar_says(question, at)


def in_words(explanation: Explanation, zone: tzinfo) -> str:
    """The explanation as a sentence for staff, with times as they are in a zone."""
    interval, day, limit = explanation.interval, explanation.day, explanation.limit
    named = f" “{explanation.name}”" if explanation.name else ""
    on_day = f" on {date_in_words(day)} (the coach's own date)" if day else ""
    until = moment(interval.end, zone).full if interval else ""
    between = f", {_between(interval, zone)}" if interval else ""
    match explanation.reason:
        case Reason.TYPE_DISABLED:
            return "This kind of call is switched off."
        case Reason.COACH_NOT_ELIGIBLE:
            return "This coach does not take this kind of call."
        case Reason.WINDOW:
            return f"Beyond the booking window{f', which now ends {until}' if until else ''}."
        case Reason.NOTICE:
            return f"Under minimum notice{f': nothing before {until} can be booked now' if until else ''}."
        case Reason.TIME_OFF:
            return f"Time off{f' until {until}' if until else ''}."
        case Reason.OVERRIDE:
            return f"Date override{on_day}: other hours than usual, or none."
        case Reason.HOLIDAY:
            return f"Public holiday{on_day}."
        case Reason.OUTSIDE_HOURS:
            return f"Outside the weekly hours{on_day}."
        case Reason.OFF_GRID:
            return "Off the grid: calls of this kind start at other times."
        case Reason.BUSY:
            return f"Booked or held{f': booking{named}' if named else ''}{between}."
        case Reason.BUFFER:
            return f"The buffer of {f'booking{named}' if named else 'another booking'}{between}."
        case Reason.OUTSIDE_CALENDAR:
            return f"Busy in an outside calendar{named}{between}."
        case Reason.LIMIT:
            return f"The limit{f' of {limit.most} a {limit.period}' if limit else ''} is reached."


def _hours_say(question: SlotQuestion, start: datetime, at: int) -> Explanation | None:
    """What the hours say against a call: which rule of the local date on which they first leave it uncovered."""
    end = at + length(question.duration)
    around = (span for span in windows(question.hours, at, end) if span[0] <= at)
    opens, closes = next(around, (at, at))
    if closes < end:
        return _date_says(question, closes)
    off_grid = start.microsecond or (at - grid_start(question.hours, opens, at)) % length(question.slot_interval)
    return Explanation(Reason.OFF_GRID) if off_grid else None


def _date_says(question: SlotQuestion, uncovered: int) -> Explanation:
    """Which rule of the local date left an instant uncovered; schedules that are not valid on it are not asked."""
    dates = [(each, local_date(uncovered, each.zone)) for each in question.hours]
    valid = [(each, day) for each, day in dates if each.is_valid_on(day)]
    for each, day in valid:
        if day in each.overrides:
            return Explanation(Reason.OVERRIDE, day=day)
    for each, day in valid:
        if day in each.holidays:
            return Explanation(Reason.HOLIDAY, day=day)
    return Explanation(Reason.OUTSIDE_HOURS, day=valid[0][1] if valid else None)


def _calendar_says(question: SlotQuestion, at: int) -> Explanation | None:
    """What other calls, outside calendars and limits say against a call that hours and grid allow."""
    end = at + length(question.duration)
    near = _meeting(question, question.busy, at)
    for each in near:
        call = _call_of(each)
        if call.start < call.end and floor_seconds(call.start) < end and at < ceil_seconds(call.end):
            return Explanation(Reason.BUSY, call, _name_of(each))
    for each in near:
        return Explanation(Reason.BUFFER, each, _name_of(each))
    for each in _meeting(question, question.outside, at):
        return Explanation(Reason.OUTSIDE_CALENDAR, each, _name_of(each))
    limit = reached_limit(question.limits, question.hours, at)
    return Explanation(Reason.LIMIT, limit=limit) if limit else None


def _meeting(question: SlotQuestion, busy: Iterable[Interval], at: int) -> list[Interval]:
    """The intervals that a call at this start, with its buffers, would meet, the earliest first."""
    found = [each for each in busy for first, end in blocked_starts(question, [each]) if first <= at < end]
    return sorted(found, key=lambda each: (each.start, each.end))


def _call_of(busy: Interval) -> Interval:
    return busy.call or busy if isinstance(busy, Busy) else busy


def _name_of(busy: Interval) -> str:
    return busy.name if isinstance(busy, Busy) else ""


def _between(interval: Interval, zone: tzinfo) -> str:
    starts, ends = moment(interval.start, zone), moment(interval.end, zone)
    return f"{starts.long} to {ends.time if ends.day == starts.day else ends.long} ({ends.where})"
