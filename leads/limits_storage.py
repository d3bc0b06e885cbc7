"""A storage for the `limits` package in the site's own database: counters hold without Redis, across all processes."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from limits.storage import Storage

from leads.models import RateWindow
from mail import statements

AT_ONCE = 500
_NO_WAIT = ", set_config('synchronous_commit', 'off', true)"

_LIVE = "SELECT hits FROM leads_ratewindow WHERE key = %(key)s AND ends_at > %(now)s"
_TAKE_BACK = "UPDATE leads_ratewindow SET hits = hits - 1 WHERE key = %(key)s AND hits > 0"


@lru_cache(maxsize=16)
def _count(number: int, more: str) -> str:
    """One statement: reading a counter and writing it back are two, and parallel requests slip between them."""
    values = ", ".join(f"(%(key_{n})s, %(hits)s, %(ends_{n})s)" for n in range(number))
    return f"""
        INSERT INTO leads_ratewindow (key, hits, ends_at) VALUES {values}
        ON CONFLICT (key) DO UPDATE SET
            hits = CASE WHEN leads_ratewindow.ends_at <= %(now)s THEN excluded.hits
                ELSE leads_ratewindow.hits + excluded.hits END,
            ends_at = CASE WHEN leads_ratewindow.ends_at <= %(now)s THEN excluded.ends_at
                ELSE leads_ratewindow.ends_at END
        RETURNING key, hits{more}
    """  # noqa: S608  numbers and names of our own


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
        return self.incr_all([(key, expiry)], amount)[0]

    def incr_all(self, counters: Sequence[tuple[str, int]], amount: int = 1) -> list[int]:
        """Add to the counters of these different keys, each in a window of so many seconds, and return them.

        They are counted in the order given: who comes second waits at the first of them for the other's commit.
        """
        keys = [_hashed(key) for key, _ in counters]
        values: dict[str, Any] = {"hits": amount, "now": statements.adapt(self.now)}
        for number, (_, expiry) in enumerate(counters):
            values[f"key_{number}"] = keys[number]
            values[f"ends_{number}"] = statements.adapt(self.now + timedelta(seconds=expiry))
        # On its own, a count need not wait for the disk: a crash of the database may forget half a second of counting.
        alone = connection.vendor == "postgresql" and not connection.in_atomic_block
        found = statements.rows(_count(len(keys), _NO_WAIT if alone else ""), values)
        hits = {row[0]: row[1] for row in found}
        return [hits[key] for key in keys]

    def take_back(self, keys: Iterable[str]) -> None:
        """Count one less of each."""
        for key in keys:
            statements.change(_TAKE_BACK, {"key": _hashed(key)})

    def get(self, key: str) -> int:
        """The counter of the key; 0 when its window has ended."""
        found = statements.rows(_LIVE, {"key": _hashed(key), "now": statements.adapt(self.now)})
        return int(found[0][0]) if found else 0

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
