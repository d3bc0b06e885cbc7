"""The rows of the leads room, one noun a file."""

from leads.models.consent import CALL, LIST, Consent, ConsentText
from leads.models.lead import Lead, Role, Stage
from leads.models.rate_window import RateWindow
from leads.models.timeline import Activity, Touch

__all__ = ["CALL", "LIST", "Activity", "Consent", "ConsentText", "Lead", "RateWindow", "Role", "Stage", "Touch"]
