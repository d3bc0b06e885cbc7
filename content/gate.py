"""What keeps a guide from being published, asked of exactly the snapshot that would be stored."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.urls import Resolver404, resolve

from content import inline
from content.errors import GateProblem

Json = dict[str, Any]
# Ids the page itself uses; a section of that name would make links ambiguous.
RESERVED = {
    "main",
    "contents-title",
    "article",
    "next-step-box",
    "reader-questions",
    "reader-questions-h",
    "ask-form",
    "q",
    "search-note",
}
# The page gives every answered question of a reader an id of its own.
QUESTION = re.compile(r"^question-\d+$")


def problems(snapshot: Json) -> tuple[GateProblem, ...]:
    """Every reason not to publish, in reading order; empty when the guide is sound."""
    return (
        *guide_fields(snapshot["guide"]),
        *outline(snapshot),
        *sections(snapshot),
        *roles(snapshot),
        *comparison(snapshot),
        *anchors(snapshot),
        *markup(snapshot),
    )


def guide_fields(guide: Json) -> Iterator[GateProblem]:
    """Title, address and description must be there."""
    for name, label in (("title", "title"), ("slug", "address"), ("description", "description for search engines")):
        if not guide[name]:
            yield GateProblem(f"The guide has no {label}.", ("guide", guide["row"]), name)


def outline(snapshot: Json) -> Iterator[GateProblem]:
    """Headings go down one level at a time, as a screen reader's outline needs them to."""
    rows = snapshot["sections"]
    if not any(row["level"] == 2 for row in rows):
        yield GateProblem("The guide has no chapter yet.", ("guide", snapshot["guide"]["row"]))
    level = 1
    for place, row in enumerate(rows):
        where = ("section", row["row"])
        name = row["heading"] or row["anchor"]
        if row["level"] == 1:
            if place:
                yield GateProblem(f"“{name}” stands under the title, so it must be the first section.", where)
            if row["heading"]:
                yield GateProblem(f"“{name}” stands under the title, so it has no heading of its own.", where)
            continue
        if not row["heading"]:
            yield GateProblem(f"The section #{row['anchor']} has no heading.", where, "heading")
        if row["level"] > level + 1:
            sentence = f"“{name}” is a level {row['level']} heading right after level {level}: a level is skipped."
            yield GateProblem(sentence, where, "level")
        level = row["level"]


def sections(snapshot: Json) -> Iterator[GateProblem]:
    """Every section says something, and every row in it has its words."""
    rows = snapshot["sections"]
    answers = [item for row in rows for item in row["callouts"] if item["kind"] == "answer"]
    if len(answers) != 1:
        found = "no short answer" if not answers else f"{len(answers)} short answers"
        yield GateProblem(f"The guide has {found}; it needs exactly one.", ("guide", snapshot["guide"]["row"]))
    for place, row in enumerate(rows):
        name, where = row["heading"] or f"#{row['anchor']}", ("section", row["row"])
        following = rows[place + 1] if place + 1 < len(rows) else None
        has_parts = following is not None and following["level"] > row["level"] > 1
        if row["shows"] == "text" and not has_parts and not any(row.get(kind) for kind in WORDS):
            yield GateProblem(f"“{name}” is empty.", where)
        if row["shows"] in {"role", "challenges"} and not row["role"]:
            yield GateProblem(f"“{name}” shows a role, but no role is chosen.", where, "role")
        if row["shows"] == "comparison" and not row["caption"]:
            yield GateProblem(f"The comparison table in “{name}” has no caption.", where, "caption")
        for kind, names in WORDS.items():
            for number, item in enumerate(row.get(kind, ()), start=1):
                for field in names:
                    if not item[field]:
                        noun = f"{NOUNS[kind]} {number} of “{name}”"
                        yield GateProblem(
                            f"{noun} has no {CALLED.get(field, field)}.", (MODELS[kind], item["row"]), field
                        )


def roles(snapshot: Json) -> Iterator[GateProblem]:
    """A role that is shown has one focus, responsibilities and challenges."""
    known = {role["key"]: role for role in snapshot["roles"]}
    for row in snapshot["sections"]:
        if row["role"] and row["role"] not in known:
            sentence = f"“{row['heading']}” shows a role that this guide does not compare."
            yield GateProblem(sentence, ("section", row["row"]))
    for role in known.values():
        where = ("role", role["row"])
        kinds = Counter(aspect["kind"] for aspect in role["aspects"])
        if kinds["focus"] != 1:
            yield GateProblem(f"{role['name']} needs exactly one focus, and has {kinds['focus']}.", where)
        for kind, noun in (("responsibility", "responsibilities"), ("challenge", "challenges")):
            if not kinds[kind]:
                yield GateProblem(f"{role['name']} has no {noun}.", where)
        for aspect in role["aspects"]:
            if not aspect["text"]:
                yield GateProblem(f"{role['name']} has a {aspect['kind']} without words.", where)


def comparison(snapshot: Json) -> Iterator[GateProblem]:
    """Every role has a cell in every column."""
    if not any(row["shows"] == "comparison" for row in snapshot["sections"]):
        return
    guide = ("guide", snapshot["guide"]["row"])
    if not snapshot["columns"]:
        yield GateProblem("The comparison table has no columns.", guide)
    if len(snapshot["roles"]) < 2:
        yield GateProblem("The comparison table needs at least two roles.", guide)
    filled = {(cell["column"], cell["role"]) for cell in snapshot["cells"] if cell["text"]}
    for column in snapshot["columns"]:
        where = ("comparisoncolumn", column["row"])
        if not column["label"]:
            yield GateProblem("A column of the comparison table has no label.", where, "label")
        for role in snapshot["roles"]:
            if (column["key"], role["key"]) not in filled:
                sentence = f"The comparison table says nothing for {role['name']} under “{column['label']}”."
                yield GateProblem(sentence, where)


def anchors(snapshot: Json) -> Iterator[GateProblem]:
    """No two places of the page share an anchor."""
    counted = Counter(ids(snapshot))
    for anchor, count in counted.items():
        if not anchor:
            yield GateProblem("A section or question has no anchor.", ("guide", snapshot["guide"]["row"]))
        elif count > 1 or anchor in RESERVED or QUESTION.match(anchor):
            taken = "used twice" if count > 1 else "kept for the page itself"
            yield GateProblem(f"The anchor #{anchor} is {taken}.", ("guide", snapshot["guide"]["row"]))


def ids(snapshot: Json) -> Iterator[str]:
    """Every id that the rendered page gets from the snapshot."""
    for row in snapshot["sections"]:
        yield row["anchor"]
        if row["level"] > 1:
            yield f"{row['anchor']}-h"
        if row["shows"] == "comparison":
            yield f"{row['anchor']}-caption"
        if row["shows"] == "role":
            yield f"{row['anchor']}-does"
        for item in row["faqs"]:
            yield item["anchor"]


def old_anchors(snapshot: Json) -> Iterator[str]:
    """Anchors of the past that still lead to their row."""
    for row in snapshot["sections"]:
        yield from row.get("old_anchors", ())
        for item in row["faqs"]:
            yield from item.get("old_anchors", ())


def markup(snapshot: Json) -> Iterator[GateProblem]:
    """Prose is well-formed and its links lead somewhere."""
    known = set(ids(snapshot)) | set(old_anchors(snapshot))
    for where, field, name, text in prose(snapshot):
        for complaint in inline.complaints(text):
            yield GateProblem(f"“{name}” has {complaint}.", where, field)
        for href in inline.links(text):
            if href.startswith("#") and href[1:] not in known:
                yield GateProblem(f"“{name}” links to {href}, an anchor that this guide does not have.", where, field)
            elif href.startswith("/") and not leads_somewhere(href):
                yield GateProblem(f"“{name}” links to {href}, a page that this site does not have.", where, field)


def leads_somewhere(href: str) -> bool:
    """Whether a path of our own is answered by some view."""
    try:
        resolve(href.partition("#")[0].partition("?")[0])
    except Resolver404:
        return False
    return True


def prose(snapshot: Json) -> Iterator[tuple[tuple[str, int], str, str, str]]:
    """Every text that may hold markup: its row, its field, the name of its place, the text."""
    for role in snapshot["roles"]:
        for aspect in role["aspects"]:
            yield ("roleaspect", aspect["row"]), "detail", role["name"], aspect["detail"]
    for row in snapshot["sections"]:
        for kind in WORDS:
            if kind != "images":
                field = "answer" if kind == "faqs" else "text"
                for item in row[kind]:
                    yield (MODELS[kind], item["row"]), field, row["heading"] or f"#{row['anchor']}", item[field]


WORDS = {
    "paragraphs": ("text",),
    "points": ("label",),
    "steps": ("label", "text"),
    "tips": ("label",),
    "faqs": ("question", "answer"),
    "callouts": ("text",),
    "images": ("alt",),
}
NOUNS = {
    "paragraphs": "Paragraph",
    "points": "Point",
    "steps": "Step",
    "tips": "Tip",
    "faqs": "Question",
    "callouts": "Callout",
    "images": "Image",
}
# What a field is called in a sentence, where its own name says little.
CALLED = {"alt": "description for readers who cannot see it"}
MODELS = {
    "paragraphs": "paragraph",
    "points": "point",
    "steps": "step",
    "tips": "tip",
    "faqs": "faq",
    "callouts": "callout",
    "images": "guideimage",
}
