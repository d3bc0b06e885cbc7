"""Slots that were worked out before and still hold: answered again for one query.

An answer holds while the kind of call and its coaches have the same stamp (every write that matters counts a version up)
and until the instant at which time alone changes it. Each process keeps its own; nothing has to be told to any other.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from threading import Lock

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from bookings.selectors import Stamp, stamp
from mail import clock

MOST = 512
PREFIX = "/api/event-types/"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer, what it was worked out from, and until when it holds (None: until something is written)."""

    slug: str
    coach: str
    stamp: Stamp
    until: datetime | None
    body: bytes
    etag: str


class Shelf:
    """The answers that this process keeps, the least used thrown away first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = Lock()

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer, in place of an older one."""
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def find(self, key: Key, *, now: datetime) -> Kept | None:
        """The answer if it still holds; asks the database for the stamp."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
        if kept.until is not None and kept.until <= now:
            return None
        return kept if stamp(slug=kept.slug, coach=kept.coach) == kept.stamp else None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


shelf = Shelf()


def key_of(request: HttpRequest) -> Key:
    """What tells one question from another: the path and the query as they were sent."""
    return request.path_info, request.META.get("QUERY_STRING", "")


def etag_of(body: bytes) -> str:
    """A strong entity tag (RFC 9110, section 8.8.3): the hash of the body."""
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'


def answer(body: bytes, etag: str) -> HttpResponse:
    """The JSON with its tag; to be asked again each time, because anybody may book in between."""
    # The length as well: Django's CommonMiddleware, which would add it, is never reached by a kept answer.
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Length": str(len(body))}
    return HttpResponse(body, content_type="application/json; charset=utf-8", headers=headers)


class KeptSlots:
    """Middleware behind the security and host checks: answers what still holds before anything else is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.get_host()
        kept = shelf.find(key_of(request), now=clock.now())
        if kept is None:
            return self.get_response(request)
        response = answer(kept.body, kept.etag)
        return get_conditional_response(request, etag=kept.etag, response=response) or response
