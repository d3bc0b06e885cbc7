"""The guide as a file, by mail: a link that expires, for addresses that were confirmed. The web version stays free.

The room that makes the file registers what it offers; this room mails the link and knows whose link was opened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import consents, mailbox
from leads.models import Lead
from leads.people import record_activity
from mail import ledger, tokens
from mail.errors import LinkUnknown
from mail.rows import require_transaction

KIND = "leads.guide"
PURPOSE = "guide_download"
LINK_LASTS = timedelta(days=7)
MAIL_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Offer:
    """A file for confirmed addresses: its title, the URL name of its page, which takes a `token`, and what a mail may say of it.

    `excerpt` answers with a few lines as text and as a fragment of HTML, both empty while there is nothing to say.
    """

    title: str
    url_name: str
    excerpt: Callable[[], tuple[str, str]] = lambda: ("", "")


_offers: list[Offer] = []


def register(offer: Offer | None) -> None:
    """Say what is offered, from AppConfig.ready; the last one holds, None takes it back."""
    _offers[:] = [offer] if offer is not None else []


def offered() -> Offer | None:
    """What is offered, or None while no room offers anything."""
    return _offers[0] if _offers else None


def deliver(*, lead: Lead, now: datetime) -> bool:
    """Mail a confirmed lead the link to the file, at most once a day; whether a mail was written.

    Needs the caller's transaction and the lead's lock. An address that nobody has proven gets nothing.
    """
    require_transaction()
    if offered() is None or lead.confirmed_at is None or not lead.email:
        return False
    if lead.activities.filter(kind="guide_mailed", at__gt=now - MAIL_EVERY).exists():
        return False
    activity = record_activity(lead=lead, kind="guide_mailed", summary="The guide's file is mailed", now=now)
    ledger.enqueue(
        kind=KIND,
        dedupe_key=f"{KIND}:{activity.pk}",
        topic=ledger.topic(f"lead:{lead.pk}"),
        recipient=lead.email,
        due_at=now,
        expires_at=now + MAIL_EVERY,
        now=now,
        context={"lead": lead.pk},
    )
    return True


def opened(token: str, *, now: datetime) -> Lead | None:
    """Whose link this is, for the page of the file; None for every link that opens nothing (any more).

    Changes nothing: mail scanners follow links. The page calls `fetched` when its button is pressed.
    """
    try:
        return mailbox.lead_of(token, purpose=PURPOSE, now=now)
    except LinkUnknown:
        return None


def fetched(*, lead: Lead, now: datetime) -> bool:
    """The file was fetched; kept as a line of the timeline once a day, and only where the person agreed to our emails."""
    require_transaction()
    if not consents.confirmed_purposes(lead):
        return False
    if lead.activities.filter(kind="guide_opened", at__gt=now - MAIL_EVERY).exists():
        return False
    record_activity(
        lead=lead, kind="guide_opened", summary="Opened the guide's file from the mail", now=now, actor="visitor"
    )
    return True


def mint(lead: Lead, *, now: datetime) -> str:
    """A link token for the page that follows a confirmation, good for seven days."""
    return tokens.mint(purpose=PURPOSE, subject=mailbox.subject(lead), expires_at=now + LINK_LASTS, now=now)
