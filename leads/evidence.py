"""What proves a consent: the words, their version, when and how it was given, and hashes in place of addresses."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from leads.models import Consent, Lead
from mail import identity
from mail.addresses import fingerprint


def of(lead: Lead, *, now: datetime) -> dict[str, Any]:
    """Every consent of the lead as plain values, oldest first, with a digest of the whole."""
    rows = lead.consents.select_related("text").order_by("given_at", "pk")
    content: dict[str, Any] = {
        "institute": identity.current().name,
        "made_at": _iso(now),
        "lead": lead.pk,
        "email_hash": fingerprint(lead.email) if lead.email else "",
        "email_hash_method": "HMAC-SHA256 of the lower-case address under the site's own key",
        "address_confirmed_at": _iso(lead.confirmed_at),
        "consents": [_told(row) for row in rows],
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {**content, "sha256": hashlib.sha256(canonical.encode()).hexdigest()}


def _told(row: Consent) -> dict[str, Any]:
    return {
        "purpose": row.text.get_purpose_display(),
        "words": row.text.words,
        "words_version": row.text.version,
        "words_sha256": hashlib.sha256(row.text.words.encode()).hexdigest(),
        "asked_at": _iso(row.given_at),
        "how": row.how,
        "network_address_hash": row.address_hash,
        "confirmed_at": _iso(row.confirmed_at),
        "withdrawn_at": _iso(row.withdrawn_at),
        "withdrawn_how": row.withdrawn_how,
        "state": row.state,
    }


def as_json(lead: Lead, *, now: datetime) -> str:
    """The evidence as a JSON file."""
    return json.dumps(of(lead, now=now), indent=2, ensure_ascii=False) + "\n"


def as_text(lead: Lead, *, now: datetime) -> str:
    """The evidence as a text that a person can read."""
    content = of(lead, now=now)
    lines = [
        f"Evidence of consent, {content['institute']}",
        f"Made at {content['made_at']} for lead {content['lead']}",
        f"Address (hash): {content['email_hash'] or 'none'}",
        f"Address confirmed: {content['address_confirmed_at'] or 'no'}",
        "",
    ]
    for row in content["consents"]:
        lines += [
            f"{row['purpose']}: {row['state']}",
            f"  Words (version {row['words_version']}): “{row['words']}”",
            f"  Asked: {row['asked_at']}, {row['how'] or 'unknown how'}",
            f"  From the network address (hash): {row['network_address_hash'] or 'none'}",
            f"  Confirmed: {row['confirmed_at'] or 'no'}",
            f"  Withdrawn: {row['withdrawn_at'] or 'no'}{', ' + row['withdrawn_how'] if row['withdrawn_how'] else ''}",
            "",
        ]
    if not content["consents"]:
        lines += ["No consent was ever asked for.", ""]
    return "\n".join([*lines, f"SHA-256 of the JSON form: {content['sha256']}", ""])


def _iso(instant: datetime | None) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds") if instant else ""
