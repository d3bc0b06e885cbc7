"""Where a verb leads when it is done."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from leads.models import Lead


def page_of(lead: Lead) -> str:
    """The address of the lead's page."""
    return reverse("admin:leads_lead_change", args=[lead.pk])


def back_to(posted: QueryDict, lead: Lead) -> str:
    """Where a verb leads: one of our own pages by its short name, never an address from the form."""
    name = posted.get("next", "")
    if name == "board":
        kept = {key: str(posted[key])[:100] for key in ("owner", "source") if posted.get(key)}
        return reverse("admin:leads_lead_board") + (f"?{urlencode(kept)}" if kept else "")
    return reverse("admin:leads_lead_day") if name == "day" else page_of(lead)
