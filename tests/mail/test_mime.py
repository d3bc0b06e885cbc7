"""MIME by hand, read back by Python's strict and lenient parsers."""

from email import message_from_bytes, policy
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import mime
from mail.errors import CannotCompose
from mail.text import one_line
from tests.mail.naughty import NAUGHTY

INJECTIONS = [
    "=?utf-8?q?a=0D=0AX-Evil:_x?=",
    "=?utf-8?b?YQ0KWC1FdmlsOiB4?=",
    '"; x="',
    "a\r\nX-Evil: x",
    "ü\r\nX-Evil: x",
]


def whole(*fields: tuple[str, str], body: bytes = b"\r\nx\r\n") -> bytes:
    return mime.head(*fields) + body


def names(raw: bytes) -> set[str]:
    strict = {name for name, _ in message_from_bytes(raw, policy=policy.default).items()}
    lenient = {name for name, _ in BytesParser(policy=policy.compat32).parsebytes(raw).items()}
    assert strict == lenient
    return strict


@given(st.text(max_size=300))
def test_any_subject_is_read_back_as_the_line_it_was(value: str) -> None:
    line = one_line(value)
    raw = whole(("Subject", mime.words(value, name="Subject")))
    assert names(raw) == {"Subject"}
    read = message_from_bytes(raw, policy=policy.default)["Subject"]
    if "=?" not in line:
        assert str(read) == line


def test_no_words_become_another_header() -> None:
    for value in [*INJECTIONS, *NAUGHTY]:
        fields = ("Subject", mime.words(value, name="Subject")), ("From", mime.mailbox(value, "a@example.org"))
        assert names(whole(*fields)) == {"Subject", "From"}
        attached = mime.file(value, "application/pdf", b"x")
        assert names(attached) == {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}


@pytest.mark.parametrize(
    "value", ["a\r\nBcc: x", "a\nBcc: x", "a\rb", "a\x00b", "ü", "a\x7f", "a\r\n\r\nb", "a\r\n \r\nb\n"]
)
def test_a_raw_value_with_a_line_end_is_refused(value: str) -> None:
    with pytest.raises(CannotCompose):
        mime.head(("X", value))


@given(st.text(max_size=500))
def test_any_text_is_read_back(value: str) -> None:
    part: Any = message_from_bytes(mime.text("plain", value), policy=policy.default)
    clean = value.replace("\x00", "").encode("utf-8", "ignore").decode()
    expected = clean.replace("\r\n", "\n").replace("\r", "\n")
    expected += "" if expected.endswith("\n") else "\n"
    assert part.get_payload(decode=True).decode().replace("\r\n", "\n") == expected


@given(st.binary(max_size=400))
def test_any_file_is_read_back(content: bytes) -> None:
    part: Any = message_from_bytes(mime.file("a.bin", "application/octet-stream", content), policy=policy.default)
    assert part.get_payload(decode=True) == content


@pytest.mark.parametrize("name", ["guide.pdf", "Führer.pdf", '日本語 "guide".pdf', "a;b=c.pdf", "../x.pdf"])
def test_a_file_name_is_read_back(name: str) -> None:
    part: Any = message_from_bytes(mime.file(name, "application/pdf", b"x"), policy=policy.default)
    assert part.get_filename() == name


@pytest.mark.parametrize("method", ["REQUEST; x=y", "request", "", "A\r\nB"])
def test_an_impossible_method_is_refused(method: str) -> None:
    with pytest.raises(CannotCompose):
        mime.calendar(b"x", method)


def test_a_calendar_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(CannotCompose):
        mime.calendar(b"\xff", "REQUEST")


def test_an_impossible_type_is_refused() -> None:
    with pytest.raises(CannotCompose):
        mime.file("a", "text/html\r\nX: y", b"x")
