"""The mails of the booking room: a kind, three templates with one stem, one function."""

CONFIRMED = "bookings.confirmed"
CANCELLED = "bookings.cancelled"
REMINDER = "bookings.reminder"
COACH_CONFIRMED = "bookings.coach_confirmed"
COACH_CANCELLED = "bookings.coach_cancelled"
LINKS = "bookings.links"


def register() -> None:
    """Make the kinds known to the mail room; called once from AppConfig.ready."""
