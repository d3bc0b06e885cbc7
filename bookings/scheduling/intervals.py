"""Half-open intervals: [start, end) contains its start and not its end, so touching is legal everywhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, repeat
from operator import add

Span = tuple[int, int]
"""A half-open interval in whole seconds since the epoch: what the core computes with."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A half-open interval between two aware instants; an end at or before the start contains nothing."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        refuse_naive(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Busy(Interval):
    """Busy time that knows whose it is: `call` is the call without its buffers (None: all of it), `name` is for staff."""

    call: Interval | None = None
    name: str = ""


def refuse_naive(*instants: datetime) -> None:
    """Raise ValueError for an instant without a zone: guessing one is how calls end up an hour off."""
    for instant in instants:
        if instant.tzinfo is None or instant.utcoffset() is None:
            raise ValueError(f"An instant needs a time zone: {instant!r}")


def floor_seconds(instant: datetime) -> int:
    """Whole seconds since the epoch, rounded down."""
    return (instant - _EPOCH) // _SECOND


def ceil_seconds(instant: datetime) -> int:
    """Whole seconds since the epoch, rounded up: the first whole second at or after the instant."""
    return -((_EPOCH - instant) // _SECOND)


def instant(seconds: int) -> datetime:
    """The aware UTC instant of whole seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


def instants(stretch: range) -> Iterator[datetime]:
    """The aware UTC instants of a stretch that is not empty: adding a step is four times as quick as reading a clock."""
    steps = repeat(timedelta(seconds=stretch.step), len(stretch) - 1)
    return accumulate(steps, add, initial=instant(stretch.start))


def length(value: timedelta) -> int:
    """A length in whole seconds; raises ValueError where it is negative or has fractions."""
    seconds, rest = divmod(value, _SECOND)
    if rest or seconds < 0:
        raise ValueError(f"A length must be whole seconds, zero or more: {value!r}")
    return seconds


def merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted and disjoint: spans that overlap or touch become one, empty ones vanish."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result
