"""Appending to the timeline, and nothing else: the bottom of this room's writers. Verbs use `people.record_activity`."""

from datetime import datetime
from typing import Any

from leads.models import Activity, Lead
from mail import prepared
from mail.rows import require_transaction
from mail.text import one_line


def write(
    *,
    lead: Lead,
    kind: str,
    summary: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    actor: str = "system",
) -> Activity:
    """Append one line to the lead's timeline; `data` must be plain JSON."""
    require_transaction()
    return prepared.insert_soon(
        Activity(
            lead=lead,
            at=now,
            kind=kind,
            summary=one_line(summary, limit=300),
            data=data or {},
            actor=one_line(actor, limit=150),
        )
    )
