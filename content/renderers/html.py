"""The tree as HTML: templates for the blocks, this file for the runs of text inside them."""

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from content.document import Figure
from content.inline import SAFE, Spans


def spans(runs: Spans) -> SafeString:
    """Runs of text as escaped HTML; an address of an unknown kind is shown as its words only."""
    return mark_safe("".join(run_html(run.text, run.strong, run.href) for run in runs))  # noqa: S308


def run_html(text: str, strong: bool, href: str) -> SafeString:
    """One run."""
    if href.startswith("tel:+"):
        return format_html('<a class="nowrap" href="{}">{}</a>', href, text)
    if SAFE.match(href):
        return format_html('<a href="{}">{}</a>', href, text)
    if strong:
        return format_html("<strong>{}</strong>", text)
    return conditional_escape(text)


def srcset(figure: Figure) -> str:
    """The files of a picture with their widths, for the browser to choose from."""
    return ", ".join(f"{src(figure, width)} {width}w" for width in figure.widths)


def src(figure: Figure, width: int = 0) -> str:
    """The address of a picture's file, the largest where no width is named."""
    return reverse("content:image", args=[figure.name(width or figure.width)])
