"""Home, guides, roles and privacy: pages that set no cookie and never look at the session.

Guides and roles are answered from kept bytes (`content.kept`) before a view is asked; what arrives here is not kept yet,
has moved, or is not there.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from content import images, pages, previews, selectors
from content import search as finding
from content.errors import PreviewUnknown
from mail import clock, identity
from mail.text import one_line


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the institute does, with the roles and the table of the first live guide."""
    institute = identity.current()
    revision = selectors.first_live()
    guide = pages.tree(revision, institute) if revision else None
    return pages.page(request, "home", institute, {"guide": guide, "canonical": pages.address("content:home")})


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """Every live guide."""
    return pages.guides(request)


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """A live guide; an address it once had leads to the one it has now."""
    revision = selectors.live_at(slug)
    if revision is None:
        return pages.moved("content:guide", slug)
    return pages.guide(request, revision)


@require_safe
def role(request: HttpRequest, slug: str) -> HttpResponse:
    """A role of a live guide; an address it once had leads to the one it has now."""
    found = pages.find_role(slug)
    if found is None:
        moved = selectors.role_moved_from(slug)
        if moved is None:
            raise Http404
        return redirect("content:role", moved, permanent=True)
    return pages.role(request, *found)


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A draft behind a link of the staff's; never kept, never indexed, and it sends its address nowhere."""
    try:
        draft = previews.draft_of(token, now=clock.now())
    except PreviewUnknown:
        response = pages.page(request, "preview_unknown", identity.current(), {})
        response.status_code = 404
    else:
        response = pages.guide(request, draft, draft=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Sections and questions of a live guide that hold the words asked for, each with its anchor."""
    revision = selectors.live_at(slug)
    if revision is None:
        raise Http404
    institute = identity.current()
    guide = pages.tree(revision, institute)
    asked = one_line(request.GET.get("q", ""), limit=finding.LONGEST)
    context = {
        "guide": guide,
        "query": asked,
        "found": finding.find(guide, asked),
        "path": reverse("content:guide", args=[slug]),
        "nav": "guide",
    }
    return pages.page(request, "search", institute, context)


@require_safe
def image(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of a guide; its name is random and what it names never changes."""
    path = images.path_of(name)
    if path is None:
        raise Http404
    # At most a few hundred kilobytes: read whole, so that it carries its length.
    response = HttpResponse(path.read_bytes(), content_type="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a visitor, why, and for how long."""
    return pages.page(request, "privacy", identity.current(), {"canonical": pages.address("content:privacy")})
