from bookings.models.booking import BLOCKING, Booking
from bookings.models.coach import Coach
from bookings.models.event_type import EventType
from bookings.models.history import BookingEvent
from bookings.models.location import LocationKind
from bookings.models.schedule import AvailabilityRule, DateOverride, DateOverrideWindow, Schedule, TimeOff

__all__ = [
    "BLOCKING",
    "AvailabilityRule",
    "Booking",
    "BookingEvent",
    "Coach",
    "DateOverride",
    "DateOverrideWindow",
    "EventType",
    "LocationKind",
    "Schedule",
    "TimeOff",
]
