"""CSV files: read without trusting them, written so that no spreadsheet takes a cell for a formula (OWASP, CVE-2021-41270)."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

# The characters that begin a formula, in whatever width they are written.
_BEGIN = frozenset("=+-@\t\r\n|%")
BOM = "\ufeff"


def safe(value: object) -> str:
    """The value as a cell that stays text: an apostrophe before what a spreadsheet might run.

    Looked at behind blanks and invisible characters, and with full-width forms folded: spreadsheets strip and fold them.
    """
    text = "" if value is None else str(value).replace("\x00", "")
    if text[:1] in _BEGIN:
        return f"'{text}"
    # The first thing to be seen decides; BOMs, zero-width characters, blanks and controls before it do not count.
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cf", "Cc", "Zs", "Zl", "Zp"):
            continue
        return f"'{text}" if unicodedata.normalize("NFKC", char)[:1] in _BEGIN else text
    return text


def written(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file in portions: UTF-8 with a byte order mark (Excel reads it as UTF-8 only so), every cell quoted, CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([safe(name) for name in heading])
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(value) for value in row])
        if number % 200 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
