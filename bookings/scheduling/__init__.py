"""The pure core: which starts can be booked. Standard library only; the clock is an argument."""

from bookings.scheduling.availability import Hours, Window, windows, zone_at
from bookings.scheduling.choice import Candidate, Choice, in_order
from bookings.scheduling.explain import Explanation, Reason, explain, in_words, why_not
from bookings.scheduling.intervals import Busy, Interval
from bookings.scheduling.limits import Limit, Period
from bookings.scheduling.slots import SlotQuestion, is_open, next_change, open_starts, open_until_changed
from bookings.scheduling.walltime import next_clock_change
from bookings.scheduling.wording import Moment, moment

__all__ = [
    "Busy",
    "Candidate",
    "Choice",
    "Explanation",
    "Hours",
    "Interval",
    "Limit",
    "Moment",
    "Period",
    "Reason",
    "SlotQuestion",
    "Window",
    "explain",
    "in_order",
    "in_words",
    "is_open",
    "moment",
    "next_change",
    "next_clock_change",
    "open_starts",
    "open_until_changed",
    "why_not",
    "windows",
    "zone_at",
]
