"""The answer's bytes, put together by hand: a month of many coaches is long, and instants are only counted on."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bookings.scheduling.intervals import instant

_DAY = 24 * 3600
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def slots(starts: Mapping[int, tuple[str, ...]], zone: ZoneInfo) -> bytes:
    """The starts (seconds since the epoch) as SlotsOut says, in their order."""
    names = {coaches: json.dumps(coaches, separators=(",", ":")) for coaches in set(starts.values())}
    found = ",".join([f'{_times(start, zone)},"coaches":{names[coaches]}}}' for start, coaches in starts.items()])
    return f'{{"time_zone":{json.dumps(zone.key)},"slots":[{found}]}}'.encode()


@lru_cache(maxsize=16_384)
def _times(start: int, zone: ZoneInfo) -> str:
    """A start in UTC and in the zone: the same few thousand are asked for again and again, by everybody."""
    return f'{{"start":"{_moment(start)}Z","local":"{_local(start, zone)}"'


def _moment(seconds: int) -> str:
    """A wall clock counted from 1970, as datetime.isoformat() writes it."""
    day, rest = divmod(seconds, _DAY)
    return f"{_date(day)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def _local(seconds: int, zone: ZoneInfo) -> str:
    """The wall clock of the zone with its offset; only on days when the clocks change the zone is asked for each instant."""
    steady = _steady(seconds // _DAY, zone)
    if steady is None:
        return instant(seconds).astimezone(zone).isoformat()
    offset, written = steady
    return f"{_moment(seconds + offset)}{written}"


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return date.fromordinal(_EPOCH_ORDINAL + day).isoformat()


@lru_cache(maxsize=8192)
def _steady(day: int, zone: ZoneInfo) -> tuple[int, str] | None:
    """The zone's offset from UTC, in seconds and as it is written, if it is one from the start of a UTC day to its end."""
    first, last = (instant(at).astimezone(zone) for at in (day * _DAY, (day + 1) * _DAY - 1))
    seconds = _offset(first)
    # Two changes within one day that undo each other: no zone has ever done that (see scheduling/walltime.py).
    return (seconds, first.isoformat()[19:]) if seconds == _offset(last) else None


def _offset(at: datetime) -> int:
    offset = at.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
