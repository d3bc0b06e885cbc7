"""The open times of one kind of call, for pages, the desk and the API."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from bookings.models import Booking, Coach, EventType
from bookings.scheduling import open_starts, open_until_changed
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at
from bookings.selectors.diaries import Diary, diaries
from bookings.selectors.hours import UTC_ZONE, coach_zone
from bookings.selectors.known import Offer
from bookings.selectors.offered import coaches

NEAR = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """An instant (aware UTC) at which a call can start, and the slugs of the coaches who are free then."""

    start: datetime
    coaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """Open starts in seconds since the epoch, sorted, each with the slugs of the coaches who are free then.

    `next_change` is the instant from which time alone changes the answer (None: never).
    """

    starts: dict[int, tuple[str, ...]]
    next_change: datetime | None


def month_of_slots(
    *,
    event_type: EventType,
    coach: Coach | None,
    since: datetime,
    until: datetime,
    now: datetime,
    own_hold: Booking | None = None,
    duration: timedelta | None = None,
    by_staff: bool = False,
) -> list[OpenSlot]:
    """The starts on offer in [since, until), sorted; `coach` None means any; `own_hold` never counts as busy.

    `own_hold` may also be a call that is being moved. `by_staff` leaves notice and booking window out.
    """
    eligible = coaches(event_type)
    chosen = list(eligible if coach is None else eligible.filter(pk=coach.pk))
    until = until if by_staff else min(until, now + event_type.booking_window)
    since = max(since, now)
    if not event_type.enabled or not chosen or since >= until:
        return []
    books = diaries(chosen, event_type, since=since, until=until, now=now, without=own_hold, duration=duration)
    return _open(books, event_type, since=since, until=until, now=now, duration=duration, by_staff=by_staff)


@dataclass(frozen=True, slots=True)
class Times:
    """The open times of one kind of call in a range, read once and asked for its parts."""

    event_type: EventType
    books: list[Diary]
    now: datetime
    duration: timedelta | None

    def open(self, since: datetime, until: datetime) -> list[OpenSlot]:
        """What `month_of_slots` answers for a part of the range."""
        since, until = max(since, self.now), min(until, self.now + self.event_type.booking_window)
        if since >= until:
            return []
        return _open(self.books, self.event_type, since=since, until=until, now=self.now, duration=self.duration)

    def unbooked(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """The starts at which somebody would be free if nothing were booked."""
        for book in self.books:
            asked = book.question(self.event_type, since=since, until=until, now=self.now, duration=self.duration)
            yield from open_starts(replace(asked, busy=(), limits=()))


def times(
    *,
    event_type: EventType,
    coach: Coach | None,
    since: datetime,
    until: datetime,
    now: datetime,
    own_hold: Booking | None = None,
    duration: timedelta | None = None,
    offer: Offer | None = None,
) -> Times:
    """The times in [since, until); with an `offer` at hand one query, where this process knows the hours."""
    if offer is None:
        chosen = list(coaches(event_type) if coach is None else coaches(event_type).filter(pk=coach.pk))
        hours = None
    else:
        chosen = [each for each in offer.coaches if coach is None or each.pk == coach.pk]
        hours = offer.hours(since=since, until=until + (duration or event_type.duration), now=now)
    books = (
        diaries(
            chosen,
            event_type,
            since=since,
            until=until,
            now=now,
            without=own_hold,
            duration=duration,
            hours=hours,
        )
        if event_type.enabled and chosen
        else []
    )
    return Times(event_type, books, now, duration)


def month_with_change(
    offer: Offer,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    duration: timedelta | None = None,
) -> Month:
    """The starts that are open in [since, until), and how long that holds while nobody writes anything.

    One query where kind, coaches and hours are known to this process.
    """
    kind = offer.kind
    if not offer.coaches or since >= until:
        return Month({}, None)
    hours = offer.hours(since=since, until=until + (duration or kind.duration), now=now)
    books = diaries(offer.coaches, kind, since=since, until=until, now=now, duration=duration, hours=hours)
    asked = (book.question(kind, since=since, until=until, now=now, duration=duration) for book in books)
    found = [open_until_changed(each) for each in asked]
    change = min((each for _, each in found if each is not None), default=None)
    if len(books) == 1:
        return Month(dict.fromkeys(chain.from_iterable(found[0][0]), (books[0].coach.slug,)), change)
    free: dict[int, list[str]] = defaultdict(list)
    for book, (stretches, _) in zip(books, found, strict=True):
        for start in chain.from_iterable(stretches):
            free[start].append(book.coach.slug)
    return Month({start: tuple(free[start]) for start in sorted(free)}, change)


def nearest_slots(
    *,
    event_type: EventType,
    coach: Coach | None,
    around: datetime,
    now: datetime,
    count: int = 6,
    duration: timedelta | None = None,
    own_hold: Booking | None = None,
) -> list[OpenSlot]:
    """The free starts nearest to an instant, sorted by time; fewer than `count` only where no more exist."""
    found: list[OpenSlot] = []
    near, whole = (around - NEAR, around + NEAR), (now, now + event_type.booking_window)
    for since, until in (near, whole):
        found = month_of_slots(
            event_type=event_type,
            coach=coach,
            since=since,
            until=until,
            now=now,
            duration=duration,
            own_hold=own_hold,
        )
        if len(found) >= count:
            break
    return nearest(found, around, count)


def nearest(found: Iterable[OpenSlot], around: datetime, count: int = 6) -> list[OpenSlot]:
    """The slots nearest to an instant, sorted by time."""
    chosen = sorted(found, key=lambda slot: (abs(slot.start - around), slot.start))[:count]
    return sorted(chosen, key=lambda slot: slot.start)


def week_preview(
    *, coach: Coach, event_type: EventType, monday: date, now: datetime
) -> dict[date, list[tuple[datetime, datetime]]]:
    """The calls a visitor would be offered in the week from `monday`, as (start, end) by the coach's local date.

    The coach's own saved hours are asked, whether or not the coach is bookable yet.
    """
    zone = coach_zone(coach, at=max(now, _midnight(monday, UTC_ZONE)))
    since, until = _midnight(monday, zone), _midnight(monday + timedelta(days=7), zone)
    books = diaries([coach], event_type, since=since, until=until, now=now)
    found: dict[date, list[tuple[datetime, datetime]]] = {monday + timedelta(days=each): [] for each in range(7)}
    for slot in _open(books, event_type, since=since, until=until, now=now):
        found.setdefault(slot.start.astimezone(zone).date(), []).append((slot.start, slot.start + event_type.duration))
    return found


def _open(
    books: list[Diary],
    event_type: EventType,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    duration: timedelta | None = None,
    by_staff: bool = False,
) -> list[OpenSlot]:
    free: dict[datetime, list[str]] = defaultdict(list)
    for book in books:
        asked = book.question(event_type, since=since, until=until, now=now, duration=duration, by_staff=by_staff)
        for start in open_starts(asked):
            free[start].append(book.coach.slug)
    return [OpenSlot(start, tuple(free[start])) for start in sorted(free)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(opens_at(day, MIDNIGHT, zone))
