"""Everything known about a lead as one list, newest first: what staff read before they call."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from leads.models import Lead, Touch
from mail import registry
from mail.addresses import fingerprint
from mail.models import Message

MOST = 200
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, what kind of thing, in words, who did it, and the words that belong to it."""

    at: datetime
    kind: str
    summary: str
    actor: str = ""
    detail: str = ""
    message: int | None = None


def of(lead: Lead, *, mails: bool = False) -> list[Entry]:
    """The newest 200 entries, in three queries; with the mails of the ledger, in five."""
    entries = [
        Entry(row.at, "activity", row.summary, row.actor, _said(row.data)) for row in lead.activities.all()[:MOST]
    ]
    for consent in lead.consents.select_related("text")[:MOST]:
        words = f"“{consent.text.words}” (version {consent.text.version})"
        entries.append(Entry(consent.given_at, "consent", f"{consent} · {consent.how}", "visitor", words))
    entries += [Entry(row.at, "visit", told(row), "visitor") for row in lead.touches.order_by("-at", "-pk")[:MOST]]
    if mails:
        entries += mailed(lead)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST]


def mailed(lead: Lead) -> list[Entry]:
    """What the ledger says of mail to this person's addresses: sent when it was, waiting when it is due."""
    addresses = [lead.email, *lead.merged_rows.values_list("email", flat=True)]
    hashes = [fingerprint(each) for each in addresses if each]
    rows = Message.objects.filter(recipient_hash__in=hashes).annotate(at=Coalesce(F("sent_at"), F("due_at")))
    shown = rows.only("kind", "status", "reason", "sent_at", "due_at").order_by("-at", "-pk")[:MOST]
    return [
        Entry(
            row.sent_at or row.due_at,
            "mail",
            f"Mail “{registry.label(row.kind)}”: {row.get_status_display().lower()}",
            "system",
            row.reason,
            row.pk,
        )
        for row in shown
    ]


def told_by(lead: Lead, kinds: tuple[str, ...]) -> list[Entry]:
    """Only the lines of these kinds, without who wrote them: what a coach may read."""
    rows = lead.activities.filter(kind__in=kinds)[:MOST]
    return [Entry(row.at, "activity", row.summary, "", str(row.data.get("message", ""))) for row in rows]


def first_touch(lead: Lead) -> str:
    """Where the lead first came from, in words."""
    return told(lead.touches.first())


def last_touch(lead: Lead) -> str:
    """The last visit that did not come directly, in words."""
    return told(lead.touches.filter(direct=False).last())


def told(touch: Touch | None) -> str:
    """One visit in words; what was not seen is called unknown."""
    if touch is None:
        return UNKNOWN
    campaign = " / ".join(filter(None, (touch.utm_source, touch.utm_medium, touch.utm_campaign)))
    origin = campaign or touch.referrer_page or ("came directly" if touch.direct else UNKNOWN)
    return f"{touch.page or UNKNOWN} ← {origin}"


def _said(data: dict[str, object]) -> str:
    """What a visitor wrote, or what was told differently; the rest of the data is for machines."""
    if "message" in data:
        return str(data["message"])
    personal = ("name", "phone", "role_of_interest", "time_zone", "best_time_to_call", "note")
    return ", ".join(f"{key.replace('_', ' ')}: {data[key]}" for key in personal if data.get(key))
