"""Weekly hours and date overrides → the windows in which a coach can be booked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, tzinfo

from bookings.scheduling.intervals import Span, merged
from bookings.scheduling.walltime import MIDNIGHT, local_date, opens_at, span_of_day

# A window is followed back over midnights for so many days, and its grid is counted from its start for as long.
LOOKBACK_DAYS = 8
LOOKBACK = LOOKBACK_DAYS * 24 * 3600
_LONG_AGO = date(2001, 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `opens` to `closes` by the wall clock; closing at 00:00 is the next midnight."""

    opens: time
    closes: time

    @property
    def is_backward(self) -> bool:
        """True for hours that yield nothing: `closes` is not after `opens` and not midnight."""
        return self.closes != MIDNIGHT and self.closes <= self.opens


@dataclass(frozen=True, slots=True)
class Hours:
    """One schedule: weekly windows by weekday (0 is Monday), overrides and public holidays by local date.

    An override replaces every weekly window of its date, and the holiday; an empty one closes the date. A holiday
    without an override closes it too. Both validity dates are included.
    """

    zone: tzinfo
    weekly: Mapping[int, tuple[Window, ...]]
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    valid_from: date | None = None
    valid_until: date | None = None
    holidays: frozenset[date] = frozenset()

    def is_valid_on(self, day: date) -> bool:
        """True where the schedule applies to this local date."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def on(self, day: date) -> tuple[Window, ...]:
        """The windows of one local date."""
        if not self.is_valid_on(day):
            return ()
        override = self.overrides.get(day)
        if override is not None:
            return override
        return () if day in self.holidays else self.weekly.get(day.weekday(), ())


def windows(hours: Iterable[Hours], since: int, until: int) -> list[Span]:
    """Every window that meets [since, until), merged across dates and schedules where they touch as instants.

    All instants are seconds since the epoch. A window is whole, except that one open for more than LOOKBACK_DAYS
    before `since` begins somewhere before that.
    """
    spans: list[Span] = []
    for schedule in hours:
        zone = schedule.zone
        first = local_date(since, zone).toordinal() - LOOKBACK_DAYS - 1
        last = local_date(until, zone).toordinal() + 1
        for ordinal in range(first, last + 1):
            for window in schedule.on(date.fromordinal(ordinal)):
                if not window.is_backward:
                    spans.append(span_of_day(ordinal, window.opens, window.closes, zone))
    return [span for span in merged(spans) if span[0] < until and span[1] > since]


def grid_start(hours: Sequence[Hours], opens: int, start: int) -> int:
    """Where the starts of a window are counted from, for a start in it: the window's own, in seconds since the epoch.

    A coach who never closes has none to count from: what has been open for LOOKBACK_DAYS counts from local midnight of
    1 January 2001, so that the page and the gate offer the same instants, whatever range they look at.
    """
    return opens if start - opens < LOOKBACK else opens_at(_LONG_AGO, MIDNIGHT, hours[0].zone)


def zone_at(hours: Iterable[Hours], seconds: int) -> tzinfo | None:
    """The zone of the schedule valid at an instant, or of the first one where none is, or None without any."""
    found = _valid_at(hours, seconds)
    return found[0].zone if found else None


def date_at(hours: Iterable[Hours], seconds: int) -> date | None:
    """The local date of an instant in the zone that `zone_at` gives, or None without any schedule."""
    found = _valid_at(hours, seconds)
    return found[1] if found else None


def _valid_at(hours: Iterable[Hours], seconds: int) -> tuple[Hours, date] | None:
    otherwise = None
    for schedule in hours:
        found = schedule, local_date(seconds, schedule.zone)
        if schedule.is_valid_on(found[1]):
            return found
        otherwise = otherwise or found
    return otherwise
