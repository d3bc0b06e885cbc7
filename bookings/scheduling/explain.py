"""Why is this time not offered? The first rule that removed it, in the order in which they are asked."""

from datetime import datetime
from enum import StrEnum

from bookings.scheduling.availability import windows
from bookings.scheduling.intervals import Interval, ceil_seconds, floor_seconds, length
from bookings.scheduling.slots import SlotQuestion, blocked_starts, bookable_range, over_limit
from bookings.scheduling.walltime import local_date


class Reason(StrEnum):
    """The rules, in the order in which they are asked."""

    TYPE_DISABLED = "type disabled"
    COACH_NOT_ELIGIBLE = "coach not eligible"
    WINDOW = "beyond the booking window"
    NOTICE = "under minimum notice"
    TIME_OFF = "time off"
    OVERRIDE = "date override"
    OUTSIDE_HOURS = "outside hours"
    OFF_GRID = "off the grid"
    BUSY = "booking or hold"
    BUFFER = "buffer"
    LIMIT = "limit"


def why_not(question: SlotQuestion, start: datetime) -> Reason | None:
    """The first rule that keeps this start from being offered, or None where it is offered."""
    at, size = floor_seconds(start), length(question.duration)
    if question.booking_window is not None and at >= ceil_seconds(question.now + question.booking_window):
        return Reason.WINDOW
    if at < bookable_range(question, at)[0]:
        return Reason.NOTICE
    if _hit(question, question.time_off, at):
        return Reason.TIME_OFF
    around = [span for span in windows(question.hours, at, at + size) if span[0] <= at and at + size <= span[1]]
    if not around:
        overridden = any(local_date(at, each.zone) in each.overrides for each in question.hours)
        return Reason.OVERRIDE if overridden else Reason.OUTSIDE_HOURS
    if start.microsecond or (at - around[0][0]) % length(question.slot_interval):
        return Reason.OFF_GRID
    if any(_overlaps(each, at, at + size) for each in question.busy):
        return Reason.BUSY
    if _hit(question, question.busy, at):
        return Reason.BUFFER
    return Reason.LIMIT if over_limit(question, at) else None


def _overlaps(busy: Interval, start: int, end: int) -> bool:
    return busy.start < busy.end and floor_seconds(busy.start) < end and start < ceil_seconds(busy.end)


def _hit(question: SlotQuestion, busy: tuple[Interval, ...], at: int) -> bool:
    return any(first <= at < end for first, end in blocked_starts(question, busy))
