"""Dates, times and lengths as a calendar writes them (RFC 5545, 3.3)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from bookings.outside.components import Line
from bookings.outside.zones import Zones

_WHEN = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", re.IGNORECASE)
_LENGTH = re.compile(
    r"([+-]?)P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,8})S)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, or a wall-clock time in a zone; `wall` is naive."""

    wall: datetime
    zone: tzinfo
    whole_day: bool = False

    @property
    def instant(self) -> datetime:
        """In UTC. A skipped wall time moves forward by the gap, a repeated one is the first (RFC 5545, 3.3.5)."""
        return self.wall.replace(tzinfo=self.zone).astimezone(UTC)

    @property
    def day(self) -> date:
        """The local date."""
        return self.wall.date()

    def at(self, wall: datetime) -> "Moment":
        """Another wall time of the same kind and zone."""
        return Moment(wall, self.zone, self.whole_day)

    def seen_from(self, zone: tzinfo) -> datetime:
        """The wall time that a clock in `zone` shows."""
        return self.instant.astimezone(zone).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Length:
    """How long: first by the wall clock, then in exact time (RFC 5545, 3.3.6)."""

    wall: timedelta
    exact: timedelta

    def end_of(self, start: Moment) -> datetime:
        """The instant at which something ends that begins at `start`; a start that the clock skips moves with its end."""
        return start.at(start.seen_from(start.zone) + self.wall).instant + self.exact


def moment(text: str, parameters: dict[str, str], zones: Zones) -> Moment:
    """A DATE or DATE-TIME; floating times and dates are those of the calendar's own zone. Raises ValueError."""
    found = _WHEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("neither a date nor a time")
    digits, clock, utc = found.groups()
    # 24:00:00 and leap seconds are written by some; strptime refuses the first and takes the second.
    wall = datetime.strptime(digits, "%Y%m%d")  # noqa: DTZ007 - a wall time
    if clock is None:
        return Moment(wall, zones.default, whole_day=True)
    hours, minutes, seconds = int(clock[:2]), int(clock[2:4]), int(clock[4:])
    if hours > 24 or minutes > 59 or seconds > 60:
        raise ValueError("no time of day")
    wall += timedelta(hours=hours, minutes=minutes, seconds=min(seconds, 59))
    if utc:
        return Moment(wall, UTC)
    name = parameters.get("TZID", "")
    return Moment(wall, zones.of(name) if name else zones.default)


def moments(line: Line, zones: Zones) -> list[Moment]:
    """The dates or times of a list such as EXDATE. Raises ValueError."""
    return [moment(text, line.parameters, zones) for text in line.value.split(",") if text.strip()]


def length(text: str) -> Length:
    """A DURATION. Raises ValueError."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None or not any(found.groups()[1:]):
        raise ValueError("no length")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    if found[1] == "-":
        raise ValueError("a length that goes backwards")
    return Length(timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds))


def between(start: Moment, end: Moment) -> Length:
    """The length of what goes from `start` to `end`: by the wall clock in one zone, exact across two."""
    if start.zone == end.zone:
        found = Length(end.wall - start.wall, timedelta())
    else:
        found = Length(timedelta(), end.instant - start.instant)
    if found.wall + found.exact < timedelta():
        raise ValueError("an end before the start")
    return found
