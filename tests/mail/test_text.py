"""What people type, made fit for headers, mails and calendars."""

import pytest
from django.core.exceptions import ValidationError

from mail.text import NoControlCharacters, delinked, one_line, plain
from tests.mail.naughty import NAUGHTY


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Alice", "Alice"),
        ("  Alice \t  Smith  ", "Alice Smith"),
        ("Alice\r\nBcc: victim@example.org", "Alice Bcc: victim@example.org"),
        ("Alice\nSmith", "Alice Smith"),
        ("Alice\x85Smith", "Alice Smith"),
        ("Alice\u2028Smith\u2029", "Alice Smith"),
        ("Al\x00ice\x07", "Alice"),
        ("Al\x1bice\x9f", "Alice"),
        ("Al\ud800ice", "Alice"),
        ("\u202egpj.exe\u202c", "gpj.exe"),
        ("\ufeffAlice", "Alice"),
        ("Zoë Ångström 李", "Zoë Ångström 李"),
        ("דנה\u200f", "דנה\u200f"),
        ("👩‍💻 Ada", "👩‍💻 Ada"),
        ("", ""),
        ("\r\n\x00", ""),
    ],
)
def test_one_line_keeps_names_and_drops_what_hides_in_them(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


def test_one_line_is_cut_without_a_blank_at_its_end() -> None:
    assert one_line("abc def", limit=4) == "abc"
    assert one_line("x" * 100_000, limit=80) == "x" * 80


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("one\x00\x07two", "onetwo"),
        ("a\tb", "a b"),
        ("\n\n  text \n", "text"),
        ("bad \udfff end", "bad  end"),
    ],
)
def test_plain_keeps_its_lines_and_nothing_else_that_controls(typed: str, kept: str) -> None:
    assert plain(typed) == kept


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Alice O'Brien", "Alice O'Brien"),
        ("J. R. Smith, Jr.", "J. R. Smith, Jr."),
        ("Click http://evil.example", "Click http: //evil. example"),
        ("www.evil.example/a?b=c", "www. evil. example/a?b=c"),
        ("me@evil.example", "me@evil. example"),
        ("evil。example", "evil。 example"),
        ("mailto:me", "mailto: me"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_name_never_becomes_a_link(name: str, shown: str) -> None:
    assert delinked(name) == shown


def test_no_naughty_string_survives_as_more_than_one_line() -> None:
    for naughty in NAUGHTY:
        line = one_line(naughty)
        assert line.splitlines() in ([], [line])
        line.encode("utf-8")
        assert one_line(line) == line


@pytest.mark.parametrize("value", ["a\x00b", "a\rb", "a\u2028b", "a\ud800b", "\u202eb"])
def test_the_validator_says_what_to_do(value: str) -> None:
    with pytest.raises(ValidationError, match="Please remove hidden control characters"):
        NoControlCharacters()(value)
    NoControlCharacters()("Zoë")


def test_the_validator_allows_lines_where_lines_are_allowed() -> None:
    NoControlCharacters(lines=True)("a\r\nb\tc")
    with pytest.raises(ValidationError):
        NoControlCharacters(lines=True)("a\x00b")
