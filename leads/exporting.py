"""Leads as a CSV file, for staff."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leads import cells
from leads.models import Lead
from mail import identity

HEADING = (
    "Name",
    "Email",
    "Phone",
    "Role of interest",
    "Stage",
    "Lost because",
    "Owner",
    "Score",
    "Entered by",
    "Heard of us from",
    "First source",
    "Last source",
    "Best time to call",
    "Time zone",
    "Do not call",
    "Created",
    "Address confirmed",
)


def leads(rows: QuerySet[Lead]) -> Iterator[bytes]:
    """The file in portions, times in the institute's zone; cells that could be formulas begin with an apostrophe."""
    zone = ZoneInfo(str(identity.current().default_time_zone))
    chosen = rows.select_related("owner").iterator(chunk_size=500)
    return cells.written(HEADING, (_cells(lead, zone) for lead in chosen))


def _cells(lead: Lead, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        lead.name,
        lead.email,
        lead.phone,
        lead.get_role_of_interest_display(),
        lead.get_stage_display(),
        lead.lost_reason,
        lead.owner.get_username() if lead.owner else "",
        lead.score,
        lead.get_origin_display(),
        lead.get_heard_of_display() or "unknown",
        lead.first_source or "unknown",
        lead.last_source or "unknown",
        lead.best_time_to_call,
        lead.time_zone,
        "yes" if lead.do_not_call else "no",
        f"{lead.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{lead.confirmed_at.astimezone(zone):%Y-%m-%d %H:%M}" if lead.confirmed_at else "",
    )
