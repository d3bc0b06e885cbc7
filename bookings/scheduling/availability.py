"""Weekly hours and date overrides → the windows in which a coach can be booked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, tzinfo

from bookings.scheduling.intervals import Span, merged
from bookings.scheduling.walltime import MIDNIGHT, local_date, opens_at, span_of_day

# A window is followed back over midnights for so many days; one still open then is taken to have no beginning.
LOOKBACK_DAYS = 8
_ALWAYS_OPEN_SINCE = date(2001, 1, 1)


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
    """One schedule: weekly windows by weekday (0 is Monday), overrides by local date, and the local dates it is valid on.

    An override replaces every weekly window of its date; an empty one closes it. Both validity dates are included.
    """

    zone: tzinfo
    weekly: Mapping[int, tuple[Window, ...]]
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    valid_from: date | None = None
    valid_until: date | None = None

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
        return self.weekly.get(day.weekday(), ()) if override is None else override


def windows(hours: Iterable[Hours], since: int, until: int) -> list[Span]:
    """Every window that meets [since, until), whole, merged across dates and schedules where they touch as instants.

    All instants are seconds since the epoch. A coach who never closes has no window start to count the grid from: it
    is then local midnight of 1 January 2001, whatever is asked, so that the same instants are always offered.
    """
    hours = tuple(hours)
    spans: list[Span] = []
    endless: list[tuple[int, int]] = []
    for schedule in hours:
        zone = schedule.zone
        first = local_date(since, zone).toordinal() - LOOKBACK_DAYS - 1
        last = local_date(until, zone).toordinal() + 1
        for ordinal in range(first, last + 1):
            day = date.fromordinal(ordinal)
            for window in schedule.on(day):
                if not window.is_backward:
                    spans.append(span_of_day(ordinal, window.opens, window.closes, zone))
        endless.append(
            (opens_at(date.fromordinal(first + 1), MIDNIGHT, zone), opens_at(_ALWAYS_OPEN_SINCE, MIDNIGHT, zone))
        )
    result = [span for span in merged(spans) if span[0] < until and span[1] > since]
    if result and endless and result[0][0] < endless[0][0]:
        result[0] = (endless[0][1], result[0][1])
    return result


def zone_at(hours: Iterable[Hours], seconds: int) -> tzinfo | None:
    """The zone of the schedule valid at an instant, or of the first one where none is, or None without any."""
    hours = tuple(hours)
    for schedule in hours:
        if schedule.is_valid_on(local_date(seconds, schedule.zone)):
            return schedule.zone
    return hours[0].zone if hours else None
