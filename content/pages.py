"""The pages of published guides: index, guide, roles. Rendered for a view or once for the shelf of kept bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from content import document, selectors
from content.document import Document, Role
from content.kept import Page
from content.models import Revision
from content.offer import COACHING_CALL
from content.renderers import jsonld
from mail import identity
from mail.models import Institute


@dataclass(frozen=True)
class Listed:
    """One guide of the index."""

    guide: Document
    path: str
    updated_on: Any


def paths() -> list[str]:
    """Every path of this room that is kept as bytes while a guide is live."""
    live = list(selectors.live().order_by("guide__order", "guide_id"))
    roles = {role["slug"]: None for revision in live for role in revision.snapshot["roles"]}
    return [
        reverse("content:guides"),
        *(reverse("content:guide", args=[revision.slug]) for revision in live),
        *(reverse("content:role", args=[slug]) for slug in roles),
    ]


def at(path: str) -> Page | None:
    """The page at a path as any reader gets it, or None where no live guide has one there."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    maker = MAKERS.get(match.view_name)
    return maker(path, **match.kwargs) if maker else None


def _anybody(path: str) -> HttpRequest:
    """The request of a reader of whom nothing is known."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    return request


def _guides(path: str) -> Page:
    return Page(guides(_anybody(path)).content)


def _guide(path: str, slug: str) -> Page | None:
    revision = selectors.live_at(slug)
    return Page(guide(_anybody(path), revision).content) if revision else None


def _role(path: str, slug: str) -> Page | None:
    found = find_role(slug)
    return Page(role(_anybody(path), *found).content) if found else None


MAKERS: dict[str, Callable[..., Page | None]] = {
    "content:guides": _guides,
    "content:guide": _guide,
    "content:role": _role,
}


def moved(name: str, slug: str) -> HttpResponse:
    """One step from an address that a guide once had to the one it has now; raises Http404."""
    now = selectors.moved_from(slug)
    if now is None:
        raise Http404
    return redirect(name, now, permanent=True)


def guides(request: HttpRequest) -> HttpResponse:
    """Every live guide, in the editors' order."""
    institute = identity.current()
    listed = [
        Listed(tree(revision, institute), reverse("content:guide", args=[revision.slug]), on_day(revision, institute))
        for revision in selectors.live().order_by("guide__order", "guide_id")
    ]
    url = address("content:guides")
    crumbs = jsonld.crumbs([("Home", address("content:home")), ("Guides", url)])
    context = {
        "guides": listed,
        "canonical": url,
        "nav": "guide",
        "structured_data": jsonld.script(jsonld.linked([crumbs])),
    }
    return page(request, "guides", institute, context)


def guide(request: HttpRequest, revision: Revision, *, draft: bool = False) -> HttpResponse:
    """A revision as readers see it; the admin shows older ones, and previews show drafts, the same way."""
    institute = identity.current()
    guide, url = tree(revision, institute), address("content:guide", revision.slug)
    asked = [] if draft or not revision.guide_id else selectors.public_questions(revision.guide)
    data = jsonld.graph(guide, url=url, revision=revision, institute=institute, asked=asked)
    context = {
        "guide": guide,
        "published_on": jsonld.first_published(revision).astimezone(zone_of(institute)).date(),
        "updated_on": on_day(revision, institute),
        "reviewed_on": reviewed_on(revision, institute),
        "path": reverse("content:guide", args=[revision.slug]),
        "canonical": url,
        "nav": "guide",
        "asked": asked,
        "draft": draft,
        # What is not published yet is no article for a search engine.
        "structured_data": "" if draft else jsonld.script(data),
    }
    return page(request, "guide", institute, context)


def find_role(slug: str) -> tuple[Revision, str] | None:
    """The first live guide that has a role at this address, and the role's key."""
    for revision in selectors.live().order_by("guide__order", "guide_id"):
        for row in revision.snapshot["roles"]:
            if row["slug"] == slug:
                return revision, row["key"]
    return None


def role(request: HttpRequest, revision: Revision, key: str) -> HttpResponse:
    """One role, from the same rows as the guide that compares it."""
    institute = identity.current()
    guide = tree(revision, institute)
    shown = next(role for role in guide.roles if role.key == key)
    url = address("content:role", shown.slug)
    context = {
        "guide": guide,
        "role": shown,
        "others": [other for other in guide.roles if other.key != key],
        "description": described(shown),
        "path": reverse("content:role", args=[shown.slug]),
        "guide_path": reverse("content:guide", args=[revision.slug]),
        "table_anchor": guide.table.anchor if guide.table else "",
        "updated_on": on_day(revision, institute),
        "canonical": url,
        "nav": "guide",
        "structured_data": jsonld.script(jsonld.role_graph(shown, guide, url=url, institute=institute)),
    }
    return page(request, "role", institute, context)


def described(role: Role) -> str:
    """One line on a role for search engines: its focus and the first of what it does."""
    focus = " ".join(entry.label for entry in role.focus)
    does = ", ".join(entry.label[:1].lower() + entry.label[1:] for entry in role.responsibilities[:2])
    return f"{role.name}: {focus[:1].lower()}{focus[1:]} What the role does ({does}), what is hard about it and whom it suits."


def page(request: HttpRequest, name: str, institute: Institute, context: dict[str, Any]) -> HttpResponse:
    """One of this room's pages; the institute's row is read once for page, header and footer."""
    shared = {"institute": institute, "offer": COACHING_CALL, "site_url": settings.SITE_URL}
    return render(request, f"content/{name}.html", {**shared, **context})


def tree(revision: Revision, institute: Institute) -> Document:
    """The document of a revision, with the institute's number of today."""
    phone = document.Phone(institute.phone_display, institute.phone_href)
    return document.build(revision.snapshot, phone=phone)


def zone_of(institute: Institute) -> ZoneInfo:
    """The zone that the institute's dates are in."""
    return ZoneInfo(str(institute.default_time_zone))


def on_day(revision: Revision, institute: Institute) -> Any:
    """The date on which the revision was published, where the institute is."""
    return revision.published_at.astimezone(zone_of(institute)).date()


def reviewed_on(revision: Revision, institute: Institute) -> Any:
    """The date on which somebody last found the guide still true, or None."""
    at = revision.guide.reviewed_at if revision.guide_id else None
    return at.astimezone(zone_of(institute)).date() if at else None


def address(name: str, *args: str) -> str:
    """The absolute address of a page, from SITE_URL and never from the Host header."""
    return settings.SITE_URL + reverse(name, args=args)


def live_roles() -> Iterator[tuple[str, Revision]]:
    """The address of every role page with the revision it is made from; a role in two guides counts once."""
    seen: set[str] = set()
    for revision in selectors.live().order_by("guide__order", "guide_id"):
        for row in revision.snapshot["roles"]:
            if row["slug"] not in seen:
                seen.add(row["slug"])
                yield row["slug"], revision
