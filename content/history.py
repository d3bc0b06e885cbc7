"""Anchors and addresses of the past: what a link once led to, it leads to still."""

from collections.abc import Iterator
from typing import Any

from content.models import Guide, RoleAddress

Json = dict[str, Any]


def carry(taken: Json, before: Json | None) -> Json:
    """The snapshot with the old anchors of its rows, as the revision before it knew them; changes `taken`.

    A row keeps every anchor it ever had, as long as no other row goes by that name now.
    """
    known = {key: [*row.get("old_anchors", []), row["anchor"]] for key, row in anchored(before or {"sections": []})}
    now = {row["anchor"] for _, row in anchored(taken)}
    given: set[str] = set()
    for key, row in anchored(taken):
        old = [anchor for anchor in dict.fromkeys(known.get(key, [])) if anchor not in now | given]
        given.update(old)
        if old:
            row["old_anchors"] = old
    return taken


def anchored(snapshot: Json) -> Iterator[tuple[tuple[str, int], Json]]:
    """Every row with an anchor of its own, by kind and key."""
    for section in snapshot["sections"]:
        yield ("section", section["row"]), section
        for faq in section["faqs"]:
            yield ("faq", faq["row"]), faq


def newest(guide: Guide) -> Json | None:
    """The snapshot of the guide's newest revision, live or not."""
    revision = guide.revisions.order_by("-number").first()
    return revision.snapshot if revision else None


def remember_roles(taken: Json) -> None:
    """Note the addresses under which the roles of a published snapshot are found; the latest role keeps an address."""
    for role in taken["roles"]:
        RoleAddress.objects.update_or_create(slug=role["slug"], defaults={"key": role["key"]})
