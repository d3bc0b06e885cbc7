"""Pages that are opened with a link token: private headers, one same page for every bad link, limited guessing."""

import functools
import math
import re
from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leads import abuse
from leads.client import client_address, client_network
from leads.errors import TooMany
from mail import clock
from mail.errors import LinkUnknown

View = Callable[..., HttpResponse]
LIMIT = "token:address"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}\Z")


def token_page(view: View) -> View:
    """Wrap a view whose `token` argument came out of a mail; the view raises LinkUnknown for what it does not know."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
        return private(_answer(view, request, **kwargs))

    return wrapped


def _answer(view: View, request: HttpRequest, **kwargs: str) -> HttpResponse:
    who, now = client_network(client_address(request)), clock.now()
    try:
        # Asked before the link is looked at: a limit that still opened good links would limit nothing.
        abuse.ensure_not_used_up(LIMIT, who, now=now)
        try:
            if not _TOKEN.match(kwargs.get("token", "")):
                raise LinkUnknown
            return view(request, **kwargs)
        except LinkUnknown:
            abuse.count((LIMIT, who), now=now)
            return _unlogged(render(request, "leads/link_unknown.html", status=404))
    except TooMany as error:
        return _unlogged(too_many(request, error))


def private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of caches, search engines and foreign Referer headers.

    Not `no-referrer`: it makes browsers send `Origin: null`, and Django refuses the form on the page.
    """
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """The 429 page where there is no form to keep."""
    return retry_later(render(request, "429.html", {"retry_minutes": minutes(error.retry_after)}, status=429), error)


def minutes(wait: timedelta | None) -> int:
    """A wait in whole minutes, rounded up, for a sentence; 0 for none."""
    return math.ceil(wait / timedelta(minutes=1)) if wait else 0


def retry_later(response: HttpResponse, error: TooMany) -> HttpResponse:
    """Say in the header when to come back, in seconds (RFC 9110, section 10.2.3)."""
    response["Retry-After"] = str(int(error.retry_after.total_seconds()))
    return response


def _unlogged(response: HttpResponse) -> HttpResponse:
    """Django's own line about a 4xx answer holds the path, and the path holds a token that may be good elsewhere."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
