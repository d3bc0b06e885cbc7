"""The markup inside prose, and what it can never become."""

import pytest

from content import inline
from content.inline import Span
from content.renderers import html


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("plain", (Span("plain"),)),
        ("a **b** c", (Span("a "), Span("b", strong=True), Span(" c"))),
        ("see [the table](#table).", (Span("see "), Span("the table", href="#table"), Span("."))),
        ("call {phone}", (Span("call "), Span("{phone}", phone=True))),
        ("2 * 3 [sic]", (Span("2 * 3 [sic]"),)),
        ("", ()),
    ],
)
def test_markup_is_read(text: str, spans: tuple[Span, ...]) -> None:
    assert inline.parse(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        '[x](#"onmouseover="alert(1)")',
        "[x](/\\evil.example)",
        "[x](//evil.example)",
        "[<img src=x onerror=alert(1)>](#faqs)",
        "**<svg onload=alert(1)>**",
        "[x](vbscript:x)",
        "[x](http://plain.example)",
    ],
)
def test_hostile_markup_comes_out_as_words(text: str) -> None:
    out = str(html.spans(inline.parse(text)))
    assert "<script" not in out
    assert "<img" not in out
    assert "<svg" not in out
    assert 'href="' not in out or out.startswith('<a href="#faqs">&lt;img')


def test_good_links_become_links() -> None:
    out = html.spans(inline.parse("[a](#b), [c](/d/?e=1&f=2), [g](https://h.example/i), **j & k**"))
    assert out == (
        '<a href="#b">a</a>, <a href="/d/?e=1&amp;f=2">c</a>, <a href="https://h.example/i">g</a>, '
        "<strong>j &amp; k</strong>"
    )
