"""The tree as schema.org data. Every sentence in it is one that stands on the page."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from content import inline
from content.document import Document, Role
from content.models import ReaderQuestion, Revision
from content.offer import COACHING_CALL
from mail.models import Institute

# As Django's json_script does: nothing in the data can end the element or begin another.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
Json = dict[str, Any]


def graph(
    guide: Document, *, url: str, revision: Revision, institute: Institute, asked: Sequence[ReaderQuestion] = ()
) -> Json:
    """Organization, article, breadcrumb, questions and service as one linked graph."""
    home = settings.SITE_URL + reverse("content:home")
    publisher = {"@id": f"{home}#institute"}
    article: Json = {
        "@type": "Article",
        "@id": f"{url}#article",
        "mainEntityOfPage": url,
        "headline": guide.title,
        "inLanguage": "en-US",
        "datePublished": first_published(revision).isoformat(),
        "dateModified": revision.published_at.isoformat(),
        "author": publisher,
        "publisher": publisher,
        "articleSection": [chapter.contents_label for chapter in guide.contents],
    }
    if guide.answer:
        article["description"] = " ".join(inline.plain(line) for line in guide.answer.lines)
    trail = [("Home", home), ("Guides", settings.SITE_URL + reverse("content:guides")), (guide.title, url)]
    nodes: list[Json] = [organization(institute), article, crumbs(trail), service(institute)]
    said = [*map(answered, guide.questions), *map(answered_in_public, asked)]
    if said:
        nodes.append({"@type": "FAQPage", "@id": f"{url}#faq", "mainEntity": said})
    return linked(nodes)


def role_graph(role: Role, guide: Document, *, url: str, institute: Institute) -> Json:
    """A role as an occupation: what it is responsible for and which skills it asks for, as its page says."""
    occupation: Json = {
        "@type": "Occupation",
        "@id": f"{url}#role",
        "mainEntityOfPage": url,
        "name": role.name,
        "description": " ".join(entry.label for entry in role.focus),
        "responsibilities": [entry.label for entry in role.responsibilities],
    }
    skills = role.cell("skills")
    if skills:
        occupation["skills"] = skills.text
    trail = [
        ("Home", settings.SITE_URL + reverse("content:home")),
        (guide.title, settings.SITE_URL + reverse("content:guide", args=[guide.slug])),
        (role.name, url),
    ]
    return linked([organization(institute), occupation, crumbs(trail), service(institute)])


def linked(nodes: list[Json]) -> Json:
    """Nodes as one graph."""
    return {"@context": "https://schema.org", "@graph": nodes}


def organization(institute: Institute) -> Json:
    """Who publishes."""
    home = settings.SITE_URL + reverse("content:home")
    return {
        "@type": "EducationalOrganization",
        "@id": f"{home}#institute",
        "name": institute.name,
        "url": home,
        "telephone": institute.phone_display,
    }


def service(institute: Institute) -> Json:
    """What the pages invite to."""
    return {
        "@type": "Service",
        "name": COACHING_CALL.name,
        "description": COACHING_CALL.text,
        "provider": {"@id": organization(institute)["@id"]},
        "url": settings.SITE_URL + reverse("bookings:book"),
    }


def crumbs(trail: list[tuple[str, str]]) -> Json:
    """The way to a page, as its first line shows it."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": item}
            for position, (name, item) in enumerate(trail, start=1)
        ],
    }


def answered(question: Any) -> Json:
    """One question with its answer."""
    return {
        "@type": "Question",
        "name": question.question,
        "acceptedAnswer": {"@type": "Answer", "text": inline.plain(question.spans)},
    }


def answered_in_public(question: ReaderQuestion) -> Json:
    """One reader's question with the answer it got."""
    return {
        "@type": "Question",
        "name": " ".join(question.question.split()),
        "acceptedAnswer": {"@type": "Answer", "text": " ".join(question.answer.split())},
    }


def first_published(revision: Revision) -> Any:
    """When the guide first went live; `selectors` annotates it."""
    return getattr(revision, "first_published_at", None) or revision.published_at


def script(data: Json) -> SafeString:
    """The data block for the page's head; browsers do not run it, so the strict policy lets it be."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308
