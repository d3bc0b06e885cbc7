"""A calendar file → busy intervals in a window. Knows no Django, no clock and no network (security.md 65)."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.outside import budget
from bookings.outside.components import Component, Line, contents
from bookings.outside.fetching import MAX_BYTES, NO_CALENDAR, TOO_LARGE, looks_like_a_calendar
from bookings.outside.series import Event, Occurrence, event_of, occurrences, over_before, period
from bookings.outside.trouble import Trouble
from bookings.outside.zones import Zones, named
from bookings.scheduling.intervals import Span, merged

MAX_EVENTS = 5_000
MAX_INSTANCES = 2_000  # of one event
MAX_IN_ALL = 100_000
MAX_BUSY = 10_000
LONGEST_WINDOW = timedelta(days=402)
SECONDS_EACH = 0.25
SECONDS_IN_ALL = 8.0

TOO_LONG = "The calendar takes too long to read."
TOO_MANY = "The calendar has more busy times than can be kept."


@dataclass(frozen=True, slots=True)
class Read:
    """Merged busy intervals, sorted, in whole seconds since the epoch; and how many events and periods could not be read whole."""

    busy: tuple[Span, ...]
    skipped: int = 0


def read(body: bytes, *, zone: str, since: datetime, until: datetime) -> Read:
    """The busy times in [since, until). Floating times and whole days are those of the calendar's zone, or else `zone`.

    A broken event or period is skipped and counted; so is one that repeats too often or takes too long. Raises Trouble.
    """
    if until - since > LONGEST_WINDOW:
        raise ValueError("a window of more than 402 days")
    if len(body) > MAX_BYTES:
        raise Trouble(TOO_LARGE)
    if not looks_like_a_calendar(body[:200]):
        raise Trouble(NO_CALENDAR)
    return _Reader(since, until).read(body, zone)


class _Reader:
    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self.window = (int(since.timestamp()), int(until.timestamp()))
        self.ends = time.process_time() + SECONDS_IN_ALL
        self.spans: list[Span] = []
        self.skipped = 0

    def read(self, body: bytes, zone: str) -> Read:
        found = contents(body)
        zones = Zones(found.zones, default=named(found.zone_name) or ZoneInfo(zone), until=self.until)
        self.skipped = found.broken
        events = self._events(found.events, zones)
        changes: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            if event.instead_of is not None and event.uid:
                changes[event.uid].append(event)
        changes = {uid: _newest(each) for uid, each in changes.items()}
        in_force = {id(change) for each in changes.values() for change in each}
        for event in events:
            if event.instead_of is not None and not event.free and (not event.uid or id(event) in in_force):
                self._add([event.first])
        self._free_busy(found.free_busy, zones, room=MAX_EVENTS - len(events))
        # What repeats comes last: a rule that eats up the time cannot cost the others theirs.
        for event in sorted(events, key=lambda each: each.repeats):
            if event.instead_of is None and not event.free:
                self._add(occurrences(event, changes.get(event.uid, []), since=self.since, until=self.until))
        busy = merged(self.spans)
        if len(busy) > MAX_BUSY:
            raise Trouble(TOO_MANY)
        return Read(tuple(busy), self.skipped)

    def _events(self, components: list[Component], zones: Zones) -> list[Event]:
        """Those that can be read, of the first 5,000 that are not plainly over."""
        long_ago = (self.since - timedelta(days=2)).date()
        wanted = [component for component in components if not over_before(component, long_ago)]
        self.skipped += len(wanted[MAX_EVENTS:])
        events = []
        for component in wanted[:MAX_EVENTS]:
            try:
                with budget.computing(self._left()):
                    events.append(event_of(component, zones))
            except (budget.Over, ValueError, OverflowError):
                self.skipped += 1
        return events

    def _free_busy(self, lines: list[Line], zones: Zones, *, room: int) -> None:
        """The periods that are not free (RFC 5545, 3.6.4); each counts like an event, and like one it may be broken.

        A type that nobody knows is busy (3.2.9).
        """
        for line in lines:
            if line.parameters.get("FBTYPE", "").upper() == "FREE":
                continue
            for text in filter(str.strip, line.value.split(",")):
                if not room:
                    self.skipped += 1
                    continue
                before = len(self.spans)
                self._add(period(each, line.parameters, zones) for each in [text])
                room -= len(self.spans) > before

    def _add(self, found: Iterable[Occurrence]) -> None:
        """Count in what lies in the window; an event that fails on the way counts as skipped, and nothing of it is kept."""
        spans: list[Span] = []
        try:
            with budget.computing(self._left()):
                for each in found:
                    start, end = each.span
                    start, end = max(start, self.window[0]), min(end, self.window[1])
                    if start >= end:
                        continue
                    if len(spans) == MAX_INSTANCES:
                        self.skipped += 1
                        break
                    spans.append((start, end))
        except (budget.Over, ValueError, OverflowError, ArithmeticError, LookupError, TypeError):
            self.skipped += 1
            return
        self.spans += spans
        if len(self.spans) > MAX_IN_ALL:
            self.spans = merged(self.spans)
            if len(self.spans) > MAX_BUSY:
                raise Trouble(TOO_MANY)

    def _left(self) -> float:
        """Seconds for the next event; raises Trouble where none are left, so that what was known stays in force."""
        left = self.ends - time.process_time()
        if left <= 0:
            raise Trouble(TOO_LONG)
        return min(SECONDS_EACH, left)


def _newest(changes: list[Event]) -> list[Event]:
    """One for each instance: that of the highest SEQUENCE, the last one in the file among equals."""
    newest: dict[object, Event] = {}
    for change in changes:
        at = change.instead_of
        assert at is not None
        key = at.day if at.whole_day else at.instant
        if key not in newest or change.sequence >= newest[key].sequence:
            newest[key] = change
    return list(newest.values())
