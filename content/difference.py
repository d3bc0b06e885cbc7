"""What changed between two revisions, row by row and word by word, in the order in which a reader meets it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Json = dict[str, Any]
Key = tuple[str, Any]
KINDS = {
    "paragraphs": "Paragraph",
    "points": "Point",
    "steps": "Step",
    "tips": "Tip",
    "faqs": "Question",
    "callouts": "Callout",
    "images": "Image",
}
FIELDS = {
    "title": "Title",
    "slug": "Address",
    "description": "Description",
    "level": "Level",
    "heading": "Heading",
    "contents_label": "Contents label",
    "in_contents": "In the contents list",
    "anchor": "Anchor",
    "shows": "Shows",
    "caption": "Caption",
    "role": "Role",
    "text": "Text",
    "detail": "In a few words",
    "label": "Label",
    "question": "Question",
    "answer": "Answer",
    "after": "After the lists",
    "kind": "Kind",
    "action": "Button",
    "name": "Name",
    "short": "Short name",
    "color": "Color",
    "key": "Key",
    "facts": "Facts",
    "question_facts": "Facts of the question",
    "answer_facts": "Facts of the answer",
    "alt": "Description for who cannot see it",
    "file": "File",
    "place": "Place",
}
# What follows from other rows, or is no words of an editor's.
SILENT = {"row", "old_anchors", "sizes", "width", "height"}


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is same, old or new."""

    kind: str
    text: str


@dataclass(frozen=True)
class Field:
    """One field that differs."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Change:
    """One row that differs: `kind` is added, removed, changed or moved; `facts` are those it states or stated."""

    kind: str
    place: str
    fields: tuple[Field, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of a snapshot with the name of its place."""

    place: str
    values: Json


def changes(old: Json, new: Json) -> list[Change]:
    """Every difference from the old snapshot to the new one; empty where a reader would find none."""
    before, after = dict(rows(old)), dict(rows(new))
    found = []
    for key, row in after.items():
        if key not in before:
            found.append(Change("added", row.place, whole(row, "new"), facts_of(row)))
            continue
        fields = tuple(compared(before[key].values, row.values))
        if fields:
            moved = all(field.label == FIELDS["place"] for field in fields)
            facts = tuple(dict.fromkeys((*facts_of(before[key]), *facts_of(row))))
            found.append(Change("moved" if moved else "changed", row.place, fields, facts))
    for key, row in before.items():
        if key not in after:
            found.append(Change("removed", row.place, whole(row, "old"), facts_of(row)))
    return found


def rows(snapshot: Json) -> Iterator[tuple[Key, Row]]:
    """Every row of a snapshot under the key that it keeps for life."""
    yield ("guide", snapshot["guide"]["row"]), Row("The guide", snapshot["guide"])
    for role in snapshot["roles"]:
        yield ("role", role["row"]), Row(role["name"], {k: v for k, v in role.items() if k != "aspects"})
        for number, aspect in numbered(role["aspects"]):
            name = f"{role['name']} · {aspect['kind'].capitalize()}"
            yield ("aspect", aspect["row"]), Row(name, {**aspect, "place": number})
    for column in snapshot["columns"]:
        yield ("column", column["row"]), Row(f"Column “{column['label']}”", column)
    names = {role["key"]: role["name"] for role in snapshot["roles"]}
    labels = {column["key"]: column["label"] for column in snapshot["columns"]}
    for cell in snapshot["cells"]:
        name = f"Table · {names.get(cell['role'], cell['role'])} · {labels.get(cell['column'], cell['column'])}"
        yield ("cell", cell["row"]), Row(name, {k: v for k, v in cell.items() if k not in {"column", "role"}})
    for number, section in enumerate(snapshot["sections"], start=1):
        heading = section["heading"] or "Opening"
        own = {k: v for k, v in section.items() if k not in KINDS}
        yield ("section", section["row"]), Row(heading, {**own, "place": number})
        for kind, noun in KINDS.items():
            for place, item in enumerate(section.get(kind, []), start=1):
                yield (kind, item["row"]), Row(f"{heading} · {noun}", {**item, "place": place})


def numbered(aspects: list[Json]) -> Iterator[tuple[int, Json]]:
    """Aspects with their place among those of their kind."""
    counted: dict[str, int] = {}
    for aspect in aspects:
        counted[aspect["kind"]] = counted.get(aspect["kind"], 0) + 1
        yield counted[aspect["kind"]], aspect


def compared(old: Json, new: Json) -> Iterator[Field]:
    """The fields of a row that differ."""
    for name in dict.fromkeys((*old, *new)):
        if name not in SILENT and old.get(name) != new.get(name):
            yield Field(FIELDS.get(name, name), words(shown(old.get(name)), shown(new.get(name))))


def whole(row: Row, kind: str) -> tuple[Field, ...]:
    """All that a row says, as added or removed."""
    return tuple(
        Field(FIELDS.get(name, name), (Piece(kind, shown(value)),))
        for name, value in row.values.items()
        if name not in SILENT | {"place", "after", "kind", "level", "in_contents", "shows"} and shown(value)
    )


def facts_of(row: Row) -> tuple[str, ...]:
    """The ids of the facts that a row states."""
    return tuple(f for name in ("facts", "question_facts", "answer_facts") for f in row.values.get(name, []))


def shown(value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Two texts as one run of pieces, word by word."""
    a, b = re.findall(r"\S+\s*|\s+", old), re.findall(r"\S+\s*|\s+", new)
    pieces: list[Piece] = []
    for how, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(Piece("same", "".join(a[a1:a2])))
            continue
        if a1 < a2:
            pieces.append(Piece("old", "".join(a[a1:a2])))
        if b1 < b2:
            pieces.append(Piece("new", "".join(b[b1:b2])))
    return tuple(pieces)
