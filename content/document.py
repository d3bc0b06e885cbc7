"""One plain tree of a published guide. HTML, contents list, structured data and later the PDF are renderers of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from content import inline
from content.blocks import (
    Block,
    Callout,
    Cell,
    Entry,
    EntryList,
    Facts,
    Figure,
    Paragraph,
    Phone,
    Question,
    Questions,
    Role,
    Table,
)
from content.errors import SnapshotUnreadable
from content.inline import Span, Spans
from content.snapshot import FORMAT

__all__ = [
    "Block",
    "Callout",
    "Cell",
    "Document",
    "Entry",
    "EntryList",
    "Facts",
    "Figure",
    "Paragraph",
    "Phone",
    "Question",
    "Questions",
    "Role",
    "Section",
    "Table",
    "build",
]


@dataclass(frozen=True)
class Section:
    """A heading with its own blocks, then its parts one level deeper. `color` is that of the role it is about."""

    anchor: str
    heading: str
    contents_label: str
    level: int
    in_contents: bool
    color: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()
    old_anchors: tuple[str, ...] = ()

    @property
    def is_card(self) -> bool:
        """Whether the section is a role's own card."""
        return any(isinstance(block, Role) for block in self.blocks)

    def walk(self) -> Iterator["Section"]:
        """This section and all inside it, in reading order."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Document:
    """A guide as a reader meets it: the answer, the opening, the chapters."""

    slug: str
    title: str
    description: str
    answer: Callout | None
    opening: Section | None
    chapters: tuple[Section, ...]
    roles: tuple[Role, ...]

    def walk(self) -> Iterator[Section]:
        """Every section that has a heading, in reading order."""
        for chapter in self.chapters:
            yield from chapter.walk()

    @property
    def contents(self) -> tuple[Section, ...]:
        """The chapters of the contents list."""
        return tuple(chapter for chapter in self.chapters if chapter.in_contents)

    @property
    def table(self) -> Table | None:
        """The comparison table, wherever it stands."""
        return next((block for section in self.walk() for block in section.blocks if isinstance(block, Table)), None)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions with their answers."""
        lists = (block for section in self.walk() for block in section.blocks if isinstance(block, Questions))
        return tuple(item for block in lists for item in block.items)


def build(snapshot: dict[str, Any], *, phone: Phone) -> Document:
    """The tree of a snapshot; raises SnapshotUnreadable for a format this release does not know."""
    if snapshot.get("format") != FORMAT:
        raise SnapshotUnreadable(f"Snapshot format {snapshot.get('format')!r}, expected {FORMAT}.")
    return Builder(snapshot, phone).document()


class Builder:
    """Turns the plain lists of a snapshot into the tree."""

    def __init__(self, snapshot: dict[str, Any], phone: Phone) -> None:
        self.snapshot, self.phone = snapshot, phone
        self.roles = {row["key"]: self.role(row) for row in snapshot["roles"]}

    def document(self) -> Document:
        guide, rows = self.snapshot["guide"], self.snapshot["sections"]
        opening = next((row for row in rows if row["level"] == 1), None)
        answers = [self.callout(row) for section in rows for row in section["callouts"] if row["kind"] == "answer"]
        return Document(
            slug=guide["slug"],
            title=guide["title"],
            description=guide["description"],
            answer=answers[0] if answers else None,
            opening=self.section(opening) if opening else None,
            chapters=self.nest([self.section(row) for row in rows if row["level"] > 1]),
            roles=tuple(self.roles.values()),
        )

    def nest(self, flat: list[Section]) -> tuple[Section, ...]:
        """Sections of one level, each holding the deeper ones that follow it."""
        nested: list[Section] = []
        while flat:
            head, *rest = flat
            own = next((i for i, section in enumerate(rest) if section.level <= head.level), len(rest))
            nested.append(replace(head, parts=self.nest(rest[:own])))
            flat = rest[own:]
        return tuple(nested)

    def section(self, row: dict[str, Any]) -> Section:
        return Section(
            anchor=row["anchor"],
            heading=row["heading"],
            contents_label=row["contents_label"] or row["heading"],
            level=row["level"],
            in_contents=row["in_contents"],
            color=self.roles[row["role"]].color if row["role"] in self.roles else "",
            blocks=tuple(self.blocks(row)),
            old_anchors=tuple(row.get("old_anchors", ())),
        )

    def blocks(self, row: dict[str, Any]) -> Iterator[Block]:
        """Prose, the thing the section shows, pictures, lists, questions, closing prose, callouts: always in this order."""
        paragraphs = [
            (item["after"], Paragraph(self.spans(line), tuple(item["facts"])))
            for item in row["paragraphs"]
            for line in item["text"].splitlines()
            if line.strip()
        ]
        yield from (paragraph for after, paragraph in paragraphs if not after)
        role = self.roles.get(row["role"])
        if row["shows"] == "role" and role:
            yield role
        elif row["shows"] == "challenges" and role:
            yield EntryList("challenges", role.challenges)
        elif row["shows"] == "comparison":
            yield self.table(row)
        for item in row.get("images", ()):
            names = ("file", "width", "height", "alt", "caption")
            yield Figure(widths=tuple(item["widths"]), **{name: item[name] for name in names})
        for kind in ("points", "steps", "tips"):
            if row[kind]:
                yield EntryList(kind, tuple(self.entry(item, "label", "text") for item in row[kind]))
        if row["faqs"]:
            yield Questions(tuple(self.question(item) for item in row["faqs"]))
        yield from (paragraph for after, paragraph in paragraphs if after)
        yield from (self.callout(item) for item in row["callouts"] if item["kind"] != "answer")

    def role(self, row: dict[str, Any]) -> Role:
        def aspects(kind: str) -> tuple[Entry, ...]:
            return tuple(self.entry(item, "text", "detail") for item in row["aspects"] if item["kind"] == kind)

        labels = {column["key"]: column["label"] for column in self.snapshot["columns"]}
        cells = (cell for cell in self.snapshot["cells"] if cell["role"] == row["key"])
        return Role(
            **{name: row[name] for name in ("key", "name", "short", "slug", "color")},
            focus=aspects("focus"),
            responsibilities=aspects("responsibility"),
            challenges=aspects("challenge"),
            fits=aspects("fit"),
            cells=tuple(Cell(c["column"], labels[c["column"]], c["text"], tuple(c["facts"])) for c in cells),
        )

    def table(self, row: dict[str, Any]) -> Table:
        labels = tuple(column["label"] for column in self.snapshot["columns"])
        return Table(row["anchor"], row["caption"], labels, tuple(self.roles.values()))

    def entry(self, row: dict[str, Any], label: str, text: str) -> Entry:
        return Entry(row[label], self.spans(row[text]), tuple(row["facts"]))

    def question(self, row: dict[str, Any]) -> Question:
        return Question(
            row["anchor"],
            row["question"],
            self.spans(row["answer"]),
            tuple(row["question_facts"]),
            tuple(row["answer_facts"]),
            tuple(row.get("old_anchors", ())),
        )

    def callout(self, row: dict[str, Any]) -> Callout:
        lines = tuple(self.spans(line) for line in row["text"].splitlines() if line.strip())
        return Callout(row["kind"], row["heading"], lines, row["action"], tuple(row["facts"]))

    def spans(self, text: str) -> Spans:
        """Runs of a text, with the institute's number in its places."""
        return tuple(
            Span(self.phone.display, href=self.phone.href) if span.phone else span for span in inline.parse(text)
        )
