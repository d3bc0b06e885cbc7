"""The verbs of the booking room: each is one short durable transaction; see errors.py for what they raise."""

from bookings.services.approving import approve, decline, decline_unanswered
from bookings.services.attendees import change_email, mail_links
from bookings.services.cancelling import cancel
from bookings.services.confirming import approval_deadline, book_for, confirm
from bookings.services.editing import ask_late_change, edit_details
from bookings.services.feeds import end_feed, new_feed
from bookings.services.forgetting import forget_unproven
from bookings.services.holds import expire_holds, hold, release_hold, renew_hold
from bookings.services.moving import reassign, reschedule
from bookings.services.outcomes import record_outcome
from bookings.services.proving import ask_again, book_unproven, prove, release_unproven
from bookings.services.time_off import add_time_off, remove_time_off, unavailable_today

__all__ = [
    "add_time_off",
    "approval_deadline",
    "approve",
    "ask_again",
    "ask_late_change",
    "book_for",
    "book_unproven",
    "cancel",
    "change_email",
    "confirm",
    "decline",
    "decline_unanswered",
    "edit_details",
    "end_feed",
    "expire_holds",
    "forget_unproven",
    "hold",
    "mail_links",
    "new_feed",
    "prove",
    "reassign",
    "record_outcome",
    "release_hold",
    "release_unproven",
    "remove_time_off",
    "renew_hold",
    "reschedule",
    "unavailable_today",
]
