"""Preview links: at least 128 bits, a week at most, only a hash kept; what they show is the draft as it is now."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from content import history, snapshot
from content.errors import PreviewUnknown
from content.models import Guide, Preview, Revision

LONGEST = timedelta(days=7)


def digest(raw: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()


@transaction.atomic
def make(*, guide: Guide, by: User | None, now: datetime, lasting: timedelta = LONGEST) -> str:
    """A new link's token, shown once; it ends by itself after `lasting`, a week at most."""
    raw = secrets.token_urlsafe(24)
    Preview.objects.create(
        guide=guide, digest=digest(raw), made_at=now, made_by=by, expires_at=now + min(lasting, LONGEST)
    )
    return raw


@transaction.atomic
def revoke(*, guide: Guide, now: datetime) -> int:
    """End every living link to the guide's draft; their number."""
    return guide.previews.filter(revoked_at__isnull=True, expires_at__gt=now).update(revoked_at=now)


def draft_of(raw: str, *, now: datetime) -> Revision:
    """The draft behind a link as an unsaved revision; PreviewUnknown for unknown, ended and revoked links alike."""
    found = Preview.objects.filter(digest=digest(raw[:200]), revoked_at__isnull=True, expires_at__gt=now)
    preview = found.select_related("guide").first()
    if preview is None:
        raise PreviewUnknown
    guide = preview.guide
    taken = history.carry(snapshot.take(guide), history.newest(guide))
    return Revision(guide=guide, number=0, slug=guide.slug, title=guide.title, snapshot=taken, published_at=now)
