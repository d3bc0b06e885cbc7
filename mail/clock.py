"""The one clock of the site: views, tasks and commands ask it, everything below is told the time."""

import os
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings

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
