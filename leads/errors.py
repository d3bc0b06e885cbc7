"""What can go wrong in the leads room, in its own words; views map each to a sentence."""

# ruff: noqa: N818 - words of the domain; each is said to a visitor as a sentence.

from datetime import timedelta


class LeadsError(Exception):
    """The family of errors of this room."""


class TooMany(LeadsError):
    """More requests than the limits allow; `retry_after` says when the next one may come."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"too many, again in {retry_after}")
        self.retry_after = retry_after


class Suspicious(LeadsError):
    """A form that no person filled in, or that was filled in too fast or long ago.

    `hold` says that it was asked again before, and gave no proof: it goes into the quarantine for a person to look at.
    """

    def __init__(self, reason: str, *, hold: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hold = hold


class NotPossible(LeadsError):
    """Something staff asked for cannot be done; the message is the sentence they read."""
