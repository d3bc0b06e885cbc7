"""Hygiene of what people type, before it meets a header, a mail client, a calendar or a database."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible

# U+0085, U+2028 and U+2029 break lines in some parsers and not in others: that is how headers are injected.
BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
# Overrides and isolates turn "gpj.exe" into "exe.jpg"; marks (U+200E, U+200F) stay, right-to-left names need them.
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NAME_LIMIT = 80

_break_to_blank = {ord(c): " " for c in BREAKS}
_host_like = re.compile(r"([.:\u3002\uff0e\uff61])(?=[^\W_])")


def _harmless(char: str) -> bool:
    category = unicodedata.category(char)
    return category not in ("Cc", "Cs") and char not in BIDI and char not in "\ufeff\ufffe\uffff"


def one_line(value: str, *, limit: int = 200) -> str:
    """The text as one line of at most `limit` characters: no controls, no bidi overrides, no lone surrogates."""
    flat = value[: limit * 20]
    if flat.isascii() and flat.isprintable():
        return " ".join(flat.split())[:limit].rstrip()
    flat = flat.translate(_break_to_blank)
    return " ".join("".join(filter(_harmless, flat)).split())[:limit].rstrip()


def plain(value: str, *, limit: int = 5000) -> str:
    """The text with its line ends as \\n, at most `limit` characters: no other controls, no lone surrogates."""
    flat = value[: limit * 4].replace("\r\n", "\n").replace("\r", "\n")
    for other in "\x85\u2028\u2029\v\f":
        flat = flat.replace(other, "\n")
    flat = "".join(c for c in flat.replace("\t", " ") if c == "\n" or _harmless(c))
    return flat[:limit].strip()


def delinked(value: str, *, limit: int = NAME_LIMIT) -> str:
    """A name for use in a mail: one line, cut to 80 characters, with nothing that a mail client turns into a link."""
    loose = one_line(value, limit=limit).replace("://", ": //")
    return one_line(_host_like.sub(r"\1 ", loose), limit=limit)


def has_control_characters(value: str, *, lines: bool = False) -> bool:
    """Whether the text holds what one_line (or plain, with `lines`) would drop or change."""
    allowed = "\r\n\t" if lines else ""
    return any(not _harmless(c) or c in BREAKS for c in value if c not in allowed)


@deconstructible
class NoControlCharacters:
    """Form and model validator: a plain sentence where hidden control characters were pasted in."""

    def __init__(self, *, lines: bool = False) -> None:
        self.lines = lines

    def __call__(self, value: object) -> None:
        if has_control_characters(str(value), lines=self.lines):
            raise ValidationError("Please remove hidden control characters from this text.", code="control_characters")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoControlCharacters) and other.lines == self.lines

    def __hash__(self) -> int:
        return hash((NoControlCharacters, self.lines))
