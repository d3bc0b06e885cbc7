from bookings.models.answers import Answer
from bookings.models.booking import BLOCKING, Booking
from bookings.models.coach import Coach, WorkedHoliday
from bookings.models.event_type import EventType, IntakeQuestion
from bookings.models.history import BookingEvent
from bookings.models.location import LocationKind
from bookings.models.outside import OutsideBusy, OutsideCalendar
from bookings.models.schedule import AvailabilityRule, DateOverride, DateOverrideWindow, Schedule, TimeOff

__all__ = [
    "BLOCKING",
    "Answer",
    "AvailabilityRule",
    "Booking",
    "BookingEvent",
    "Coach",
    "DateOverride",
    "DateOverrideWindow",
    "EventType",
    "IntakeQuestion",
    "LocationKind",
    "OutsideBusy",
    "OutsideCalendar",
    "Schedule",
    "TimeOff",
    "WorkedHoliday",
]
