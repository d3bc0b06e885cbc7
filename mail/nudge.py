"""The doorbell: after a commit, tell a worker that mail is due. Losing it costs seconds, never a message."""

import atexit
import logging
import os
import threading
import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction

log = logging.getLogger(__name__)

# Seconds. A hint that nobody heard for 15 s is worthless: the beat has come round by then.
HINT_LIVES = 15
SOCKET_TIMEOUT = 0.4
PAUSE = 15.0
FAREWELL = 0.8
# Rings within a tenth of a second share one hint: publishing one costs as much as half a booking.
SHARED = 0.1

_bell: "_Bell | None" = None
_making = threading.Lock()


def nudge_on_commit() -> None:
    """Ring once after the commit of the open transaction, however often it is asked for."""
    if settings.MAIL_NUDGES and not any(hook[1] is ring for hook in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Have the hint published by a thread of its own: returns at once, never raises, never retries.

    Socket timeouts alone would not do: looking up a broker's host name knows no timeout. After a failure the bell is
    silent for 15 seconds. Rings that come while one is being published, or right after it, share the next one.
    """
    global _bell
    if not settings.MAIL_NUDGES:
        return
    try:
        if _bell is None or not _bell.is_mine():
            with _making:
                if _bell is None or not _bell.is_mine():
                    _bell = _Bell()
                    _bell.start()
        _bell.ring()
    except RuntimeError as error:  # no thread to be had, or the interpreter is going down
        log.warning("the mail worker could not be nudged (%s)", type(error).__name__)


def settle(seconds: float = FAREWELL) -> bool:
    """Wait until the last ring has been heard or given up; False where that takes longer than `seconds`."""
    return _bell is None or not _bell.is_mine() or _bell.quiet.wait(seconds)


class _Bell(threading.Thread):
    """Holds the one connection for hints of this process; a fork starts its own."""

    def __init__(self) -> None:
        super().__init__(name="mail-nudge", daemon=True)
        self._pid = os.getpid()
        self._rung = threading.Event()
        self.quiet = threading.Event()
        self._broker: Any = None
        self._producer: Any = None
        self._silent_until = 0.0

    def is_mine(self) -> bool:
        return self._pid == os.getpid() and (self.is_alive() or self.ident is None)

    def ring(self) -> None:
        if time.monotonic() >= self._silent_until:
            self.quiet.clear()
            self._rung.set()

    def run(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            self._publish()
            if not self._rung.is_set():
                self.quiet.set()
            time.sleep(SHARED)

    def _publish(self) -> None:
        kept = self._producer is not None
        try:
            try:
                self._send()
            except Exception:
                # A kept connection may have been closed while nobody rang; a new one that fails means trouble.
                if not kept:
                    raise
                self._hang_up()
                self._send()
        except Exception as error:
            self._hang_up()
            self._silent_until = time.monotonic() + PAUSE
            log.warning("the mail worker could not be nudged (%s); the beat will find the mail", type(error).__name__)

    def _send(self) -> None:
        from mail.tasks import send_due

        app = send_due.app
        if self._producer is None:
            options = {
                "socket_timeout": SOCKET_TIMEOUT,
                "socket_connect_timeout": SOCKET_TIMEOUT,
                "max_retries": 0,
                "interval_start": 0,
                "connect_retries_timeout": SOCKET_TIMEOUT,
            }
            self._broker = app.connection_for_write(transport_options=options, connect_timeout=SOCKET_TIMEOUT)
            self._producer = app.amqp.Producer(self._broker, auto_declare=False)
        app.send_task(send_due.name, producer=self._producer, expires=HINT_LIVES, retry=False, ignore_result=True)

    def _hang_up(self) -> None:
        broker, self._broker, self._producer = self._broker, None, None
        try:
            if broker is not None:
                broker.release()
        except Exception as error:
            log.debug("the broker's connection closed with %s", type(error).__name__)


# A command that ends right after its commit still gets its hint out.
atexit.register(settle)
