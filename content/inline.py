"""The markup inside a line of prose: strong words, links, the institute's telephone. Nothing else."""

import re
from dataclasses import dataclass

PHONE = "{phone}"
TOKEN = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<label>[^\[\]]+)\]\((?P<href>[^()\s]*)\)|(?P<phone>\{phone\})")
SAFE = re.compile(r"^(#[a-z0-9-]+|/(?![/\\])[^\s\\]*|https://[^\s\\]+)$")


@dataclass(frozen=True)
class Span:
    """A run of text; `href` is "#anchor", an own path, an https address or empty. `phone` runs are filled in later."""

    text: str
    strong: bool = False
    href: str = ""
    phone: bool = False


Spans = tuple[Span, ...]


def parse(text: str) -> Spans:
    """Runs of a line of prose; what is not well-formed markup stays as it was typed."""
    spans: list[Span] = []
    position = 0
    for match in TOKEN.finditer(text):
        if match.start() > position:
            spans.append(Span(text[position : match.start()]))
        if match["strong"]:
            spans.append(Span(match["strong"], strong=True))
        elif match["phone"]:
            spans.append(Span(PHONE, phone=True))
        else:
            spans.append(Span(match["label"], href=match["href"]))
        position = match.end()
    if position < len(text):
        spans.append(Span(text[position:]))
    return tuple(spans)


def complaints(text: str) -> list[str]:
    """What is wrong with the markup of a line, in words that finish the sentence "<where> has …"."""
    found: list[str] = []
    for span in parse(text):
        if span.href or span.strong or span.phone:
            if span.href and not SAFE.match(span.href):
                found.append(f"a link to “{span.href}”, which is neither #anchor, /path/ nor https://")
        elif "**" in span.text:
            found.append("two stars ** without their partner")
        elif "](" in span.text:
            found.append("a link that is not written as [words](#anchor)")
    return found


def links(text: str) -> list[str]:
    """Every address the line links to."""
    return [span.href for span in parse(text) if span.href]


def plain(spans: Spans) -> str:
    """The words alone."""
    return "".join(span.text for span in spans)
