"""Which addresses may be fetched: pure, standard library only (security.md 61 and 62).

A coach types the address, and a server of anybody's choice answers a redirect, so each of them may try to reach what
only this machine can reach: Redis, the database, a cloud's metadata service.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from bookings.outside.trouble import Trouble

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = {"http": 80, "https": 443}
LONGEST = 1000
# An explicit list, because ipaddress.is_global lets 64:ff9b::/96 and multicast pass and changes between releases.
_CLOSED = (
    "0.0.0.0/8",  # this network (RFC 791)
    "10.0.0.0/8",  # private (RFC 1918)
    "100.64.0.0/10",  # carrier-grade NAT (RFC 6598); some clouds put their metadata here
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # Azure's host agent, in public space
    "169.254.0.0/16",  # link-local (RFC 3927), metadata of most clouds
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # IETF protocol assignments (RFC 6890)
    "192.0.2.0/24",  # documentation (RFC 5737)
    "192.31.196.0/24",  # AS112 (RFC 7535)
    "192.52.193.0/24",  # AMT (RFC 7450)
    "192.88.99.0/24",  # 6to4 relays (RFC 7526)
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112 (RFC 7534)
    "198.18.0.0/15",  # benchmarking (RFC 2544)
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
    "::/128",  # unspecified
    "::1/128",  # loopback
    "::/96",  # IPv4-compatible (RFC 4291)
    "::ffff:0:0/96",  # IPv4-mapped: an IPv4 address in disguise
    "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
    "64:ff9b::/96",  # NAT64: leads to any IPv4 address (RFC 6052)
    "64:ff9b:1::/48",  # local NAT64 (RFC 8215)
    "100::/64",  # discard (RFC 6666)
    "2001::/23",  # IETF protocol assignments: Teredo 2001::/32, benchmarking 2001:2::/48, ORCHID
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4: leads to any IPv4 address (RFC 3056)
    "2620:4f:8000::/48",  # AS112
    "3ffe::/16",  # the former 6bone
    "3fff::/20",  # documentation (RFC 9637)
    "5f00::/16",  # segment routing (RFC 9602)
    "fc00::/7",  # unique local (RFC 4193)
    "fe80::/10",  # link-local
    "fec0::/10",  # site-local (RFC 3879)
    "ff00::/8",  # multicast
    # Whatever else is not global unicast, 2000::/3 (RFC 4291, 2.4).
    "::/3",
    "4000::/2",
    "8000::/1",
)
CLOSED: tuple[Network, ...] = tuple(ip_network(each) for each in _CLOSED)

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_BRACKETS = re.compile(r"\[([0-9a-fA-F:.]+)\](?::[0-9]*)?")
# What browsers and inet_aton take for a number: decimal, octal, hexadecimal (WHATWG URL, "ends in a number").
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")

NOT_PUBLIC = "The host name is unknown or leads to an address that is not public."
NO_HOST = "The address names no host that could be a public calendar."


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked for, taken apart once, so that no second parser can read it differently."""

    scheme: str
    host: str  # a name in lower case, or an IP address in its usual form without brackets
    port: int
    path: str  # with the query; begins with "/"

    @property
    def literal(self) -> Address | None:
        """The IP address that stands in place of a name."""
        return _literal(self.host)

    @property
    def host_header(self) -> str:
        """As HTTP wants it: IPv6 in brackets, the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.host_header}{self.path}"


def is_public(address: Address, *, allowed: Sequence[Network] = ()) -> bool:
    """Whether this address may be connected to; `allowed` are networks that the operator opened, such as an intranet."""
    if getattr(address, "scope_id", None) is not None:
        return False
    return any(address in network for network in allowed) or not any(address in network for network in CLOSED)


def refuse_address(url: str, *, ports: Sequence[int], allowed: Sequence[Network] = ()) -> Target:
    """The address taken apart; webcal:// is read as https://. Raises Trouble with a sentence where it may not be asked."""
    if len(url) > LONGEST:
        raise Trouble(f"The address is longer than {LONGEST} characters.")
    # urlsplit drops tabs and line ends silently and knows nothing of backslashes, which browsers read as slashes.
    if any(character <= " " or character in "\\\x7f" for character in url) or not url.isprintable():
        raise Trouble("The address must not hold blanks, backslashes or control characters.")
    try:
        parts = urlsplit(url)
        given = parts.port
    except ValueError:
        raise Trouble(NO_HOST) from None
    scheme = "https" if parts.scheme in ("webcal", "webcals") else parts.scheme
    if scheme not in PORTS:
        raise Trouble("The address must begin with https://, http:// or webcal://.")
    if "@" in parts.netloc:
        raise Trouble("The address must not hold a user name or a password.")
    port = PORTS[scheme] if given is None else given
    if port not in ports:
        raise Trouble(f"Calendars are not fetched from port {port}.")
    host = _host(parts)
    literal = _literal(host)
    if literal is not None and not is_public(literal, allowed=allowed):
        raise Trouble(NOT_PUBLIC)
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*") + (
        "?" + quote(parts.query, safe="/%:=&~+!$,;'@()*?") if parts.query else ""
    )
    return Target(scheme, host, port, path)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    """The host in its one usual form; every other way to write an IP address is refused rather than understood."""
    if parts.netloc.startswith("["):
        within = _BRACKETS.fullmatch(parts.netloc)
        try:
            # The pattern has no %, so no zone id.
            return str(IPv6Address(within[1])) if within else _refused()
        except ValueError:
            return _refused()
    host = (parts.hostname or "").lower()
    if host and str(_literal(host)) == host and ":" not in host:
        return host
    labels = host.split(".")
    if not host.isascii():
        raise Trouble("Write the host name in plain letters (xn--… for a name in another script).")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return _refused()
    return _refused() if _NUMERIC.fullmatch(labels[-1]) else host


def _refused() -> str:
    raise Trouble(NO_HOST)
