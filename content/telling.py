"""Row-writers for the mails of the guide; every one needs an open transaction."""

from datetime import datetime, timedelta

from content.models import Guide
from leads.services import staff_address
from mail import ledger

KEEP_TRYING = timedelta(days=3)


def staff_of_refusal(guide: Guide, *, at: datetime, now: datetime) -> None:
    """Tell staff that a planned publication did not happen, and why."""
    ledger.enqueue(
        kind="content.refused",
        dedupe_key=f"content.refused:{guide.pk}:{at.isoformat()}",
        topic=ledger.topic(f"guide:{guide.pk}"),
        recipient=staff_address(),
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
        context={"guide": guide.pk, "at": at.isoformat()},
    )
