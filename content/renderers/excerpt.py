"""The tree as a few lines for a mail: the answer, the table in words, where to read on."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from content import inline, pages, selectors
from content.document import Document
from mail import identity
from mail.links import absolute


@dataclass(frozen=True)
class Excerpt:
    """What a mail can say of a guide; `html` is a fragment for inside of a mail's own page."""

    title: str
    url: str
    text: str
    html: str


def of_first_live() -> Excerpt | None:
    """The guide that comes first, as a mail would show it; None where none is live."""
    revision = selectors.first_live()
    if revision is None:
        return None
    return of(pages.tree(revision, identity.current()))


def of(guide: Document) -> Excerpt:
    """A guide as a mail would show it."""
    url = absolute(reverse("content:guide", args=[guide.slug]))
    answer = [inline.plain(line) for line in guide.answer.lines] if guide.answer else []
    rows = [(role.name, [(cell.label, cell.text) for cell in role.cells]) for role in guide.roles]
    context = {"title": guide.title, "url": url, "answer": answer, "rows": rows, "contents": guide.contents}
    return Excerpt(
        title=guide.title,
        url=url,
        text=render_to_string("content/emails/_excerpt.txt", context).strip() + "\n",
        html=render_to_string("content/emails/_excerpt.html", context).strip(),
    )
