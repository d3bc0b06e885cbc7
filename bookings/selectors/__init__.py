"""What pages, the API and the booking gate read: rows in, plain frozen values out, a fixed number of queries."""

from bookings.selectors.diaries import Diary, booked_in, diaries, explain
from bookings.selectors.hours import UTC_ZONE, coach_zone, coach_zones, hours_of
from bookings.selectors.known import Offer, memory, offer
from bookings.selectors.leads import leads_of
from bookings.selectors.offered import (
    calls_for_feed,
    candidates,
    coaches,
    demo_allowed,
    event_types,
    intake_questions,
    own_coach,
    who_takes,
)
from bookings.selectors.slots import (
    NEAR,
    Month,
    OpenSlot,
    month_of_slots,
    month_with_change,
    nearest,
    nearest_slots,
    times,
    week_preview,
)
from bookings.selectors.stamps import Stamp, stamp

__all__ = [
    "NEAR",
    "UTC_ZONE",
    "Diary",
    "Month",
    "Offer",
    "OpenSlot",
    "Stamp",
    "booked_in",
    "calls_for_feed",
    "candidates",
    "coach_zone",
    "coach_zones",
    "coaches",
    "demo_allowed",
    "diaries",
    "event_types",
    "explain",
    "hours_of",
    "intake_questions",
    "leads_of",
    "memory",
    "month_of_slots",
    "month_with_change",
    "nearest",
    "nearest_slots",
    "offer",
    "own_coach",
    "stamp",
    "times",
    "week_preview",
    "who_takes",
]
