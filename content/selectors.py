"""Which revisions readers see."""

from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery

from content.models import Guide, ReaderDay, ReaderQuestion, Revision, RoleAddress
from mail.models import Institute


def live() -> QuerySet[Revision]:
    """Live revisions, each with `first_published_at`, when its guide first went live."""
    first = Revision.objects.filter(guide=OuterRef("guide")).order_by().values("guide").annotate(at=Min("published_at"))
    rows = Revision.objects.filter(live_in__isnull=False).select_related("guide")
    return rows.annotate(first_published_at=Subquery(first.values("at")))


def first_live() -> Revision | None:
    """The live revision of the guide that comes first; the home page shows its roles and table."""
    return live().order_by("guide__order", "guide_id").first()


def live_at(slug: str) -> Revision | None:
    """The live revision at an address."""
    return live().filter(slug=slug).first()


def role_moved_from(slug: str) -> str | None:
    """The present address of the role that was once found at an old one, where a live guide shows it."""
    address = RoleAddress.objects.filter(slug=slug).first()
    if address is None:
        return None
    for revision in live().order_by("guide__order", "guide_id"):
        for row in revision.snapshot["roles"]:
            if row["key"] == address.key:
                return str(row["slug"])
    return None


def moved_from(slug: str) -> str | None:
    """The present address of the guide that was last published at an old one."""
    old = Revision.objects.filter(slug=slug).order_by("-published_at").select_related("guide__live")
    revision = old.defer("snapshot", "guide__live__snapshot").first()
    return revision.guide.live.slug if revision and revision.guide.live else None


def edition() -> tuple[Any, ...]:
    """What readers see, as one small value that is another one as soon as anything of it changes; three queries."""
    guides = Guide.objects.filter(live__isnull=False).order_by("pk")
    institute = Institute.objects.filter(pk=1).values_list().first()
    public = ReaderQuestion.objects.filter(status=ReaderQuestion.Status.ANSWERED, guide__live__isnull=False)
    answered = tuple(public.aggregate(number=Count("pk"), newest=Max("answered_at")).values())
    return tuple(guides.values_list("pk", "live_id", "order", "reviewed_at")), institute, answered


def public_questions(guide: Guide) -> list[ReaderQuestion]:
    """The questions of readers that stand under a guide with their answers, the newest answer first, fifty at most."""
    rows = guide.reader_questions.filter(status=ReaderQuestion.Status.ANSWERED)
    return list(rows.order_by("-answered_at", "-pk")[:50])


def readers(since: date, until: date) -> list[ReaderDay]:
    """The days from `since` up to, not with, `until`: a row for each page, and one with the page "" for all together.

    A reader is a distinct hash within one day, so the readers of several days are added, never told apart.
    """
    return list(ReaderDay.objects.filter(day__gte=since, day__lt=until).order_by("day", "page"))


def readers_of_all(since: date, until: date) -> int:
    """How many readers the days from `since` up to, not with, `until` had together."""
    return sum(row.readers for row in readers(since, until) if not row.page)
