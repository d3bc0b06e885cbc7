"""One event and its repetitions: which instances of it lie in a window (RFC 5545, 3.8.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from bookings.outside.components import Component, Line
from bookings.outside.moments import Length, Moment, between, length, moment, moments
from bookings.outside.zones import Zones

DAY = timedelta(days=1)
# Wall clocks are at most 15 hours from UTC; a day more costs nothing.
MARGIN = 2 * DAY


@dataclass(frozen=True, slots=True)
class Occurrence:
    """When it starts, and how long it takes."""

    start: Moment
    length: Length

    @property
    def span(self) -> tuple[int, int]:
        """[start, end) in whole seconds since the epoch, rounded outwards."""
        return int(self.start.instant.timestamp()), -int(-self.length.end_of(self.start).timestamp() // 1)


@dataclass(frozen=True, slots=True)
class Event:
    """A VEVENT as far as it says when somebody is busy."""

    uid: str
    first: Occurrence
    rules: tuple[str, ...]
    more: tuple[Occurrence, ...]  # RDATE
    without: tuple[Moment, ...]  # EXDATE
    instead_of: Moment | None  # RECURRENCE-ID
    and_future: bool  # RANGE=THISANDFUTURE
    sequence: int
    free: bool

    @property
    def repeats(self) -> bool:
        """Whether there may be more than the first."""
        return bool(self.rules or self.more)


def event_of(component: Component, zones: Zones) -> Event:
    """The event in these lines. Raises ValueError, OverflowError where they make none."""
    beginning = component.first("DTSTART")
    if beginning is None:
        raise ValueError("no start")
    start = moment(beginning.value, beginning.parameters, zones)
    takes = _length(component, start, zones)
    replaced = component.first("RECURRENCE-ID")
    instead_of = moment(replaced.value, replaced.parameters, zones) if replaced else None
    # Here and now, because an instant beyond the years that exist makes a broken event.
    _ = (start.instant, instead_of and instead_of.instant)
    sequence = component.word("SEQUENCE")
    uid = component.first("UID")
    return Event(
        uid=uid.value.strip() if uid else "",
        first=Occurrence(start, takes),
        rules=tuple(line.value.strip() for line in component.lines.get("RRULE", ())),
        more=tuple(each for line in component.lines.get("RDATE", ()) for each in _dates(line, takes, zones)),
        without=tuple(each for line in component.lines.get("EXDATE", ()) for each in moments(line, zones)),
        instead_of=instead_of,
        and_future=replaced is not None and replaced.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,
        free=component.word("TRANSP") == "TRANSPARENT" or component.word("STATUS") == "CANCELLED",
    )


def occurrences(event: Event, changes: list[Event], *, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """The instances of a series that may touch [since, until), without those that `changes` stand in for.

    May go on without end or never yield: the caller counts, and limits the time. Raises ValueError for a rule that is none.
    """
    gone = {each.instant for each in event.without if not each.whole_day}
    days = {each.day for each in event.without if each.whole_day}
    for change in changes:
        assert change.instead_of is not None
        if change.instead_of.whole_day:
            days.add(change.instead_of.day)
        else:
            gone.add(change.instead_of.instant)
    later = sorted(
        ((change.instead_of, change) for change in changes if change.instead_of and change.and_future),
        key=lambda pair: pair[0].instant,
    )
    seen: set[datetime] = set()
    for each in _all(event, since=since, until=until):
        instant = each.start.instant
        if instant in seen or instant in gone or each.start.day in days:
            continue
        seen.add(instant)
        before = [pair for pair in later if pair[0].instant <= instant]
        if before:
            at, change = before[-1]
            if change.free:
                continue
            moved = change.first.start.wall - at.seen_from(change.first.start.zone)
            each = Occurrence(
                change.first.start.at(each.start.seen_from(change.first.start.zone) + moved), change.first.length
            )
        yield each


def _all(event: Event, *, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """DTSTART, which counts as the first instance, then RDATE, then what the rules make of it."""
    start, takes = event.first.start, event.first.length
    rules = [_rule(rule, start) for rule in event.rules]
    # Programs end a series before it began when all of it, from the first instance on, is deleted.
    if not rules or any(until is None or until >= start.wall for _, until in rules):
        yield event.first
    yield from event.more
    last = until.replace(tzinfo=None) + MARGIN
    begin = since.replace(tzinfo=None) - MARGIN - takes.wall - takes.exact
    for rule, _ in rules:
        for wall in rrulestr(rule, dtstart=start.wall):
            if wall >= last:
                break
            if wall >= begin:
                yield Occurrence(start.at(wall), takes)


def _rule(text: str, start: Moment) -> tuple[str, datetime | None]:
    """The rule for dateutil, which counts in wall time, and its UNTIL as the last wall time of the series itself."""
    parts = dict(part.strip().upper().split("=", 1) for part in text.split(";") if part.strip())
    if parts.get("INTERVAL", "1").strip("0") == "":
        raise ValueError("an interval of nothing never ends")
    until = None
    if "UNTIL" in parts:
        until = _until(parts["UNTIL"], start)
        parts["UNTIL"] = f"{until:%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items()), until


def _until(text: str, start: Moment) -> datetime:
    zones = Zones((), default=start.zone, until=start.instant)
    end = moment(text, {}, zones)
    if start.whole_day:
        return datetime.combine(end.day, datetime.min.time())
    if end.whole_day:
        # Written against the RFC, and meant to be the whole of that day.
        return end.wall + DAY - timedelta(seconds=1)
    return end.seen_from(start.zone)


def _length(component: Component, start: Moment, zones: Zones) -> Length:
    ending, lasting = component.first("DTEND"), component.first("DURATION")
    if ending is not None:
        found = between(start, moment(ending.value, ending.parameters, zones))
        # Some write a day as ending on itself.
        return found if found.wall or found.exact or not start.whole_day else Length(DAY, timedelta())
    if lasting is not None:
        return length(lasting.value)
    return Length(DAY if start.whole_day else timedelta(), timedelta())


def _dates(line: Line, takes: Length, zones: Zones) -> Iterator[Occurrence]:
    for text in line.value.split(","):
        if "/" in text:
            yield period(text, line.parameters, zones)
        else:
            yield Occurrence(moment(text, line.parameters, zones), takes)


def period(text: str, parameters: dict[str, str], zones: Zones) -> Occurrence:
    """A PERIOD: a start with its end or its length (RFC 5545, 3.3.9). Raises ValueError."""
    begin, _, end = text.partition("/")
    start = moment(begin, parameters, zones)
    if end.strip().upper().startswith(("P", "+", "-")):
        return Occurrence(start, length(end))
    return Occurrence(start, between(start, moment(end, parameters, zones)))


def over_before(component: Component, day: date) -> bool:
    """Whether this is plainly a single event that ended before that day: cheap, and False in doubt."""
    if not component.lines.keys().isdisjoint(("RRULE", "RDATE", "RECURRENCE-ID", "DURATION")):
        return False
    last = component.first("DTEND") or component.first("DTSTART")
    digits = last.value.strip()[:8] if last else ""
    start = component.first("DTSTART")
    written = f"{day:%Y%m%d}"
    return (
        len(digits) == 8
        and digits.isascii()
        and digits.isdecimal()
        and digits < written
        and start is not None
        and start.value.strip()[:8] <= digits
    )
