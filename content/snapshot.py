"""The rows of a guide as one plain JSON value. Its keys are a promise to every revision ever published."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from content.models import (
    FAQ,
    Callout,
    ComparisonCell,
    Guide,
    GuideImage,
    Paragraph,
    Point,
    RoleAspect,
    Section,
    Step,
    Tip,
)

FORMAT = 1
Json = dict[str, Any]


def take(guide: Guide) -> Json:
    """Everything a reader of the guide may see, in a fixed number of queries; `row` is the primary key of its source."""
    roles = list(guide.roles.order_by("order", "id"))
    columns = list(guide.columns.order_by("order", "id"))
    sections = list(guide.sections.select_related("role").order_by("order", "id"))
    aspects = grouped(RoleAspect.objects.filter(role__in=roles).order_by("kind", "order", "id"), "role_id")
    cells = ComparisonCell.objects.filter(column__in=columns, role__in=roles).select_related("role", "column")
    inside = {
        name: grouped(model.objects.filter(section__in=sections).order_by("order", "id"), "section_id")
        for name, model in ITEMS.items()
    }
    return {
        "format": FORMAT,
        "guide": {"row": guide.pk, "slug": guide.slug, "title": guide.title, "description": guide.description},
        "roles": [
            {
                **fields(role, "key", "name", "short", "slug", "color"),
                "aspects": [fields(aspect, "kind", "text", "detail", "facts") for aspect in aspects[role.pk]],
            }
            for role in roles
        ],
        "columns": [fields(column, "key", "label") for column in columns],
        "cells": [
            {"column": cell.column.key, "role": cell.role.key, **fields(cell, "text", "facts")}
            for cell in cells.order_by("column__order", "column_id", "role__order", "role_id")
        ],
        "sections": [
            {
                **section_fields(section),
                # An empty list of a kind that older revisions do not know is left out: what is the same stays equal.
                **{
                    name: [item_fields(item) for item in inside[name][section.pk]]
                    for name in ITEMS
                    if inside[name][section.pk] or name != "images"
                },
            }
            for section in sections
        ],
    }


ITEMS: dict[str, Any] = {
    "paragraphs": Paragraph,
    "points": Point,
    "steps": Step,
    "tips": Tip,
    "faqs": FAQ,
    "callouts": Callout,
    "images": GuideImage,
}
ITEM_FIELDS: dict[type[Model], tuple[str, ...]] = {
    Paragraph: ("text", "after", "facts"),
    Point: ("label", "text", "facts"),
    Step: ("label", "text", "facts"),
    Tip: ("label", "text", "facts"),
    FAQ: ("question", "answer", "anchor", "question_facts", "answer_facts"),
    Callout: ("kind", "heading", "text", "action", "facts"),
    GuideImage: ("file", "widths", "width", "height", "alt", "caption"),
}


def item_fields(item: Model) -> Json:
    """One row inside a section."""
    return fields(item, *ITEM_FIELDS[type(item)])


def section_fields(section: Section) -> Json:
    """One section without what stands in it."""
    names = ("level", "heading", "contents_label", "in_contents", "anchor", "shows", "caption")
    return {**fields(section, *names), "role": section.role.key if section.role else None}


def fields(row: Model, *names: str) -> Json:
    """The named fields of a row; fact ids become lists, text loses its outer blanks."""
    return {"row": row.pk, **{name: value_of(row, name) for name in names}}


def value_of(row: Model, name: str) -> Any:
    """One field as JSON."""
    value = getattr(row, name)
    if name.endswith("facts"):
        return value.split()
    return value.strip() if isinstance(value, str) else value


def grouped(rows: QuerySet | Iterable[Any], key: str) -> defaultdict[int, list[Any]]:
    """Rows by the id of what they belong to."""
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups
