"""Home, guide and privacy: pages that set no cookie and never look at the session."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from content import document, selectors
from content.models import Revision
from content.renderers import jsonld
from mail import identity


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the institute does, with the roles and the table of the first live guide."""
    revision = selectors.first_live()
    context = {"canonical": address("content:home"), "nav": "home"}
    if revision is None:
        return render(request, "content/home.html", context)
    return render(request, "content/home.html", {**context, "guide": tree(revision)})


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """A live guide; an address it once had leads to the one it has now."""
    revision = selectors.live_at(slug)
    if revision is None:
        moved = selectors.moved_from(slug)
        if moved is None:
            raise Http404
        return redirect("content:guide", moved, permanent=True)
    guide, url = tree(revision), address("content:guide", slug)
    context = {
        "guide": guide,
        "revision": revision,
        "canonical": url,
        "nav": "guide",
        "structured_data": jsonld.script(jsonld.graph(guide, url=url, revision=revision, institute=identity.current())),
    }
    return render(request, "content/guide.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a visitor, why, and for how long."""
    return render(request, "content/privacy.html", {"canonical": address("content:privacy")})


def tree(revision: Revision) -> document.Document:
    """The document of a revision, with the institute's number of today."""
    institute = identity.current()
    return document.build(
        revision.snapshot, phone=document.Phone(institute.phone_display, institute.phone_href)
    )


def address(name: str, *args: str) -> str:
    """The absolute address of a page, from SITE_URL."""
    return settings.SITE_URL + reverse(name, args=args)
