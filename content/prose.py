"""Between the rich-text editor's HTML and the small markup that is kept.

What is kept is plain text with **strong** words and [links](#anchor): whatever an editor, a paste or an attacker sends as
HTML is cleaned to those two on the way in, and shown as escaped runs on the way out. No HTML is ever stored.
"""

import re
import unicodedata
from html.parser import HTMLParser

import nh3
from django.utils.html import escape

from content import inline
from content.inline import SAFE

CLEANER = nh3.Cleaner(
    tags={"p", "br", "strong", "b", "a"},
    # Their words are code, not prose.
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "textarea", "title", "svg", "math"},
    attributes={"a": {"href"}},
    url_schemes={"https"},
    link_rel=None,
)


def from_html(html: str, *, lines: bool = False) -> str:
    """The markup of an editor's HTML; paragraphs and breaks become lines, or blanks where a text has one line only."""
    reader = _Reader()
    reader.feed(CLEANER.clean(html))
    reader.close()
    text = "".join(c for c in "".join(reader.out) if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    kept = [" ".join(line.split()) for line in text.split("\n")]
    return ("\n" if lines else " ").join(line for line in kept if line)


def to_html(markup: str) -> str:
    """The HTML that the editor starts from; one paragraph for each line."""
    lines = [line for line in markup.splitlines() if line.strip()]
    return "".join(f"<p>{''.join(_run(span) for span in inline.parse(line))}</p>" for line in lines)


def _run(span: inline.Span) -> str:
    if span.href and not SAFE.match(span.href):
        # As it was typed: the gate complains of it in words, and the editor makes no link of it.
        return escape(f"[{span.text}]({span.href})")
    if span.href:
        return f'<a href="{escape(span.href)}">{escape(span.text)}</a>'
    return f"<strong>{escape(span.text)}</strong>" if span.strong else escape(span.text)


class _Reader(HTMLParser):
    """Writes cleaned HTML as markup; a link inside strong words stays a link, for a run is one or the other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.run: list[str] | None = None
        self.href = ""
        self.link = False
        self.strong = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"p", "br"}:
            self._end()
            self.out.append("\n")
        elif tag == "a":
            self._end()
            self.href, self.run = dict(attrs).get("href") or "", []
            self.link = True
        elif tag in {"strong", "b"}:
            self.strong += 1
            if not self.link and self.run is None:
                self.run = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._end()
            self.out.append("\n")
        elif tag == "a":
            self._end()
        elif tag in {"strong", "b"}:
            self.strong = max(self.strong - 1, 0)
            if not self.link:
                self._end()

    def handle_data(self, data: str) -> None:
        (self.out if self.run is None else self.run).append(data.replace("\n", " "))

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        """Close the run that is open and write it, with its outer blanks outside."""
        words, href, link = "".join(self.run or []), self.href, self.link
        self.run, self.href, self.link = None, "", False
        core = words.strip()
        if not core or (link and not href):
            self.out.append(words)
            return
        before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        self.out.append(f"{before}{_marked(core, href)}{after}")


def _marked(words: str, href: str) -> str:
    """One run in markup; signs that would end it early are written another way."""
    if not href:
        return f"**{words.replace('*', '')}**" if words.replace("*", "").strip() else words
    href = href.strip().replace("(", "%28").replace(")", "%29")
    href = re.sub(r"\s", "%20", href)
    label = words.replace("[", "(").replace("]", ")")
    return f"[{label}]({href})" if SAFE.match(href) else words
