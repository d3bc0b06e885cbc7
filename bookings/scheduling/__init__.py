"""The pure core: which starts can be booked. Standard library only; the clock is an argument."""

from bookings.scheduling.availability import Hours, Window, windows, zone_at
from bookings.scheduling.choice import Candidate, Choice, in_order
from bookings.scheduling.explain import Reason, why_not
from bookings.scheduling.intervals import Interval
from bookings.scheduling.slots import Limit, Period, SlotQuestion, is_open, open_starts
from bookings.scheduling.walltime import next_clock_change
from bookings.scheduling.wording import Moment, moment

__all__ = [
    "Candidate",
    "Choice",
    "Hours",
    "Interval",
    "Limit",
    "Moment",
    "Period",
    "Reason",
    "SlotQuestion",
    "Window",
    "in_order",
    "is_open",
    "moment",
    "next_clock_change",
    "open_starts",
    "why_not",
    "windows",
    "zone_at",
]
