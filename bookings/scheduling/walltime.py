"""Wall time → instant, and back. The only file that knows about clock changes.

A skipped wall time (clocks go forward) moves forward by the gap, for starts and ends alike. A repeated one (clocks go
back) is its first occurrence as a start, both as RFC 5545 (3.3.5) reads a local time, and its second as an end. PEP 495
gives both offsets: with fold=0 the one before the change, with fold=1 the one after it. In a gap the earlier offset is
the smaller one and moves the time forward; in a repetition the smaller offset is that of the second occurrence.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bookings.scheduling.intervals import Span, instant

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 24 * 3600
MIDNIGHT = time(0, 0)


def opens_at(day: date, wall: time, zone: tzinfo) -> int:
    """The instant (seconds since the epoch) of a wall time that begins something on a local date."""
    shown = datetime.combine(day, wall.replace(fold=0), zone)
    return _wall_seconds(shown) - _offset(shown)


def closes_at(day: date, wall: time, zone: tzinfo) -> int:
    """The instant (seconds since the epoch) of a wall time that ends something on a local date; 00:00 is the next midnight."""
    if wall == MIDNIGHT:
        day = date.fromordinal(day.toordinal() + 1)
    shown = datetime.combine(day, wall, zone)
    return _wall_seconds(shown) - min(_offset(shown.replace(fold=fold)) for fold in (0, 1))


def span_of_day(ordinal: int, opens: time, closes: time, zone: tzinfo) -> Span:
    """`opens_at` and `closes_at` of one local date (a proleptic ordinal): quick on the days when no clock changes."""
    offset = _steady_offset(ordinal, zone)
    if offset is None:
        day = date.fromordinal(ordinal)
        return opens_at(day, opens, zone), closes_at(day, closes, zone)
    midnight = (ordinal - _EPOCH_ORDINAL) * _DAY - offset
    return midnight + _seconds(opens), midnight + (_seconds(closes) or _DAY)


def local(seconds: int, zone: tzinfo) -> datetime:
    """The wall clock of a zone at an instant given in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, zone)


def local_date(seconds: int, zone: tzinfo) -> date:
    """The local date of a zone at an instant given in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, zone).date()


def is_repeated(moment: datetime) -> bool:
    """True for an aware wall time that occurs twice because the clocks go back."""
    return _offset(moment.replace(fold=1)) < _offset(moment.replace(fold=0))


def next_clock_change(zone: tzinfo, *, since: datetime, until: datetime) -> datetime | None:
    """The first instant in (since, until] at which the zone's offset from UTC changes, or None."""
    low, end = int(since.timestamp()), int(until.timestamp())
    before = _offset(local(low, zone))
    while low < end:
        # Offsets stay for weeks (Ramadan is the shortest stay there is), so a step of a day jumps over no change and back.
        high = min(low + _DAY, end)
        if _offset(local(high, zone)) != before:
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(local(middle, zone)) == before:
                    low = middle
                else:
                    high = middle
            return instant(high)
        low = high
    return None


@lru_cache(maxsize=16_384)
def _steady_offset(ordinal: int, zone: tzinfo) -> int | None:
    """The offset that holds from a local midnight to the next, both included in either fold; None where it changes."""
    midnights = [datetime.combine(date.fromordinal(each), MIDNIGHT, zone) for each in (ordinal, ordinal + 1)]
    offsets = {_offset(each.replace(fold=fold)) for each in midnights for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


@lru_cache(maxsize=2_048)
def _seconds(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def _wall_seconds(moment: datetime) -> int:
    return (moment.toordinal() - _EPOCH_ORDINAL) * _DAY + moment.hour * 3600 + moment.minute * 60 + moment.second


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"A wall time needs a zone: {moment!r}")
    return offset // timedelta(seconds=1)
