"""Tells a worker that calendars are wanted now. Losing the hint costs a minute: the beat comes round anyway."""

import logging
import threading
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

from mail import nudge

TASK = "bookings.refresh_outside"
log = logging.getLogger(__name__)

_bell: "_Bell | None" = None
_making = threading.Lock()


def ring_on_commit() -> None:
    """Ring after the commit of the open transaction, or at once where there is none."""
    if settings.MAIL_NUDGES:
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Have the hint published by a thread of its own: returns at once, never raises, never retries."""
    global _bell
    try:
        with _making:
            if _bell is None or not _bell.is_mine():
                _bell = _Bell()
                _bell.start()
        _bell.ring()
    except RuntimeError as error:  # no thread to be had, or the interpreter is going down
        log.warning("the worker could not be told of wanted calendars (%s)", type(error).__name__)


class _Bell(nudge._Bell):
    """The doorbell of the mail room with another name on it: one thread and one connection, silent after a failure."""

    def _send(self) -> None:
        if self._producer is None:
            self._broker = current_app.connection_for_write(
                transport_options=_OPTIONS, connect_timeout=nudge.SOCKET_TIMEOUT
            )
            self._producer = current_app.amqp.Producer(self._broker, auto_declare=False)
        current_app.send_task(TASK, producer=self._producer, expires=nudge.HINT_LIVES, retry=False, ignore_result=True)


_OPTIONS: dict[str, Any] = {
    "socket_timeout": nudge.SOCKET_TIMEOUT,
    "socket_connect_timeout": nudge.SOCKET_TIMEOUT,
    "max_retries": 0,
    "interval_start": 0,
    "connect_retries_timeout": nudge.SOCKET_TIMEOUT,
}
