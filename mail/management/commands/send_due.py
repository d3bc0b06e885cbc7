"""Send what is due, once or for ever: the sender without Celery and Redis."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection

from mail import clock
from mail.sender import drain

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends the mail that is due. With --loop it goes on until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until stopped")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="pause between turns (5)")

    def handle(self, *args: Any, loop: bool, every: float, **options: Any) -> None:
        if not loop:
            done = drain(clock=clock.now)
            self.stdout.write(
                f"sent {done.sent}, failed {done.failed}, not sent {done.skipped}, to be tried again {done.deferred}"
            )
            return
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopped.set())
        while not stopped.is_set():
            try:
                close_old_connections()
                drain(clock=clock.now, stop=stopped.is_set)
            except Exception as error:  # most likely the database restarts; whatever it is, the sender never exits
                log.error("the sender waits: %s", type(error).__name__)
                connection.close()
            stopped.wait(every)
