"""Time that a piece of work may take at most; a signal ends it, whatever library it is lost in.

Works in the main thread only, which is where the helper process does everything.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# A signal that came while something swallows every exception is sent again after this many seconds.
AGAIN = 0.05


class Over(BaseException):
    """The time is up. No Exception, so that no `except Exception` on the way keeps it."""


@contextmanager
def wall_clock(seconds: float) -> Iterator[None]:
    """Raise Over after so many seconds: a server that drips, or never answers."""
    with _timer(signal.ITIMER_REAL, signal.SIGALRM, seconds):
        yield


@contextmanager
def computing(seconds: float) -> Iterator[None]:
    """Raise Over after so many seconds of this process's own computing: a rule that never yields."""
    with _timer(signal.ITIMER_PROF, signal.SIGPROF, seconds):
        yield


@contextmanager
def _timer(timer: int, number: signal.Signals, seconds: float) -> Iterator[None]:
    def end(signum: int, frame: FrameType | None) -> None:
        raise Over

    before = signal.signal(number, end)
    try:
        signal.setitimer(timer, max(seconds, 0.001), AGAIN)
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)
