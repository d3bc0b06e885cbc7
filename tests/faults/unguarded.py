"""The site with guards off, chosen while it runs: the file named by GUARDS_OFF holds their names.

`lock` and `check` are the gate's; `expiry` lets a hold that ran out pass for a live one and skips the second look at its
time; `key` forgets which form was sent before; `transaction` commits every statement alone. The database's own guard is
taken away from outside (`inside.ask(site, "guard", on=False)`). Needs tests.settings_unguarded.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from institute.wsgi import application as guarded  # sets Django up; everything below needs that

# isort: split
from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite

from bookings.models import Booking
from bookings.services import gate
from bookings.services.confirming import Form

FILE = "GUARDS_OFF"


def off(guard: str) -> bool:
    """Whether this guard is switched off at the moment."""
    return guard in Path(os.environ[FILE]).read_text().split()


def application(environ: dict[str, Any], start_response: Callable) -> Any:
    """The WSGI application."""
    settings.BOOKING_GATE_LOCK, settings.BOOKING_GATE_CHECK = not off("lock"), not off("check")
    return guarded(environ, start_response)


def _instead(owner: Any, name: str, guard: str, other: Callable) -> None:
    """While the guard is off, do the other thing."""
    before = getattr(owner, name)

    def either(*args: Any, **kwargs: Any) -> Any:
        return other(*args, **kwargs) if off(guard) else before(*args, **kwargs)

    setattr(owner, name, either)


def _each_alone(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Every statement is a transaction of its own: what a killed process leaves behind is half of it."""
    if sql.startswith(("SAVEPOINT", "RELEASE")):
        return None
    done = execute(sql, params, many, context)
    if connection.vendor == "sqlite":
        with contextlib.suppress(Exception):
            connection.connection.execute("COMMIT")
    else:
        connection.connection.commit()
    time.sleep(0.01)  # as on a slow disk: on a fast one a kill rarely finds the gap between two statements
    return done


def _run(work: Callable[[], Any]) -> Any:
    with _statements_alone():
        return _guarded_run(work)


@contextlib.contextmanager
def _statements_alone() -> Iterator[None]:
    if off("transaction"):
        with connection.execute_wrapper(_each_alone):
            yield
    else:
        yield


_guarded_run = gate.run
gate.run = _run
_instead(Sqlite, "_start_transaction_under_autocommit", "lock", lambda self: None)
_instead(Booking, "is_live_hold", "expiry", lambda self, now: self.held_until is not None)
_instead(gate, "still_free", "expiry", lambda booking, *, now: None)
_instead(Form, "first_answer", "key", lambda self: None)
_kept = Form.agreed
Form.agreed = lambda self, *args: (
    _kept(self, *args)
    | (  # type: ignore[method-assign]
        {"idempotency_key": None, "idempotency_digest": secrets.token_hex(8)} if off("key") else {}
    )
)
