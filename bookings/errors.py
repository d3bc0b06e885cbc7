"""Everything that can go wrong with a booking, in the words of the house; a view maps each to a sentence."""

# ruff: noqa: N818 - these are words of the domain, and each of them is said to a visitor as a sentence.


class BookingError(Exception):
    """Something about a coaching call cannot be done; nothing was changed."""


class SlotTaken(BookingError):
    """Somebody else has this time now: offer the nearest free times and keep the filled form."""


class NotOffered(BookingError):
    """This time was never on offer; `reason` is one of bookings.scheduling.Reason's values."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class KeyReused(BookingError):
    """This form was already sent with other data: show a fresh form."""


class PhoneNeeded(BookingError):
    """The coach phones the attendee on this kind of call, and no number was given."""


class TooLate(BookingError):
    """The policy window for moving or cancelling is over: the attendee asks the coach, or phones, instead."""


class TooManyOpen(BookingError):
    """This person has as many coming calls as one person may have."""


class ProofAskedLately(BookingError):
    """This address has had its one mail of the day that asks it to confirm a call: another one would fill a mailbox."""


class TooManyUnproven(BookingError):
    """As many calls of this coach as may wait for a confirmed address do wait for one."""


class TooManyRequests(BookingError):
    """The coach was asked several times already today: another message would not help."""


class NotActive(BookingError):
    """The booking is in a state in which this cannot be done (a hold ran out, a call was cancelled, or is not over yet)."""


class Busy(BookingError):
    """The calendar could not be locked in time: nothing was booked, and pressing the button again may work."""
