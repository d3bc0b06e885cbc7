"""Which verbs make sense for a call as it is now; the services ask again under the lock."""

from datetime import datetime

from bookings.models import Booking

Status = Booking.Status

# The verb → why it does not make sense, where it does not.
REFUSALS = {
    "approve_call": "This call does not wait for an answer (any more).",
    "decline_call": "This call does not wait for an answer (any more).",
    "confirm_address": "This call does not wait for its address (any more).",
    "release_call": "This call does not wait for its address (any more).",
    "move_call": "There is no coming call to move here: it is cancelled, over or only held.",
    "reassign_call": "There is no coming call to give to another coach here: it is cancelled, over or only held.",
    "edit_details": "The details can be put right for a call that is still to come.",
    "correct_address": "The address can be corrected for a confirmed call that is still to come.",
    "cancel_call": "There is no call to cancel here: it is cancelled, over or only held.",
    "record_outcome": "An outcome can be recorded once the call is over.",
}


def possible(booking: Booking, *, now: datetime) -> set[str]:
    """The names of the verbs that make sense."""
    verbs = set()
    coming = booking.is_upcoming and booking.blocks(now) and booking.start > now
    if booking.awaits_approval(now):
        verbs |= {"approve_call", "decline_call"}
    if booking.awaits_proof(now):
        verbs |= {"confirm_address", "release_call"}
    if coming:
        verbs |= {"move_call", "reassign_call", "edit_details"}
    if coming and booking.status == Status.CONFIRMED:
        verbs.add("correct_address")
    if booking.is_upcoming and booking.end > now:
        verbs.add("cancel_call")
    if booking.status in (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW) and booking.end <= now:
        verbs.add("record_outcome")
    return verbs
