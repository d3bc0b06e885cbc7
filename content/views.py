"""Home, guide and privacy: pages that set no cookie and never look at the session."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from content import document, selectors
from content.models import Revision
from content.offer import COACHING_CALL
from content.renderers import jsonld
from mail import identity
from mail.models import Institute


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the institute does, with the roles and the table of the first live guide."""
    institute = identity.current()
    revision = selectors.first_live()
    guide = tree(revision, institute) if revision else None
    return page(request, "home", institute, {"guide": guide, "canonical": address("content:home")})


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """A live guide; an address it once had leads to the one it has now."""
    revision = selectors.live_at(slug)
    if revision is None:
        moved = selectors.moved_from(slug)
        if moved is None:
            raise Http404
        return redirect("content:guide", moved, permanent=True)
    return revision_page(request, revision)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a visitor, why, and for how long."""
    return page(request, "privacy", identity.current(), {"canonical": address("content:privacy")})


def revision_page(request: HttpRequest, revision: Revision) -> HttpResponse:
    """A revision as readers see it; the admin shows older ones the same way."""
    institute = identity.current()
    guide, url = tree(revision, institute), address("content:guide", revision.slug)
    zone = ZoneInfo(str(institute.default_time_zone))
    data = jsonld.graph(guide, url=url, revision=revision, institute=institute)
    context = {
        "guide": guide,
        "published_on": jsonld.first_published(revision).astimezone(zone).date(),
        "updated_on": revision.published_at.astimezone(zone).date(),
        "path": reverse("content:guide", args=[revision.slug]),
        "canonical": url,
        "nav": "guide",
        "structured_data": jsonld.script(data),
    }
    return page(request, "guide", institute, context)


def page(request: HttpRequest, name: str, institute: Institute, context: dict[str, Any]) -> HttpResponse:
    """One of this room's pages; the institute's row is read once for page, header and footer."""
    shared = {"institute": institute, "offer": COACHING_CALL, "site_url": settings.SITE_URL}
    return render(request, f"content/{name}.html", {**shared, **context})


def tree(revision: Revision, institute: Institute) -> document.Document:
    """The document of a revision, with the institute's number of today."""
    phone = document.Phone(institute.phone_display, institute.phone_href)
    return document.build(revision.snapshot, phone=phone)


def address(name: str, *args: str) -> str:
    """The absolute address of a page, from SITE_URL and never from the Host header."""
    return settings.SITE_URL + reverse(name, args=args)
