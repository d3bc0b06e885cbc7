"""The tree as a tagged PDF (PDF/UA-1), set by Typst: title, language, headings, contents, table, version and dates.

Every word goes into the source as a string literal, so that nothing an editor writes can be taken for markup or code.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Literal

import typst

from content import images
from content.document import (
    Block,
    Callout,
    Document,
    EntryList,
    Figure,
    Paragraph,
    Question,
    Questions,
    Role,
    Section,
    Table,
)
from content.inline import SAFE, Spans

FONTS = Path(__file__).with_name("fonts")
STANDARD: Literal["ua-1"] = "ua-1"
COLORS = {"pm": "#5b46c2", "pjm": "#9a4a0b", "tpm": "#0b6e69"}


@dataclass(frozen=True)
class Imprint:
    """What stands beside the words: who publishes, where the page is, which version, and since when."""

    publisher: str
    site_url: str
    url: str
    number: int
    published_on: date
    updated_on: date


@cache
def fonts() -> typst.Fonts:
    """Our text font and the serif that Typst brings along; nothing of the machine's own."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def render(guide: Document, imprint: Imprint) -> bytes:
    """The PDF of a guide; the same tree and imprint give the same bytes."""
    source = "".join(Setter(guide, imprint).source())
    made = typst.compile(  # type: ignore[call-overload]  # its stub wants `root` of the type of the source
        source.encode(),
        format="pdf",
        root=str(images.folder()) if images.folder().is_dir() else str(FONTS),
        font_paths=fonts(),
        pdf_standards=STANDARD,
        timestamp=int(_noon(imprint.updated_on)),
    )
    assert isinstance(made, bytes)
    return made


def _noon(day: date) -> float:
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * 86400 + 43200


def literal(text: str) -> str:
    """A Typst string literal of the text without control characters."""
    kept = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text)
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(text: str) -> str:
    """The text as content; the semicolon ends the expression, whatever follows."""
    return f"#{literal(text)};"


def long_date(day: date) -> str:
    """A date as the page writes it: January 5, 2027."""
    return f"{day:%B} {day.day}, {day.year}"


PREAMBLE = """
#set text(lang: "en", region: "US", font: ("Inter", "Libertinus Serif"), size: 10pt, fill: rgb("#0f1b2d"))
#set par(leading: 0.72em, spacing: 1.15em, justify: false)
#set list(indent: 0.2em, body-indent: 0.7em, spacing: 0.95em, marker: text(fill: rgb("#0b6e69"))[•])
#set enum(indent: 0.2em, body-indent: 0.7em, spacing: 1em)
#set table(stroke: 0.5pt + rgb("#7b8aa0"), inset: 7pt)
#show heading: set text(font: "Libertinus Serif", weight: "bold")
#show heading: set block(above: 1.7em, below: 0.85em, sticky: true)
#show heading.where(level: 1): set text(size: 24pt)
#show heading.where(level: 2): set text(size: 16pt)
#show heading.where(level: 3): set text(size: 12.5pt)
#show heading.where(level: 4): set text(size: 11pt)
#show link: set text(fill: rgb("#0b6e69"))
#let boxed(body) = block(width: 100%, inset: (left: 12pt, rest: 9pt), stroke: (left: 3pt + rgb("#0b6e69")), fill: rgb("#e2f2f0"), body)
"""


class Setter:
    """Writes the Typst source of one guide."""

    def __init__(self, guide: Document, imprint: Imprint) -> None:
        self.guide, self.imprint = guide, imprint
        # Where a link leads: an old anchor to the heading that once had it.
        self.anchors = {
            anchor: at.anchor
            for at in chain[Section | Question](guide.walk(), guide.questions)
            for anchor in (*at.old_anchors, at.anchor)
        }

    def source(self) -> Iterator[str]:
        """The whole file, piece by piece."""
        guide, imprint = self.guide, self.imprint
        yield PREAMBLE
        year, month, day = imprint.updated_on.timetuple()[:3]
        yield f"#set document(title: {literal(guide.title)}, author: {literal(imprint.publisher)}, "
        yield f"description: {literal(guide.description)}, date: datetime(year: {year}, month: {month}, day: {day}))\n"
        version = f"{imprint.publisher} · Version {imprint.number} · {long_date(imprint.updated_on)}"
        yield '#set page(paper: "us-letter", margin: (x: 2.4cm, top: 2.2cm, bottom: 2.4cm), footer: context { '
        yield f'set text(size: 8pt, fill: rgb("#43536b")); {literal(version)}; h(1fr); '
        yield 'counter(page).display("1 / 1", both: true) })\n'
        yield f"#heading(level: 1, outlined: false, {literal(guide.title)})\n"
        yield f'#text(size: 9pt, fill: rgb("#43536b"))[{"".join(self.dates())}]\n\n'
        if guide.answer:
            yield from self.callout(guide.answer)
        if guide.contents:
            yield "#heading(level: 2, outlined: false)[Contents]\n"
            for chapter in guide.contents:
                yield f"- {self.link('#' + chapter.anchor, chapter.contents_label)}\n"
            yield "#v(0.6em)\n"
        if guide.opening:
            yield from self.blocks(guide.opening)
        for chapter in guide.chapters:
            yield from self.section(chapter)
        yield f"\n#v(1.5em)\n{words('The newest version is at ')}{self.link(imprint.url, imprint.url)}\n"

    def dates(self) -> Iterator[str]:
        """Who, which version, since when."""
        imprint = self.imprint
        said = f"{imprint.publisher} · Version {imprint.number} · Published {long_date(imprint.published_on)}"
        if imprint.updated_on != imprint.published_on:
            said += f" · Updated {long_date(imprint.updated_on)}"
        yield words(said)

    def section(self, section: Section) -> Iterator[str]:
        """A heading, its blocks, its parts."""
        yield self.heading(section.level, section.heading, section.anchor)
        yield from self.blocks(section)
        for part in section.parts:
            yield from self.section(part)

    def heading(self, level: int, text: str, anchor: str = "") -> str:
        """One heading that a link can lead to; PDF/UA knows no empty ones."""
        if not text.strip():
            return ""
        label = f" #label({literal(anchor)})" if anchor else ""
        return f"#[#heading(level: {level}, {literal(text)}){label}]\n\n"

    def blocks(self, section: Section) -> Iterator[str]:
        """What stands under a heading."""
        for block in section.blocks:
            yield from self.block(block, section.level)
            yield "\n\n"

    def block(self, block: Block, level: int) -> Iterator[str]:
        """One block, by its kind."""
        if isinstance(block, Paragraph):
            yield self.spans(block.spans)
        elif isinstance(block, Role):
            yield from self.role(block)
        elif isinstance(block, Table):
            yield from self.table(block)
        elif isinstance(block, EntryList):
            mark = "+" if block.kind == "steps" else "-"
            for entry in block.entries:
                yield f"{mark} #strong({literal(entry.label)});{self.after(entry.spans)}\n"
        elif isinstance(block, Questions):
            for item in block.items:
                yield self.heading(level + 1, item.question, item.anchor)
                yield f"{self.spans(item.spans)}\n\n"
        elif isinstance(block, Figure):
            yield from self.figure(block)
        elif isinstance(block, Callout):
            yield from self.callout(block)

    def role(self, role: Role) -> Iterator[str]:
        """A role's card."""
        for entry in role.focus:
            yield f"#strong(text(fill: rgb({literal(COLORS[role.color])}), {literal('Focus')}));"
            yield f"{words(' ' + entry.label)}{self.more(entry.spans)}\n\n"
        yield "#strong[Responsibilities]\n\n"
        for entry in role.responsibilities:
            yield f"- #strong({literal(entry.label)});{self.after(entry.spans)}\n"
        for entry in role.fits:
            yield f"\n#strong[Sounds like me?] {words(entry.label)}{self.more(entry.spans)}\n"

    def table(self, table: Table) -> Iterator[str]:
        """The comparison, with a header row that repeats on the next page."""
        columns = ", ".join(["auto", *("1fr" for _ in table.labels)])
        yield f"#figure(caption: {literal(table.caption)}, kind: table, supplement: none, numbering: none, "
        yield f"table(columns: ({columns}), align: left, table.header("
        yield ", ".join(f"strong({literal(label)})" for label in ("Role", *table.labels))
        yield "), "
        for role in table.rows:
            cells = [f"strong({literal(role.name)})", *(literal(cell.text) for cell in role.cells)]
            yield ", ".join(cells) + ", "
        yield "))\n"

    def figure(self, figure: Figure) -> Iterator[str]:
        """A picture with its description; one whose file is gone, or that has no description, is left out."""
        name = figure.name(figure.width)
        if images.path_of(name) is None or not figure.alt:
            return
        caption = f", caption: {literal(figure.caption)}" if figure.caption else ""
        picture = f"image({literal('/' + name)}, width: 100%, alt: {literal(figure.alt)})"
        yield f"#figure({picture}, numbering: none, supplement: none{caption})\n"

    def callout(self, callout: Callout) -> Iterator[str]:
        """A box: heading, lines; what only invites to a form has no place on paper."""
        if callout.action == "subscribe":
            return
        yield "#boxed["
        if callout.heading:
            yield f"#strong({literal(callout.heading)});\n\n"
        yield " \\\n".join(self.spans(line) for line in callout.lines)
        yield "]\n\n"

    def after(self, runs: Spans) -> str:
        """Runs behind a label, on the same line."""
        return f"{words(': ')}{self.spans(runs)}" if runs else ""

    def more(self, runs: Spans) -> str:
        """Runs behind a sentence, on the same line."""
        return f" {self.spans(runs)}" if runs else ""

    def spans(self, runs: Iterable) -> str:
        """Runs of text; an address of an unknown kind is shown as its words only."""
        return "".join(self.run(run.text, run.strong, run.href) for run in runs)

    def run(self, text: str, strong: bool, href: str) -> str:
        """One run."""
        if href.startswith("tel:+") or SAFE.match(href):
            return self.link(href, text)
        return f"#strong({literal(text)});" if strong else words(text)

    def link(self, href: str, text: str) -> str:
        """A link into this file, to a page of ours, or elsewhere."""
        if href.startswith("#"):
            anchor = self.anchors.get(href[1:])
            return f"#link(label({literal(anchor)}), {literal(text)});" if anchor else words(text)
        target = self.imprint.site_url + href if href.startswith("/") else href
        return f"#link({literal(target)}, {literal(text)});"
