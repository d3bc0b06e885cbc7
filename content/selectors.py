"""Which revisions readers see."""

from content.models import Revision


def first_live() -> Revision | None:
    """The live revision of the guide that comes first; the home page shows its roles and table."""
    return Revision.objects.filter(live_in__isnull=False).order_by("guide__order", "guide_id").first()


def live_at(slug: str) -> Revision | None:
    """The live revision at an address."""
    return Revision.objects.filter(live_in__isnull=False, slug=slug).first()


def moved_from(slug: str) -> str | None:
    """The present address of the guide that was last published at an old one."""
    old = Revision.objects.filter(slug=slug).order_by("-published_at").select_related("guide__live").defer("snapshot")
    revision = old.first()
    return revision.guide.live.slug if revision and revision.guide.live else None
