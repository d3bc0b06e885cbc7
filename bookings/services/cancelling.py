"""Cancelling a call."""

from datetime import datetime

from bookings.models import Booking


def cancel(*, booking: Booking, actor_kind: str, actor: str, why: str, now: datetime) -> Booking:
    """Cancel a call and mail both sides; `actor_kind` is a BookingEvent.ActorKind.

    Raises TooLate (an attendee inside the policy window), NotActive (no call to cancel), Busy.
    """
    raise NotImplementedError
