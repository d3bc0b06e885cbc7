"""The one clock of the site: views, tasks and commands ask it, everything below is told the time."""

import math
import os
import threading
import time
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings

# Seconds. What a clock that is only being corrected does not make at once; how long a sender may hold a message.
STEP, DOUBT = 5.0, 60.0

_read: tuple[str, int, timedelta] = ("", 0, timedelta())


def _shift() -> timedelta:
    """The shift in seconds that the test file holds; read again only when the file has changed."""
    global _read
    path = str(settings.CLOCK_SHIFT_FILE or "")
    if not path:
        return timedelta()
    try:
        stamp = os.stat(path).st_mtime_ns
        if _read[:2] != (path, stamp):
            with open(path, encoding="ascii") as file:
                _read = (path, stamp, timedelta(seconds=float(file.read())))
    except OSError:
        return timedelta()
    except (ValueError, OverflowError):
        # Caught in the middle of being written: as it was.
        return _read[2] if _read[0] == path else timedelta()
    return _read[2]


def now() -> datetime:
    """The present instant in aware UTC, shifted only where CLOCK_SHIFT_FILE is set."""
    return datetime.now(UTC) + _shift()


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every name of the tz database; read once, because the library walks through hundreds of files each time."""
    return frozenset(zoneinfo.available_timezones())


class _Watch:
    """Sees the clock being set while this process runs, by the machine's own count of seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew: what was seen before proves nothing."""
        self._last: tuple[float, datetime] | None = None
        self._doubted_until = -math.inf

    def steady(self) -> bool:
        """Look, and say whether the last step was more than a minute ago."""
        ticks, instant = time.monotonic(), now()
        with self._lock:
            if self._last is not None:
                step = (instant - self._last[1]).total_seconds() - (ticks - self._last[0])
                if abs(step) > STEP:
                    self._doubted_until = ticks + DOUBT
            self._last = (ticks, instant)
            return ticks >= self._doubted_until


watch = _Watch()


def steady() -> bool:
    """False for a minute after the clock was set while this process ran: other senders' leases then prove nothing.

    An hour forward would end every lease at once, and a mail that is just being handed over would go out again. After
    that minute every lease of before has ended by the machine's own count, too.
    """
    return watch.steady()
