"""What visitors send to the booking room; forms check shape and wording, services decide."""

from bookings.forms.cancel import CancelForm
from bookings.forms.details import DetailsForm
from bookings.forms.find import FindForm

__all__ = ["CancelForm", "DetailsForm", "FindForm"]
