"""A form of the desk counts once: a double click, or a reload that sends it again, does nothing twice."""

import re
import uuid

from django.http import HttpRequest

from leads import limits_storage
from mail import clock

FIELD, LASTS = "form_key", 24 * 3600  # seconds
_KEY = re.compile(r"[0-9a-f]{32}\Z")


def key_of(request: HttpRequest) -> str:
    """The key of the form that was sent, or a new one for a form that is shown."""
    sent = request.POST.get(FIELD, "")
    return sent if _KEY.match(sent) else uuid.uuid4().hex


def first_time(request: HttpRequest, key: str) -> bool:
    """Count this form; False where the same reader has sent it before."""
    return limits_storage.DatabaseStorage(clock.now()).incr(_counter(request, key), LASTS) == 1


def not_done(request: HttpRequest, key: str) -> None:
    """What was sent could not be done: the form may be sent again."""
    limits_storage.give_back(_counter(request, key), now=clock.now())


def _counter(request: HttpRequest, key: str) -> str:
    return f"desk-form/{request.user.pk}/{key}"
