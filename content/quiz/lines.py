"""Where the published guide states a fact: the line itself and the anchor it stands at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from content.document import Callout, Document, Entry, EntryList, Paragraph, Questions, Role, Section, Table
from content.inline import plain

Stated = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class Line:
    """One line of the guide: its words, the anchor and the heading it stands under."""

    text: str
    anchor: str
    heading: str


def index(document: Document) -> dict[str, Line]:
    """Fact id → the first line of the guide that states it, in reading order."""
    found: dict[str, Line] = {}
    places = [document.opening, *document.walk()] if document.opening else list(document.walk())
    for section in places:
        for anchor, (facts, text) in stated(section):
            for fact in facts:
                found.setdefault(fact, Line(text, anchor, section.heading or document.title))
    return found


def of(facts: tuple[str, ...], known: Mapping[str, Line]) -> tuple[Line, ...]:
    """The lines of some facts, each once; facts that the guide does not state any more are left out."""
    return tuple(dict.fromkeys(known[fact] for fact in facts if fact in known))


def stated(section: Section) -> Iterator[tuple[str, Stated]]:
    """Each line that a section shows, with the anchor that leads closest to it."""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield section.anchor, (block.facts, plain(block.spans))
        elif isinstance(block, EntryList):
            yield from ((section.anchor, entry(each)) for each in block.entries)
        elif isinstance(block, Role):
            yield from ((section.anchor, entry(each)) for each in (*block.focus, *block.responsibilities, *block.fits))
        elif isinstance(block, Table):
            cells = (cell for role in block.rows for cell in role.cells)
            yield from ((block.anchor, (cell.facts, f"{cell.label}: {cell.text}")) for cell in cells)
        elif isinstance(block, Questions):
            for item in block.items:
                yield item.anchor, (item.question_facts, item.question)
                yield item.anchor, (item.answer_facts, f"{item.question} {plain(item.spans)}")
        elif isinstance(block, Callout):
            yield section.anchor, (block.facts, " ".join(plain(line) for line in block.lines))


def entry(row: Entry) -> Stated:
    """A label with the words that explain it."""
    words = plain(row.spans)
    if not words:
        return row.facts, row.label
    return row.facts, f"{row.label}{'' if row.label.endswith(('.', '?', '!')) else ':'} {words}"
