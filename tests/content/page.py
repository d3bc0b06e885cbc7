"""A page as its reader meets it: elements with their visible text, to ask about sections, tables and headings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "head", "title"}
# Words on both sides of these do not run together.
BLOCKS = {"p", "li", "ul", "ol", "section", "div", "td", "th", "tr", "caption", "summary", "details", "span", "strong"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This element and all inside it, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, *tags: str, **attrs: str) -> list["Element"]:
        """Elements inside with one of the tags and all of the attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [e for e in self.walk() if e.tag in tags and all(e.attrs.get(n) == v for n, v in wanted.items())]

    @property
    def raw(self) -> str:
        if self.tag in SILENT:
            return ""
        text = "".join(child if isinstance(child, str) else child.raw for child in self.children)
        return f" {text} " if self.tag in BLOCKS | HEADINGS else text

    @property
    def text(self) -> str:
        """The visible words with single blanks."""
        text = " ".join(self.raw.split())
        for sign in ",.;:?!)":
            text = text.replace(f" {sign}", sign)
        return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # <path/> inside svg
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: bytes | str) -> Element:
    """The tree of a page; every element must be closed in order."""
    reader = _Reader()
    reader.feed(html.decode() if isinstance(html, bytes) else html)
    reader.close()
    assert reader.open == [reader.root], [element.tag for element in reader.open]
    return reader.root


def by_ids(page: Element) -> dict[str, Element]:
    """Every element that has an id; an id that stands twice is a fault of the page."""
    found: dict[str, Element] = {}
    for element in page.walk():
        if anchor := element.attrs.get("id"):
            assert anchor not in found, f"#{anchor} stands twice"
            found[anchor] = element
    return found


def cells(table: Element) -> dict[tuple[str, str], str]:
    """(row header, column header) → text, by the scopes a screen reader goes by."""
    columns = [th.text for th in table.find("thead")[0].find("th", scope="col")]
    found: dict[tuple[str, str], str] = {}
    for row in table.find("tbody")[0].find("tr"):
        (header,) = row.find("th", scope="row")
        for column, cell in zip(columns[1:], row.find("td"), strict=False):
            found[header.text, column] = cell.text
    return found
