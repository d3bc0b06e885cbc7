"""Writing audit rows, and letting go of what they should not keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.http import HttpRequest

from institute.audit.models import AuditRow
from leads.client import UNKNOWN, client_address
from mail import clock
from mail.text import one_line

VISITOR, COMMAND_LINE = "visitor", "command line"
KEEP_ADDRESSES, KEEP_ROWS = timedelta(days=7), timedelta(days=730)
AT_ONCE = 1000
_request: ContextVar[HttpRequest | None] = ContextVar("audited_request", default=None)


@contextmanager
def within(request: HttpRequest) -> Iterator[None]:
    """What is noted inside was done by whoever sent this request."""
    mark = _request.set(request)
    try:
        yield
    finally:
        _request.reset(mark)


def note(what: str, *, target: str = "", detail: str = "", actor: str = "", request: HttpRequest | None = None) -> None:
    """Write one row, in the transaction of what it is about where there is one."""
    request = request or _request.get()
    address = client_address(request) if request is not None else ""
    AuditRow.objects.create(
        at=clock.now(),
        what=what,
        actor=one_line(actor or _who(request), limit=150),
        target=one_line(target, limit=200),
        detail=one_line(detail, limit=300),
        address="" if address == UNKNOWN else address,
    )


def _who(request: HttpRequest | None) -> str:
    if request is None:
        return COMMAND_LINE
    user = getattr(request, "user", None)
    return user.get_username() if user is not None and user.is_authenticated else VISITOR


def tidy(*, now: datetime) -> tuple[int, int]:
    """Blank addresses of a week ago and delete rows of two years ago, in portions; how many of each.

    Past the manager, which lets nobody change or delete a row.
    """
    rows = AuditRow._base_manager.order_by()
    seen, old = rows.filter(at__lt=now - KEEP_ADDRESSES).exclude(address=""), rows.filter(at__lt=now - KEEP_ROWS)
    blanked = deleted = 0
    while ids := list(seen.values_list("pk", flat=True)[:AT_ONCE]):
        blanked += rows.filter(pk__in=ids).update(address="")
    while ids := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        deleted += rows.filter(pk__in=ids).delete()[0]
    return blanked, deleted
