"""The tree as schema.org data. Every sentence in it is one that stands on the page."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from content import inline
from content.document import Document
from content.models import Revision
from content.offer import COACHING_CALL
from mail.models import Institute

# As Django's json_script does: nothing in the data can end the element or begin another.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
Json = dict[str, Any]


def graph(guide: Document, *, url: str, revision: Revision, institute: Institute) -> Json:
    """Organization, article, breadcrumb, questions and service as one linked graph."""
    home = settings.SITE_URL + reverse("content:home")
    publisher = {"@id": f"{home}#institute"}
    nodes: list[Json] = [
        {
            "@type": "EducationalOrganization",
            **publisher,
            "name": institute.name,
            "url": home,
            "telephone": institute.phone_display,
        },
        {
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
        },
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "Home", "item": home},
                {"@type": "ListItem", "position": 2, "name": guide.title, "item": url},
            ],
        },
        {
            "@type": "Service",
            "name": COACHING_CALL.name,
            "description": COACHING_CALL.text,
            "provider": publisher,
            "url": settings.SITE_URL + reverse("bookings:book"),
        },
    ]
    if guide.answer:
        nodes[1]["description"] = " ".join(inline.plain(line) for line in guide.answer.lines)
    if guide.questions:
        nodes.append({"@type": "FAQPage", "@id": f"{url}#faq", "mainEntity": [answered(q) for q in guide.questions]})
    return {"@context": "https://schema.org", "@graph": nodes}


def answered(question: Any) -> Json:
    """One question with its answer."""
    return {
        "@type": "Question",
        "name": question.question,
        "acceptedAnswer": {"@type": "Answer", "text": inline.plain(question.spans)},
    }


def first_published(revision: Revision) -> Any:
    """When the guide first went live; `selectors` annotates it."""
    return getattr(revision, "first_published_at", None) or revision.published_at


def script(data: Json) -> SafeString:
    """The data block for the page's head; browsers do not run it, so the strict policy lets it be."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308
