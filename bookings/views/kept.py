"""Pages of open times, kept by this process for a few seconds: a crowd that wants one time sees one page.

Such a page is the same for everybody but for the form's CSRF token. It is known by the stamp of what it was made from, so
that a write makes it stale at once; what time alone changes within those seconds the gate says when a time is chosen.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token

LASTS = timedelta(seconds=5)
MOST = 256
# Stands where each visitor's own token goes; nobody can type it, because it is made anew with every process.
TOKEN = f"token-{secrets.token_hex(16)}"

_pages: OrderedDict[Hashable, tuple[datetime, str]] = OrderedDict()
_lock = Lock()


def is_plain(request: HttpRequest) -> bool:
    """Whether nothing this visitor has done before can show on a page."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES and "messages" not in request.COOKIES


def page(request: HttpRequest, key: Hashable, now: datetime, make: Callable[[], str]) -> str:
    """The kept page of this key, or the one that `make` returns, with this visitor's token in place of TOKEN."""
    with _lock:
        made, text = _pages.get(key, (None, ""))
    if made is None or not timedelta() <= now - made < LASTS:
        text = make()
        with _lock:
            _pages[key] = now, text
            _pages.move_to_end(key)
            while len(_pages) > MOST:
                _pages.popitem(last=False)
    return text.replace(TOKEN, get_token(request))


def clear() -> None:
    """Forget every page."""
    with _lock:
        _pages.clear()
