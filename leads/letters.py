"""A letter that staff wrote, as text and as HTML: paragraphs, lists, headings, and a button on a line of its own.

## A heading
- a point of a list
[What the button says]({book_url})
"""

import re
from dataclasses import dataclass

from leads import placeholders
from leads.models import Lead
from mail import identity
from mail.links import absolute
from mail.text import delinked, plain

_BUTTON = re.compile(r"\[([^\[\]\n]{1,80})\]\((\{[a-z_]+\}|https?://[^\s()]{1,500})\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a letter: `kind` is heading, list, button or text."""

    kind: str
    lines: tuple[str, ...]
    url: str = ""


def values(lead: Lead | None, *, guide_path: str, book_path: str, quiz_path: str) -> dict[str, str]:
    """What the placeholders stand for; without a lead, for a preview, as for somebody who told us nothing."""
    institute = identity.current()
    name = delinked(lead.name) if lead else ""
    role = lead.get_role_of_interest_display() if lead and lead.role_of_interest not in ("", "undecided") else ""
    return {
        "name": name or "there",
        "first_name": name.split()[0] if name else "there",
        "role": role or "your next role",
        "institute": institute.name,
        "phone": institute.phone_display,
        "phone_hours": institute.phone_hours,
        "guide_url": absolute(guide_path),
        "book_url": absolute(book_path),
        "quiz_url": absolute(quiz_path),
    }


def blocks(body: str, filled: dict[str, str]) -> list[Block]:
    """The letter's blocks with the placeholders filled in; the words stay plain text until a template escapes them."""
    found = []
    for part in re.split(r"\n\s*\n", plain(body, limit=20_000)):
        lines = [line.strip() for line in part.strip().split("\n") if line.strip()]
        if not lines:
            continue
        button = _BUTTON.fullmatch(lines[0]) if len(lines) == 1 else None
        if button:
            words, url = (placeholders.fill(each, filled) for each in button.groups())
            if url.startswith(("http://", "https://")):
                found.append(Block("button", (words,), url))
                continue
        if lines[0].startswith("## "):
            found.append(Block("heading", (placeholders.fill(lines.pop(0)[3:], filled),)))
        for kind, group in _grouped(lines):
            found.append(Block(kind, tuple(placeholders.fill(line, filled) for line in group)))
    return found


def _grouped(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Lines that begin with a dash are a list, the others a paragraph; the raw line decides, never what is filled in."""
    groups: list[tuple[str, list[str]]] = []
    for line in lines:
        kind, words = ("list", line[2:]) if line.startswith("- ") else ("text", line)
        if groups and groups[-1][0] == kind:
            groups[-1][1].append(words)
        else:
            groups.append((kind, [words]))
    return groups
