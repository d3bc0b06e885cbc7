"""A storage for the `limits` package in the site's own database: counters hold without Redis, across all processes."""

import hashlib
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from limits.storage import Storage

from leads.models import RateWindow

AT_ONCE = 500

# One statement: reading a counter and writing it back are two, and parallel requests slip between them.
_COUNT = """
    INSERT INTO leads_ratewindow (key, hits, ends_at) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN leads_ratewindow.ends_at <= %s THEN excluded.hits ELSE leads_ratewindow.hits + excluded.hits END,
        ends_at = CASE WHEN leads_ratewindow.ends_at <= %s THEN excluded.ends_at ELSE leads_ratewindow.ends_at END
    RETURNING hits
"""


class DatabaseStorage(Storage):
    """Counters in leads.RateWindow; a window begins with its first hit. The time is the one it is made with."""

    STORAGE_SCHEME = ["leads+database"]

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing is wrapped: a counter that cannot be read must stop the request, not wave it through."""
        return NotImplementedError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to the counter of the key in a window of `expiry` seconds and return it."""
        adapt = connection.ops.adapt_datetimefield_value
        now, ends_at = adapt(self.now), adapt(self.now + timedelta(seconds=expiry))
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [_hashed(key), amount, ends_at, now, now])
            row: tuple[int] = cursor.fetchone()
        return row[0]

    def get(self, key: str) -> int:
        """The counter of the key; 0 when its window has ended."""
        window = RateWindow.objects.filter(key=_hashed(key), ends_at__gt=self.now).first()
        return window.hits if window else 0

    def get_expiry(self, key: str) -> float:
        """When the key's window ends, as a Unix time in seconds; now when there is none."""
        window = RateWindow.objects.filter(key=_hashed(key), ends_at__gt=self.now).first()
        return (window.ends_at if window else self.now).timestamp()

    def check(self) -> bool:
        """Whether the table answers."""
        RateWindow.objects.exists()
        return True

    def reset(self) -> int | None:
        """Forget every counter and return how many there were."""
        return RateWindow.objects.all().delete()[0]

    def clear(self, key: str) -> None:
        """Forget the counter of the key."""
        RateWindow.objects.filter(key=_hashed(key)).delete()


def give_back(key: str, *, now: datetime) -> None:
    """Take one hit of the key's window back, where there is one."""
    RateWindow.objects.filter(key=_hashed(key), ends_at__gt=now, hits__gt=0).update(hits=F("hits") - 1)


def forget_ended(*, now: datetime) -> int:
    """Delete the windows that have ended and return how many there were."""
    forgotten = 0
    ended = RateWindow.objects.filter(ends_at__lte=now).order_by()
    while True:
        # Skipping what a request counts on right now: waiting for its rows in another order is a deadlock.
        with transaction.atomic(durable=True):
            keys = list(ended.select_for_update(skip_locked=True).values_list("key", flat=True)[:AT_ONCE])
            forgotten += RateWindow.objects.filter(key__in=keys).delete()[0]
        if len(keys) < AT_ONCE:
            return forgotten


def _hashed(key: str) -> str:
    """Keys hold client and e-mail addresses; the table must not."""
    return hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()
