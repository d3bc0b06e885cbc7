"""What visitors send to the booking room; forms check shape and wording, services decide."""

from bookings.forms.details import DetailsForm
from bookings.forms.edit import EditForm
from bookings.forms.find import FindForm
from bookings.forms.reason import CancelForm, DeclineForm, LateForm

__all__ = ["CancelForm", "DeclineForm", "DetailsForm", "EditForm", "FindForm", "LateForm"]
