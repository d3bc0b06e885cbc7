"""What concerns the attendee's address."""

from datetime import datetime

from bookings.models import Booking


def mail_links(*, email: str, now: datetime) -> None:
    """Mail fresh links of all coming calls to this address, where it has any; says nothing about whether it has."""
    raise NotImplementedError


def change_email(*, booking: Booking, email: str, actor: str, now: datetime) -> Booking:
    """Correct an attendee's address (staff): old links and unsent mails die, the confirmation goes to the new one.

    Raises NotActive, Busy.
    """
    raise NotImplementedError
