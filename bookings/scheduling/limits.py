"""At most so many calls a day or a week: which starts would be one too many."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain

from bookings.scheduling.availability import Hours, date_at
from bookings.scheduling.intervals import floor_seconds


class Period(StrEnum):
    """What a limit counts in: the coach's local date, or the ISO 8601 week of that date."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` calls a period; `starts` are those that count already."""

    period: Period
    most: int
    starts: tuple[datetime, ...] = ()


def within_limits(limits: Iterable[Limit], hours: Sequence[Hours], stretches: Iterable[range]) -> Iterator[range]:
    """What is left of stretches of starts (seconds since the epoch) where one more call would break none of the limits."""
    counted = [(limit, _counts(limit, hours)) for limit in limits]
    # Most calendars are far from their limits: no local date is asked for unless some day or week is full.
    full = [(limit, counts) for limit, counts in counted if max(counts.values(), default=0) >= limit.most]
    if not full:
        yield from stretches
        return
    for start in chain.from_iterable(stretches):
        if all(counts[_period(limit, hours, start)] < limit.most for limit, counts in full):
            yield range(start, start + 1)


def reached_limit(limits: Iterable[Limit], hours: Sequence[Hours], start: int) -> Limit | None:
    """The first of the limits that one more call at this start (seconds since the epoch) would break, or None."""
    return next((limit for limit in limits if _counts(limit, hours)[_period(limit, hours, start)] >= limit.most), None)


_Key = date | tuple[int, int] | None


def _counts(limit: Limit, hours: Sequence[Hours]) -> Counter[_Key]:
    return Counter(_period(limit, hours, floor_seconds(each)) for each in limit.starts)


def _period(limit: Limit, hours: Sequence[Hours], seconds: int) -> _Key:
    day = date_at(hours, seconds)
    if day is None or limit.period is Period.DAY:
        return day
    year, week, _ = day.isocalendar()
    return year, week
