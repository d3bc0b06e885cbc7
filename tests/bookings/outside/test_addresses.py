"""security.md 61 and 62: which addresses may be asked for at all."""

from ipaddress import ip_address, ip_network

import pytest

from bookings.outside.addresses import NOT_PUBLIC, Target, is_public, refuse_address
from bookings.outside.trouble import Trouble

USUAL = (80, 443)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://calendar.google.com/a/b.ics", Target("https", "calendar.google.com", 443, "/a/b.ics")),
        ("http://example.org:80", Target("http", "example.org", 80, "/")),
        ("webcal://P123.iCloud.com/x?y=1&z=%20", Target("https", "p123.icloud.com", 443, "/x?y=1&z=%20")),
        ("https://xn--bcher-kva.example/kalender", Target("https", "xn--bcher-kva.example", 443, "/kalender")),
        ("https://93.184.216.34/x", Target("https", "93.184.216.34", 443, "/x")),
        ("https://[2606:2800:220:1:0:0:0:1]/x", Target("https", "2606:2800:220:1::1", 443, "/x")),
        ("https://example.org/a\u00e9 b".replace(" ", ""), Target("https", "example.org", 443, "/a%C3%A9b")),
        ("https://example.org//other.example/x", Target("https", "example.org", 443, "//other.example/x")),
    ],
)
def test_public_addresses_are_taken_apart(url: str, target: Target) -> None:
    assert refuse_address(url, ports=USUAL) == target
    assert refuse_address(target.url, ports=USUAL) == target


@pytest.mark.parametrize(
    "url",
    [
        # schemes, credentials, ports
        "",
        "calendar.google.com/x.ics",
        "//example.org/x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "gopher://example.org:80/_x",
        "javascript:alert(1)",
        "https:example.org",
        "https:///x",
        "https://",
        "https://me@example.org/",
        "https://me:secret@example.org/",
        "https://example.org@127.0.0.1/",
        "https://@example.org/",
        "https://example.org:6379/",
        "https://example.org:22/",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://example.org:80:80/",
        "https://example.org:８０/",
        "https://example.org:-80/",
        # what parsers read differently
        "https://example.org\\@127.0.0.1/",
        "https:\\\\127.0.0.1\\",
        "https://127.0.0.1\t.example.org/",
        "https://exam\nple.org/",
        "https://exam\rple.org/",
        " https://example.org/",
        "https://example.org/a b",
        "https://exa\u200bmple.org/",
        "https://exa\u2028mple.org/",
        "https://example.org\x00.evil.example/",
        "https://exam%70le.org/",
        "https://127.0.0.1%2f@example.org/",
        # loopback and its disguises
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0177.0.0.01/",
        "http://127.0.0.1./",
        "http://127.0.0.1.:80/",
        "http://127.000.000.001/",
        "http://0/",
        "http://0.0.0.0/",
        "http://0x/",
        "http://1.2.3.0x/",
        "http://①②⑦.⓪.⓪.①/",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://١٢٧.0.0.1/",
        "http://localhost/",
        "http://LOCALHOST/",
        "http://localhost./",
        "http://redis:80/",
        "http://[::1]/",
        "http://[::]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001::1]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[2606:2800:220:1::1%25lo]/",
        "http://[::1]evil.example/",
        "http://[::1].example.org/",
        "http://[v1.x]/",
        "http://[127.0.0.1]/",
        "http://[::1/",
        "http://::1/",
        "http://fe80::1/",
        # private and the like
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://[fec0::1]/",
        # hosts that are none
        "http://-example.org/",
        "http://example-.org/",
        "http://exa_mple.org/",
        "http://.example.org/",
        "http://example..org/",
        "http://example.org./",
        "http://example.123/",
        f"http://{'a' * 64}.org/",
        f"http://{'a.' * 130}org/",
        f"https://example.org/{'x' * 1000}",
        "http://bücher.example/",
    ],
)
def test_every_other_address_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Trouble) as refused:
        refuse_address(url, ports=USUAL)
    assert str(refused.value).endswith(".")
    assert "secret" not in str(refused.value)


PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
]
PUBLIC += ["2606:2800:220:1::1", "2a00:1450:4001:82a::200e", "2001:200::1", "2003::1"]
CLOSED = """
    0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 168.63.129.16
    169.254.0.0 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.171 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
    192.168.0.0 192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.0 239.255.255.255
    240.0.0.0 255.255.255.255
    :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::7f00:1
    64:ff9b:1::1 64:ff9b:1:ffff::1 100::1 2001::1 2001:0:ffff::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002::1 2002:7f00:1::
    2002:ffff::1 2620:4f:8000::1 3ffe::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 8000::1 c000::1 fc00::1 fd00:ec2::254 fe80::1
    febf::1 fec0::1 feff::1 ff02::1 ff0e::1 1000::1
""".split()  # noqa: SIM905 - one word an address


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", CLOSED)
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


def test_a_zone_id_is_never_public() -> None:
    assert not is_public(ip_address("2606:2800:220:1::1%eth0"))
    assert not is_public(ip_address("2606:2800:220:1::1%eth0"), allowed=[ip_network("::/0")])


def test_an_operator_may_open_a_network_and_a_port() -> None:
    allowed = [ip_network("10.1.0.0/16")]
    assert refuse_address("http://10.1.2.3:8080/x", ports=[8080], allowed=allowed).host == "10.1.2.3"
    for url in ("http://10.2.0.1:8080/x", "http://[::ffff:10.1.2.3]:8080/x"):
        with pytest.raises(Trouble) as refused:
            refuse_address(url, ports=[8080], allowed=allowed)
        assert str(refused.value) == NOT_PUBLIC
