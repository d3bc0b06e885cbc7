"""What a hostile calendar costs, beside what an honest one of 5,000 events costs on the same machine at that moment."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bookings.outside import reading
from bookings.outside.reading import Read
from tests.bookings.outside.feeds import ics

SINCE, UNTIL = datetime(2027, 1, 10, tzinfo=UTC), datetime(2028, 2, 14, tzinfo=UTC)


def read(body: bytes) -> Read:
    return reading.read(body, zone="UTC", since=SINCE, until=UNTIL)


def many(number: int) -> bytes:
    """A calendar of so many events, half an hour apart."""
    start = datetime(2027, 2, 1, tzinfo=UTC)
    return ics(
        *(
            f"UID:{at}\nDTSTART:{start + at * timedelta(minutes=30):%Y%m%dT%H%M%SZ}\nDURATION:PT10M"
            for at in range(number)
        )
    )


def computing(call: Callable[[], object]) -> float:
    """Seconds that this process computed."""
    began = time.process_time()
    call()
    return time.process_time() - began


def dearer(call: Callable[[], object], budget: float = 0) -> float:
    """How many times as much as an honest calendar this costs, beside the seconds that it is granted anyway.

    A fifth of the honest one is read before and after, and the dearer reading counts: other work on the machine may
    begin between.
    """
    fifth = many(1_000)
    before = computing(lambda: read(fifth))
    cost = computing(call)
    return max(0.0, cost - budget) / (5 * max(before, computing(lambda: read(fifth))))
