"""Who is asking: the client's network address, taken from trusted proxies only."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """The address of the client in plain notation, or "unknown".

    X-Forwarded-For is walked from the right, one trusted proxy at a time; what stands left of the first untrusted
    address was written by the client and is never believed.
    """
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is None:
        return UNKNOWN
    trusted = _networks(tuple(settings.TRUSTED_PROXIES))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    for written in reversed(forwarded.split(",") if forwarded else []):
        if not _within(peer, trusted):
            break
        before = _parsed(written)
        if before is None:  # junk: the last address we could read is the best that is known
            break
        peer = before
    return str(peer)


def client_network(address: str) -> str:
    """The network that counts as one client: an IPv4 address itself, an IPv6 address with its whole /64.

    A home or a phone owns a /64 and can take a new address for every request.
    """
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed) if parsed else UNKNOWN


@lru_cache(maxsize=4)
def _networks(written: tuple[str | Network, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(network) for network in written)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


@lru_cache(maxsize=256)
def _parsed(written: str) -> Address | None:
    """One hop of X-Forwarded-For: bare, with a port, in brackets, or IPv4 mapped into IPv6."""
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
