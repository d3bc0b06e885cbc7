"""Pages of published guides as bytes that are ready to go: rendered once a process, compressed once, answered with a tag.

They hold while the stamp is the same: which revisions are live, who the institute is, what readers' questions were
answered, and under which release, address and static files this process runs. A process asks for the stamp at most
every `GUIDE_FRESH_SECONDS`, so a new revision is out everywhere within a second; nothing has to be told to any other.
"""

import gzip
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from threading import Lock, Thread
from typing import Any

import brotli
from csp.constants import HEADER as POLICY
from csp.utils import build_policy
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.http.response import ResponseHeaders
from django.utils.cache import get_conditional_response

from content import counting, selectors
from content.errors import ContentError

# Index, guides, their PDFs, roles; never a form, a preview or a picture.
PATHS = re.compile(r"/guides/(?:[-\w]+/)?|/roles/[-\w]+/", re.ASCII)
HTML = "text/html; charset=utf-8"
# Every public page carries these and the strict policy; the middleware that would add them is never reached by a kept page.
HEADERS = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache", "X-Frame-Options": "DENY"}
# What a 304 says of them (RFC 9110, 15.4.5).
UNMODIFIED = {"ETag", "Vary", "Cache-Control"}
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=9),
    "gzip": lambda body: gzip.compress(body, compresslevel=9, mtime=0),
    "": lambda body: body,
}
# After a failed look at the database: until then what is kept goes on being served.
PAUSE = 2.0
Stamp = tuple[Any, ...]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """One form of a page: its bytes, its strong entity tag (RFC 9110, 8.8.3: another encoding is another tag) and headers."""

    body: bytes
    etag: str
    headers: ResponseHeaders
    unmodified: ResponseHeaders


@dataclass(slots=True)
class Page:
    """One page in the encodings asked for so far."""

    body: bytes
    forms: dict[str, Sent] = field(default_factory=dict)

    def form(self, encoding: str) -> Sent:
        """The page in an encoding ("br", "gzip" or ""), made on first use."""
        form = self.forms.get(encoding)
        if form is None:
            body = COMPRESS[encoding](self.body)
            etag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
            headers = {
                "ETag": etag,
                "Content-Type": HTML,
                "Content-Length": str(len(body)),
                **HEADERS,
            }
            headers[POLICY] = build_policy()
            if encoding:
                headers["Content-Encoding"] = encoding
            unmodified = {name: value for name, value in headers.items() if name in UNMODIFIED}
            form = self.forms[encoding] = Sent(body, etag, ResponseHeaders(headers), ResponseHeaders(unmodified))
        return form


class Shelf:
    """What this process keeps, and for which stamp."""

    def __init__(self) -> None:
        self._stamp: Stamp | None = None
        self._pages: dict[str, Page] = {}
        self._look_at = 0.0
        self._lock = Lock()

    def find(self, path: str, *, build: Callable[[str], Page | None]) -> Page | None:
        """The page at a path as it is now, rendered where it is not kept yet; None for what is no page of ours."""
        pages = self._fresh()
        page = pages.get(path)
        if page is None and (page := build(path)) is not None:
            # Into the dictionary it was built for: a page of an older stamp dies with it.
            pages[path] = page
        return page

    def _fresh(self) -> dict[str, Page]:
        # One thread asks; the others go on with what there is, or wait where there is nothing yet.
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=self._stamp is None):
            try:
                began = time.monotonic()
                # Looked up before anything is built, so that what changes meanwhile is seen as a change next time.
                now = stamp()
                if now != self._stamp:
                    self._pages, self._stamp = {}, now
                self._look_at = began + settings.GUIDE_FRESH_SECONDS
            except DatabaseError:
                if self._stamp is None:
                    raise
                self._look_at = time.monotonic() + PAUSE
                log.warning("The database did not answer; the guide is served as it was")
            finally:
                self._lock.release()
        return self._pages

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._stamp, self._pages, self._look_at = None, {}, 0.0

    def look_again(self) -> None:
        """Ask for the stamp with the next request: this very process has just changed something."""
        self._look_at = 0.0


shelf = Shelf()


def stamp() -> Stamp:
    """What every page was rendered from: rows by their stamp, and what this process runs under."""
    return (
        *selectors.edition(),
        settings.RELEASE,
        settings.SITE_URL,
        settings.LANGUAGE_CODE,
        getattr(staticfiles_storage, "manifest_hash", ""),
    )


def build(path: str) -> Page | None:
    """Render the page at a path; None where no live guide has such a page, or where it cannot be read."""
    from content import pages

    try:
        return pages.at(path)
    except ContentError:
        log.exception("The page at %s could not be made", path)
        return None


def warm() -> None:
    """Render every page in a thread of its own, so that a process that starts answers its first reader at once."""
    Thread(target=_warm, name="guide-pages", daemon=True).start()


def _warm() -> None:
    from content import pages

    try:
        for path in pages.paths():
            page = shelf.find(path, build=build)
            for encoding in COMPRESS if page else ():
                page.form(encoding)  # type: ignore[union-attr]
    except Exception:  # a site that cannot warm up still starts; requests find out for themselves
        log.warning("The guide's pages could not be made beforehand", exc_info=True)
    finally:
        connections.close_all()


@lru_cache(maxsize=128)
def encoding_for(accepted: str) -> str:
    """The best encoding that a client accepts (RFC 9110, 12.5.3); what it forbids with q=0 is not sent."""
    weights: dict[str, float] = {}
    for one in accepted.lower().split(","):
        name, _, parameter = one.partition(";")
        try:
            weights[name.strip()] = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0
    return next((name for name in ("br", "gzip") if weights.get(name, 0) > 0), "")


class KeptPages:
    """Middleware behind the security and host checks: answers guide pages before sessions, forms or views are thought of."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if request.method not in ("GET", "HEAD") or not PATHS.fullmatch(path):
            return self.get_response(request)
        request.get_host()
        try:
            page = shelf.find(path, build=build)
        except DatabaseError:  # nothing is kept yet and nothing can be read: the views say so as they do everywhere
            page = None
        if page is None:
            return self.get_response(request)
        counting.saw(request, path)
        return answer(request, page)


def answer(request: HttpRequest, page: Page) -> HttpResponseBase:
    """The page in the best encoding; 304 without a body where the client has it already."""
    sent = page.form(encoding_for(request.META.get("HTTP_ACCEPT_ENCODING", "")))
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked == sent.etag:  # as browsers send it: one tag, ours
        unmodified = HttpResponseNotModified()
        unmodified.headers._store.update(sent.unmodified._store)
        return unmodified
    response = HttpResponse(sent.body if request.method == "GET" else b"")
    # Thirteen headers, checked and encoded when the page was made: setting them one by one takes a tenth of the answer.
    response.headers._store.update(sent.headers._store)
    if asked is not None:
        return get_conditional_response(request, etag=sent.etag, response=response) or response
    return response
