"""The desk's pages for coaches, hours, kinds of call and consultations."""

from bookings.admin.booking import BookingAdmin
from bookings.admin.coach import CoachAdmin
from bookings.admin.event_type import EventTypeAdmin
from bookings.admin.outside import OutsideCalendarAdmin
from bookings.admin.schedule import DateOverrideAdmin, ScheduleAdmin
from bookings.admin.time_off import TimeOffAdmin

__all__ = [
    "BookingAdmin",
    "CoachAdmin",
    "DateOverrideAdmin",
    "EventTypeAdmin",
    "OutsideCalendarAdmin",
    "ScheduleAdmin",
    "TimeOffAdmin",
]
