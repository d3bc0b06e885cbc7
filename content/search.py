"""Search inside one guide: its sections and questions, found by the words that a reader types."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from content import inline
from content.document import (
    Callout,
    Cell,
    Document,
    Entry,
    EntryList,
    Figure,
    Paragraph,
    Questions,
    Role,
    Section,
    Table,
)

LONGEST = 80  # characters of a question to the search
MOST_WORDS = 8
MOST_FOUND = 20
AROUND = 70  # characters of an excerpt before and after the first word found


@dataclass(frozen=True)
class Place:
    """Something that can be found: a heading with its words, and the anchor that leads there."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Piece:
    """A run of an excerpt; `found` where a word of the search stands."""

    text: str
    found: bool


@dataclass(frozen=True)
class Found:
    """One place with an excerpt around what was found."""

    place: Place
    excerpt: tuple[Piece, ...]


def find(guide: Document, asked: str) -> list[Found]:
    """Places that hold every word asked for, at the beginning of one of theirs; headings before texts, then reading order."""
    wanted = words(asked)
    if not wanted:
        return []
    ranked = []
    for number, place in enumerate(places(guide)):
        heading, text = folded(place.heading), folded(f"{place.heading} {place.text}")
        if all(starts(word, text) for word in wanted):
            in_heading = sum(bool(starts(word, heading)) for word in wanted)
            ranked.append((-in_heading, number, Found(place, excerpt(place.text, wanted))))
    return [found for _, _, found in sorted(ranked, key=lambda one: one[:2])[:MOST_FOUND]]


def words(asked: str) -> list[str]:
    """The words of a question, folded; as many as are looked for at most."""
    return list(dict.fromkeys(re.findall(r"[^\W_]+", folded(asked[:LONGEST]))))[:MOST_WORDS]


def folded(text: str) -> str:
    """The text without case and accents; as long as it was, so that places in it stay the same."""
    out = []
    for character in text:
        plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)).lower()
        out.append(plain if len(plain) == 1 else character.lower()[:1])
    return "".join(out)


def starts(word: str, text: str) -> re.Match[str] | None:
    """Where a word of the text begins with the one asked for."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}", text)


def excerpt(text: str, wanted: list[str]) -> tuple[Piece, ...]:
    """What stands around the first word found, with all that were found marked."""
    low = folded(text)
    hits = [match.span() for word in wanted for match in re.finditer(rf"(?<![^\W_]){re.escape(word)}", low)]
    at = min((begin for begin, _ in hits), default=0)
    since, until = max(at - AROUND, 0), min(at + 2 * AROUND, len(text))
    # Whole words at both ends.
    since = (since and text.find(" ", since, at) + 1) or since
    until = text.rfind(" ", at, until) if until < len(text) and " " in text[at:until] else until
    pieces, here = [Piece("… ", False)] if since else [], since
    for begin, end in sorted(hits):
        if begin < here or end > until:
            continue
        pieces += [Piece(text[here:begin], False), Piece(text[begin:end], True)]
        here = end
    pieces += [Piece(text[here:until], False), Piece(" …" if until < len(text) else "", False)]
    return tuple(piece for piece in pieces if piece.text)


def places(guide: Document) -> Iterator[Place]:
    """Everything that can be found, in reading order."""
    if guide.opening:
        yield Place(guide.opening.anchor, guide.title, " ".join(said(guide.opening)))
    for section in guide.walk():
        yield Place(section.anchor, section.heading, " ".join(said(section)))
        for block in section.blocks:
            for item in block.items if isinstance(block, Questions) else ():
                yield Place(item.anchor, item.question, inline.plain(item.spans))


def said(section: Section) -> Iterator[str]:
    """The words of a section's own blocks; its questions are places of their own."""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield inline.plain(block.spans)
        elif isinstance(block, EntryList):
            yield from entries(block.entries)
        elif isinstance(block, Role):
            yield from entries((*block.focus, *block.responsibilities, *block.fits))
        elif isinstance(block, Table):
            yield from (cell_words(role, cell) for role in block.rows for cell in role.cells)
        elif isinstance(block, Callout):
            yield " ".join((block.heading, *map(inline.plain, block.lines)))
        elif isinstance(block, Figure):
            yield f"{block.alt} {block.caption}"


def entries(lines: tuple[Entry, ...]) -> Iterator[str]:
    """Labels with what they mean."""
    yield from (f"{entry.label}. {inline.plain(entry.spans)}" for entry in lines)


def cell_words(role: Role, cell: Cell) -> str:
    """One cell as a sentence would say it."""
    return f"{role.name}, {cell.label}: {cell.text}."
