"""PDFs of revisions: made after publishing, kept, and made later where that did not happen."""

import logging
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from content import pages
from content.models import Revision, RevisionPdf
from content.renderers import pdf
from mail import identity

log = logging.getLogger(__name__)


def ensure(revision: Revision, *, now: datetime) -> RevisionPdf:
    """The PDF of a revision, made where there is none; two that make it at once keep one."""
    made = RevisionPdf.objects.filter(revision=revision).first()
    if made is None:
        # Set before anything is written: Typst works outside of every transaction.
        row = RevisionPdf(revision=revision, content=of(revision), made_at=now)
        RevisionPdf.objects.bulk_create([row], ignore_conflicts=True)
        made = RevisionPdf.objects.get(revision=revision)
    return made


def of(revision: Revision) -> bytes:
    """The PDF of a revision as it would be made now."""
    institute = identity.current()
    first = revision.guide.revisions.order_by("published_at").values_list("published_at", flat=True).first()
    zone = pages.zone_of(institute)
    imprint = pdf.Imprint(
        publisher=institute.name,
        site_url=settings.SITE_URL,
        url=settings.SITE_URL + reverse("content:guide", args=[revision.slug]),
        number=revision.number,
        published_on=(first or revision.published_at).astimezone(zone).date(),
        updated_on=revision.published_at.astimezone(zone).date(),
    )
    return pdf.render(pages.tree(revision, institute), imprint)


def catch_up(*, now: datetime) -> int:
    """Make the PDFs of live revisions that have none; their number."""
    missing = Revision.objects.filter(live_in__isnull=False, pdf__isnull=True).select_related("guide")
    for revision in missing:
        ensure(revision, now=now)
    return len(missing)
