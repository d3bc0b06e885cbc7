"""What a published guide is made of: frozen values that renderers read, from a run of text to the comparison table."""

from dataclasses import dataclass
from typing import ClassVar

from content.inline import Spans

Facts = tuple[str, ...]


@dataclass(frozen=True)
class Phone:
    """How the institute's number is shown and dialed."""

    display: str
    href: str


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    spans: Spans
    facts: Facts = ()


@dataclass(frozen=True)
class Entry:
    """One line of a list: a short label, then what it means."""

    label: str
    spans: Spans
    facts: Facts = ()


@dataclass(frozen=True)
class EntryList:
    """`kind` is points, steps, tips or challenges."""

    kind: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Cell:
    """What a role has in one column of the comparison."""

    column: str
    label: str
    text: str
    facts: Facts = ()


@dataclass(frozen=True)
class Role:
    kind: ClassVar[str] = "role"
    key: str
    name: str
    short: str
    slug: str
    color: str
    focus: tuple[Entry, ...]
    responsibilities: tuple[Entry, ...]
    challenges: tuple[Entry, ...]
    fits: tuple[Entry, ...]
    cells: tuple[Cell, ...]

    def cell(self, column: str) -> Cell | None:
        """The role's cell in the column with that key."""
        return next((cell for cell in self.cells if cell.column == column), None)

    @property
    def measure(self) -> Cell | None:
        """What the role is measured by, for cards."""
        return self.cell("kpi")


@dataclass(frozen=True)
class Table:
    """The comparison: one row a role, one column a question."""

    kind: ClassVar[str] = "table"
    anchor: str
    caption: str
    labels: tuple[str, ...]
    rows: tuple[Role, ...]


@dataclass(frozen=True)
class Question:
    anchor: str
    question: str
    spans: Spans
    question_facts: Facts = ()
    answer_facts: Facts = ()
    old_anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questions:
    kind: ClassVar[str] = "questions"
    items: tuple[Question, ...]


@dataclass(frozen=True)
class Callout:
    """`look` is answer, note or action; `action` is book, subscribe or empty; each line stands on its own."""

    kind: ClassVar[str] = "callout"
    look: str
    heading: str
    lines: tuple[Spans, ...]
    action: str = ""
    facts: Facts = ()


@dataclass(frozen=True)
class Figure:
    """A picture in several widths, the largest with its size."""

    kind: ClassVar[str] = "figure"
    file: str
    widths: tuple[int, ...]
    width: int
    height: int
    alt: str
    caption: str

    def name(self, width: int) -> str:
        """The served name of the file of one width."""
        return f"{self.file}-{width}.webp"


Block = Paragraph | EntryList | Role | Table | Questions | Callout | Figure
