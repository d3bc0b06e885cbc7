"""Answers that several pages give."""

from django.http import HttpResponseRedirect

from bookings.errors import (
    BookingError,
    Busy,
    NotOffered,
    ProofAskedLately,
    SlotTaken,
    TooManyOpen,
    TooManyRequests,
    TooManyUnproven,
)


class SeeOther(HttpResponseRedirect):
    """303 after a POST: whatever came in, the next request is a GET (RFC 9110, section 15.4.4)."""

    status_code = 303


SENTENCES: dict[type[BookingError], str] = {
    SlotTaken: "Somebody else was quicker: that time is taken now. These are the nearest free times.",
    NotOffered: "That time cannot be booked. These are the nearest free times.",
    TooManyOpen: "You have as many coming calls as one person may have. Cancel one from its link, or call us.",
    ProofAskedLately: (
        "To book from this form, the address has to confirm the call, and within a day it gets one mail that asks for it:"
        " that mail has been sent. If the time in it suits you, press its button within half an hour of your booking."
        " For another time, call us and we book it with you."
    ),
    TooManyUnproven: (
        "More calls than usual wait for their address to be confirmed. Please send this again in half an hour, or call us"
        " and we book it with you."
    ),
    TooManyRequests: "Your coach has your messages of today already. If it cannot wait, please call us.",
    Busy: "Many people are booking at this moment. Nothing was changed: please press the button again.",
}


def sentence(error: BookingError) -> str:
    """What happened, in a sentence for the visitor."""
    return next((text for kind, text in SENTENCES.items() if isinstance(error, kind)), "That cannot be done.")


def status(error: BookingError) -> int:
    """409 where somebody else was there first, 429 for one too many, 422 where the request itself could not be met."""
    if isinstance(error, TooManyRequests | ProofAskedLately | TooManyUnproven):
        return 429
    return 409 if isinstance(error, SlotTaken | Busy) else 422
