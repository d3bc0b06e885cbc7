"""The first guide: seeded once, then the editors' own."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from content import publishing
from content.models import (
    FAQ,
    Callout,
    ComparisonCell,
    ComparisonColumn,
    Guide,
    Paragraph,
    Point,
    Revision,
    Role,
    RoleAspect,
    Section,
    Step,
    Tip,
)

SOURCE = Path(__file__).with_name("guide.toml")
SLUG = "tpm-vs-product-vs-project-manager"
ITEMS: dict[str, Any] = {
    "paragraphs": Paragraph,
    "points": Point,
    "steps": Step,
    "tips": Tip,
    "faqs": FAQ,
    "callouts": Callout,
}
Json = dict[str, Any]


def ensure(*, now: datetime) -> Revision | None:
    """Seed and publish the first guide where there is none; None when it is there already.

    What editors have made of it is left alone. Rows of ours that were never published (the process died
    between the two transactions) are published now.
    """
    guide = seed() or Guide.objects.filter(slug=SLUG, revisions__isnull=True).first()
    return publishing.publish(guide=guide, by=None, now=now, note="First edition") if guide else None


def seed() -> Guide | None:
    """Write the rows of the first guide in one transaction; None when there is any guide already."""
    source = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    with transaction.atomic():
        if Guide.objects.exists():
            return None
        guide = Guide.objects.create(**pick(source, "slug", "title", "description"))
        roles = {row["key"]: seed_role(order, row) for order, row in enumerate(source["roles"], start=1)}
        guide.roles.set(roles.values())
        for order, row in enumerate(source["columns"], start=1):
            column = ComparisonColumn.objects.create(guide=guide, order=order, **pick(row, "key", "label"))
            ComparisonCell.objects.bulk_create(
                ComparisonCell(column=column, role=role, **row[key]) for key, role in roles.items()
            )
        for order, row in enumerate(source["sections"], start=1):
            seed_section(guide, order, row, roles)
    return guide


def seed_role(order: int, row: Json) -> Role:
    """One role with its aspects; a role that exists already keeps what its editors wrote."""
    names = pick(row, "name", "short", "slug", "color")
    role, created = Role.objects.get_or_create(key=row["key"], defaults={"order": order, **names})
    if created:
        RoleAspect.objects.bulk_create(
            RoleAspect(role=role, kind=kind, order=place, **aspect)
            for kind in RoleAspect.Kind.values
            for place, aspect in enumerate(row[kind], start=1)
        )
    return role


def seed_section(guide: Guide, order: int, row: Json, roles: dict[str, Role]) -> None:
    """One section with everything in it."""
    own = {name: value for name, value in row.items() if name not in ITEMS and name != "role"}
    section = Section.objects.create(guide=guide, order=order, role=roles.get(row.get("role", "")), **own)
    for name, model in ITEMS.items():
        model.objects.bulk_create(
            model(section=section, order=place, **item) for place, item in enumerate(row.get(name, []), start=1)
        )


def pick(row: Json, *names: str) -> Json:
    """Some values of a row."""
    return {name: row[name] for name in names}
