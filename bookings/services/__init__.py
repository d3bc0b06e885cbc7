"""The verbs of the booking room: each is one short durable transaction; see errors.py for what they raise."""

from bookings.services.attendees import change_email, mail_links
from bookings.services.cancelling import cancel
from bookings.services.confirming import confirm
from bookings.services.holds import expire_holds, hold, release_hold, renew_hold
from bookings.services.outcomes import record_outcome
from bookings.services.time_off import add_time_off, remove_time_off

__all__ = [
    "add_time_off",
    "cancel",
    "change_email",
    "confirm",
    "expire_holds",
    "hold",
    "mail_links",
    "record_outcome",
    "release_hold",
    "remove_time_off",
    "renew_hold",
]
