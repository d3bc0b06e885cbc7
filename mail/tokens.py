"""Link tokens: at least 128 bits from `secrets`, one purpose each, expiring; only their SHA-256 is stored."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from mail import prepared
from mail.errors import LinkUnknown
from mail.models import LinkToken

PURPOSES = frozenset(
    {
        "approve",
        "confirm",
        "feed",
        "guide_download",
        "hold",
        "manage",
        "my_data",
        "preferences",
        "preview",
        "prove",
        "quiz",
        "trial",
        "unsubscribe",
    }
)
LONGEST = 128
_BY_DIGEST = prepared.Rows(LinkToken, where="digest = %(digest)s")


def digest(raw: str) -> str:
    """The SHA-256 in hex under which a raw token is stored."""
    return hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()


def fresh(
    *, purpose: str, subject: str, expires_at: datetime | None, now: datetime, detail: str = ""
) -> tuple[str, LinkToken]:
    """A new raw token (32 url-safe characters, 192 bits) and its row, not yet stored."""
    if purpose not in PURPOSES:
        raise ValueError(f"Unknown purpose of a link: {purpose}")
    raw = secrets.token_urlsafe(24)
    row = LinkToken(
        purpose=purpose, digest=digest(raw), subject=subject, detail=detail, created_at=now, expires_at=expires_at
    )
    return raw, row


def mint(*, purpose: str, subject: str, expires_at: datetime | None, now: datetime, detail: str = "") -> str:
    """Store a new token and return it raw: the only moment at which anybody sees it."""
    raw, row = fresh(purpose=purpose, subject=subject, expires_at=expires_at, now=now, detail=detail)
    prepared.insert_soon(row)
    return raw


def find(raw: str, *, purpose: str, now: datetime) -> LinkToken:
    """The live row of a raw token; LinkUnknown for unknown, expired, revoked and foreign ones alike."""
    if not raw or len(raw) > LONGEST:
        raise LinkUnknown
    # Looked up by hash: the time an index takes tells nothing about the token.
    row = _BY_DIGEST.first(digest=digest(raw))
    if row is None or row.purpose != purpose or row.revoked_at is not None:
        raise LinkUnknown
    if row.expires_at is not None and row.expires_at <= now:
        raise LinkUnknown
    return row


def revoke(*, subject: str, purpose: str | None, now: datetime) -> int:
    """Revoke every live token of the subject (of one purpose, or of all with None); the number revoked."""
    which = Q(subject=subject, revoked_at__isnull=True)
    if purpose is not None:
        which &= Q(purpose=purpose)
    return LinkToken.objects.filter(which).update(revoked_at=now)


def outlive(*, subject: str, purposes: Collection[str], expires_at: datetime, now: datetime) -> int:
    """Let the live tokens of the subject end at another instant, because what they open has moved; their number."""
    return LinkToken.objects.filter(
        subject=subject, purpose__in=purposes, revoked_at__isnull=True, expires_at__gt=now
    ).update(expires_at=expires_at)
