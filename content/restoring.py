"""Back to an older revision: its rows become the draft again, and the draft is published as a new revision."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model

from content import publishing
from content.errors import NothingToPublish
from content.models import ComparisonCell, ComparisonColumn, Guide, Revision, Role, RoleAspect, Section
from content.snapshot import ITEM_FIELDS, ITEMS

Json = dict[str, Any]


def restore(*, revision: Revision, by: User | None, now: datetime) -> Revision:
    """Publish what an older revision said as a new one; raises GateClosed and then changes nothing.

    Where readers see that very revision already, only the draft goes back to it.

    1. Lock the guide, as publishing does.
    2. Write the revision's rows back under the keys they had, and take away what it did not have.
    3. Ask the gate, as of any draft: a page that it links to may be gone by now.
    """
    with transaction.atomic(durable=True):
        guide = Guide.objects.select_for_update(no_key=True).get(pk=revision.guide_id)
        write_back(guide, revision.snapshot)
        note = f"Restored revision {revision.number}"
        try:
            return publishing.publish_locked(guide, by=by, now=now, note=note)
        except NothingToPublish:
            assert guide.live is not None
            return guide.live


def write_back(guide: Guide, stored: Json) -> None:
    """Make the guide's rows what a snapshot says."""
    roles = {row["key"]: write_role(order, row) for order, row in enumerate(stored["roles"], start=1)}
    named = stored["guide"]
    guide.title, guide.slug, guide.description = named["title"], named["slug"], named["description"]
    guide.save(update_fields=["title", "slug", "description"])
    guide.roles.set(roles.values())
    columns = {
        row["key"]: write(ComparisonColumn, row, ("key", "label"), guide=guide, order=order)
        for order, row in enumerate(stored["columns"], start=1)
    }
    drop(guide.columns.all(), columns.values())
    cells = [
        write(ComparisonCell, row, ("text", "facts"), column=columns[row["column"]], role=roles[row["role"]])
        for row in stored["cells"]
    ]
    drop(ComparisonCell.objects.filter(column__guide=guide), cells)
    # Two sections may have swapped their anchors since: names that nothing has make room first.
    for section in guide.sections.all():
        Section.objects.filter(pk=section.pk).update(anchor=f"restoring-{section.pk}")
    sections = [write_section(guide, order, row, roles) for order, row in enumerate(stored["sections"], start=1)]
    drop(guide.sections.all(), sections)


def write_role(order: int, row: Json) -> Role:
    """A role as it was; roles are shared, so other guides' drafts see it too."""
    names = {name: row[name] for name in ("name", "short", "slug", "color")}
    role, _ = Role.objects.update_or_create(
        key=row["key"], defaults={**names}, create_defaults={**names, "order": order}
    )
    places: dict[str, int] = {}
    aspects = []
    for aspect in row["aspects"]:
        places[aspect["kind"]] = places.get(aspect["kind"], 0) + 1
        aspects.append(
            write(RoleAspect, aspect, ("kind", "text", "detail", "facts"), role=role, order=places[aspect["kind"]])
        )
    drop(role.aspects.all(), aspects)
    return role


def write_section(guide: Guide, order: int, row: Json, roles: dict[str, Role]) -> Section:
    """A section with everything in it."""
    names = ("level", "heading", "contents_label", "in_contents", "anchor", "shows", "caption")
    section = write(Section, row, names, guide=guide, order=order, role=roles.get(row["role"] or ""))
    for kind, model in ITEMS.items():
        items = [
            write(model, item, ITEM_FIELDS[model], section=section, order=place)
            for place, item in enumerate(row.get(kind, []), start=1)
        ]
        drop(model.objects.filter(section=section), items)
    return section


def write(model: Any, row: Json, names: Iterable[str], **more: Any) -> Any:
    """One row under the key it had, made again where it was deleted."""
    values = {name: " ".join(row[name]) if name.endswith("facts") else row[name] for name in names if name in row}
    made, _ = model.objects.update_or_create(pk=row["row"], defaults={**values, **more})
    return made


def drop(rows: Any, keep: Iterable[Model]) -> None:
    """Delete the rows that are not among those to keep."""
    rows.exclude(pk__in=[row.pk for row in keep]).delete()
