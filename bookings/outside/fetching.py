"""One calendar over HTTP: every address is checked before a connection, and everything has an end (security.md 62–64)."""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from bookings.outside import budget
from bookings.outside.addresses import NOT_PUBLIC, Address, Network, Target, is_public, refuse_address
from bookings.outside.trouble import Trouble

SECONDS = 10.0
CONNECT_SECONDS = 4.0
MAX_BYTES = 1_000_000  # inflated
REDIRECTS = 3
ADDRESSES_TRIED = 3
PIECE = 16_384
MOVED = (301, 302, 303, 307, 308)
# Many a server sends calendars as plain text or as bytes; a page to sign in is text/html and is refused unread.
TYPES = ("text/calendar", "text/plain", "application/octet-stream", "")
ENCODINGS = ("", "identity", "gzip", "deflate")
BEGINNING = b"BEGIN:VCALENDAR"
HEADERS = {
    "User-Agent": "Tpm-Institute-calendar/1",
    "Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1",
    "Accept-Encoding": "gzip",
}

LATE = f"The calendar’s server did not answer within {SECONDS:.0f} seconds."
TOO_LARGE = "The calendar is larger than 1 MB."
NO_CALENDAR = "What the address answers is not a calendar in ICS form."
_TOKEN = re.compile(r"[\x21-\x7e][\x20-\x7e]*")

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came; `body` None: unchanged since the last time."""

    body: bytes | None
    etag: str = ""
    last_modified: str = ""


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, as text; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    *,
    ports: Sequence[int],
    allowed: Sequence[Network] = (),
    etag: str = "",
    last_modified: str = "",
    resolver: Resolve = resolve,
    context: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> Fetched:
    """Fetch a calendar, following up to 3 redirects; `seconds` is all the time there is. Raises Trouble."""
    deadline = time.monotonic() + seconds
    headers = dict(HEADERS)
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    target = refuse_address(url, ports=ports, allowed=allowed)
    try:
        # One alarm for all of it: a timeout of the socket begins anew with every byte that drips in.
        with budget.wall_clock(seconds):
            for _ in range(REDIRECTS + 1):
                found = _addresses(target, allowed=allowed, resolver=resolver, deadline=deadline)
                answer = _ask(target, found, headers=headers, context=context)
                try:
                    if answer.status not in MOVED:
                        return _taken(answer, asked_for_changes=bool(etag or last_modified))
                    target = _next(target, answer, ports=ports, allowed=allowed)
                finally:
                    answer.close()
    except budget.Over:
        raise Trouble(LATE) from None
    except NewConnectionError:  # to urllib3 a kind of ConnectTimeoutError
        raise Trouble("The calendar’s server could not be reached.") from None
    except (ReadTimeoutError, ConnectTimeoutError, TimeoutError):
        raise Trouble(LATE) from None
    except SSLError:
        raise Trouble("The server’s certificate is not valid for this address.") from None
    except DecodeError:
        raise Trouble(NO_CALENDAR) from None
    except (HTTPError, OSError, ValueError):
        raise Trouble("The connection to the calendar’s server broke off.") from None
    raise Trouble(f"The address leads on to another one more than {REDIRECTS} times.")


def _addresses(target: Target, *, allowed: Sequence[Network], resolver: Resolve, deadline: float) -> list[Address]:
    """The addresses to connect to: all that the name has, or none where a single one of them is not public."""
    texts = [target.host] if target.literal else _resolved(target, resolver, deadline)
    try:
        found = [ipaddress.ip_address(text) for text in texts]
    except ValueError:
        found = []
    if not found or not all(is_public(address, allowed=allowed) for address in found):
        # One sentence for both, so that nobody can learn which names exist inside.
        raise Trouble(NOT_PUBLIC)
    return found


def _resolved(target: Target, resolver: Resolve, deadline: float) -> Sequence[str]:
    """Ask the resolver in a thread: getaddrinfo knows no timeout and hears no signal."""
    answers: list[Sequence[str]] = []

    def look_up() -> None:
        try:
            answers.append(resolver(target.host, target.port))
        except (OSError, UnicodeError):
            answers.append(())

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    if not answers:
        raise Trouble(LATE)
    return answers[0]


def _ask(
    target: Target, found: Sequence[Address], *, headers: dict[str, str], context: ssl.SSLContext | None
) -> urllib3.BaseHTTPResponse:
    """The answer of the first address that takes the connection; never a proxy, never a second look-up of the name."""
    problem: HTTPError | None = None
    for address in found[:ADDRESSES_TRIED]:
        host = f"[{address}]" if address.version == 6 else str(address)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=SECONDS)
        if target.scheme == "https":
            pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                host,
                target.port,
                timeout=timeout,
                # Connected by address, but asked for and certified by name.
                server_hostname=target.host,
                ssl_context=context or ssl.create_default_context(),
            )
        else:
            pool = urllib3.HTTPConnectionPool(host, target.port, timeout=timeout)
        try:
            return pool.urlopen(
                "GET",
                target.path,
                headers=headers | {"Host": target.host_header},
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (NewConnectionError, ConnectTimeoutError) as failure:
            problem = failure
    raise problem or NewConnectionError(pool, "no address")  # type: ignore[arg-type]


def _next(
    target: Target, answer: urllib3.BaseHTTPResponse, *, ports: Sequence[int], allowed: Sequence[Network]
) -> Target:
    """Where a redirect leads, checked like the first address."""
    place = answer.headers.get("Location", "")
    try:
        following = refuse_address(urljoin(target.url, place), ports=ports, allowed=allowed)
    except ValueError:
        raise Trouble("The address leads on to one that cannot be read.") from None
    if (target.scheme, following.scheme) == ("https", "http"):
        raise Trouble("The address leads on from https to http, where others could read along.")
    return following


def _taken(answer: urllib3.BaseHTTPResponse, *, asked_for_changes: bool) -> Fetched:
    if answer.status == 304 and asked_for_changes:
        return Fetched(None)
    if answer.status in (401, 403, 404, 410):
        raise Trouble(f"The calendar is not there or not shared any more (the server answered {answer.status}).")
    if answer.status != 200:
        raise Trouble(f"The calendar’s server answered {answer.status}.")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in TYPES or answer.headers.get("Content-Encoding", "").strip().lower() not in ENCODINGS:
        raise Trouble(NO_CALENDAR)
    return Fetched(
        _body(answer), _token(answer.headers.get("ETag"), 200), _token(answer.headers.get("Last-Modified"), 80)
    )


def _body(answer: urllib3.BaseHTTPResponse) -> bytes:
    """The body, inflated piece by piece: neither a bomb nor an endless answer is ever held whole."""
    body = bytearray()
    while piece := answer.read(PIECE, decode_content=True):
        body += piece
        if len(body) > MAX_BYTES:
            raise Trouble(TOO_LARGE)
    if not looks_like_a_calendar(bytes(body[:200])):
        raise Trouble(NO_CALENDAR)
    return bytes(body)


def looks_like_a_calendar(beginning: bytes) -> bool:
    """Whether these first bytes begin a calendar, whatever type the server gave."""
    return beginning.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith(BEGINNING)


def _token(value: str | None, longest: int) -> str:
    """A validator to send back next time, or "" where it does not fit or could not be a header."""
    return value if value and len(value) <= longest and _TOKEN.fullmatch(value) else ""
