"""What became of a call, said by a person: nobody is completed by the clock."""

from datetime import datetime

from bookings.models import Booking


def record_outcome(*, booking: Booking, outcome: str, actor: str, now: datetime) -> Booking:
    """Record "completed" or "no_show" of a call that is over; may be corrected later. Raises NotActive."""
    raise NotImplementedError
