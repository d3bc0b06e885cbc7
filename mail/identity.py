"""Who the institute is: one row that staff edit, with honest defaults until they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from email.utils import parseaddr

from django.conf import settings

from mail.models import Institute

_held: ContextVar[Institute | None] = ContextVar("institute", default=None)


def current() -> Institute:
    """The institute's row, or its defaults where nobody has saved one yet; never writes."""
    return _held.get() or Institute.objects.filter(pk=1).first() or Institute(pk=1)


@contextmanager
def held() -> Iterator[Institute]:
    """Read the row once for a piece of work that asks for it again and again, such as one message."""
    mark = _held.set(current())
    try:
        yield current()
    finally:
        _held.reset(mark)


def staff_address() -> str:
    """Where messages to staff go: STAFF_EMAIL, else the institute's reply-to address, else the sender's own."""
    return settings.STAFF_EMAIL or current().reply_to or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
