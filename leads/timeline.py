"""Everything known about a lead as one list, newest first: what staff read before they call."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead, Touch

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


def of(lead: Lead) -> list[Entry]:
    """The newest 200 entries, in three queries."""
    entries = [
        Entry(row.at, "activity", row.summary, row.actor, _said(row.data)) for row in lead.activities.all()[:MOST]
    ]
    for consent in lead.consents.select_related("text")[:MOST]:
        words = f"“{consent.text.words}” (version {consent.text.version})"
        entries.append(Entry(consent.given_at, "consent", f"{consent} · {consent.how}", "visitor", words))
    entries += [Entry(row.at, "visit", told(row), "visitor") for row in lead.touches.order_by("-at", "-pk")[:MOST]]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST]


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
