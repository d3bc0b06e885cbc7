"""Addresses on the wire and their keyed hashes."""

from typing import Any

import pytest

from mail.addresses import fingerprint, for_transport
from mail.errors import CannotCompose


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("alice@example.org", "alice@example.org"),
        (" alice@example.org ", "alice@example.org"),
        ("alice+calls@example.org", "alice+calls@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("alice@bücher.example", "alice@xn--bcher-kva.example"),
        ("alice@localhost", "alice@localhost"),
    ],
)
def test_an_address_is_put_on_the_wire_in_ascii(address: str, wire: str) -> None:
    assert for_transport(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "@example.org",
        "alice@",
        "a b@example.org",
        "alice@example.org\r\nRCPT TO:<bob@example.org>",
        "alice@example.org\n",
        "alice@example.org\x00",
        "alice@example.org,bob@example.org",
        "Alice <alice@example.org>",
        '"a b"@example.org',
        "alice@[127.0.0.1]",
        "älice@example.org",
        "alice..b@example.org",
        ".alice@example.org",
        "alice@exa_mple.org",
        "alice@-example.org",
        "alice@" + "x" * 300 + ".org",
        "x" * 65 + "@example.org",
        "alice@example.org>",
        "<alice@example.org",
        "alice@example.org\u2028",
        "alice@exam\ud800ple.org",
        "=?utf-8?q?a=0D=0ABcc:_x?=@example.org",
    ],
)
def test_what_is_not_one_plain_address_never_reaches_the_wire(address: str) -> None:
    with pytest.raises(CannotCompose):
        for_transport(address)


def test_a_fingerprint_knows_an_address_by_any_spelling() -> None:
    assert fingerprint("Alice@Bücher.example") == fingerprint(" alice@xn--bcher-kva.example ")
    assert fingerprint("alice@example.org") != fingerprint("alice@example.com")
    assert len(fingerprint("alice@example.org")) == 64


def test_a_fingerprint_needs_the_key(settings: Any) -> None:
    before = fingerprint("alice@example.org")
    settings.SECRET_KEY = "another" * 10
    assert fingerprint("alice@example.org") != before


def test_a_key_of_its_own_outlives_a_new_secret_key(settings: Any) -> None:
    settings.ADDRESS_HASH_KEY = "kept" * 10
    before = fingerprint("alice@example.org")
    settings.SECRET_KEY = "another" * 10
    assert fingerprint("alice@example.org") == before
