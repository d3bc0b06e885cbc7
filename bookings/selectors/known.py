"""What rarely changes, kept by this process: kinds of call, coaches and their hours, each at the version it was read at.

1. Ask for the roll: one query for the present version of the kind of call and of each coach.
2. What is kept at another version, or not at all, is read; what is read is kept at the version asked before the reading,
   so that a write in between makes it stale at once, never an answer wrong.

Only for reading outside of transactions: one that is taken back takes its version back too, and another write may get the
same number. The gate reads fresh rows. What is busy is never kept.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import TypeVar

from bookings.models import Coach, EventType
from bookings.scheduling import Hours
from bookings.selectors import sql
from bookings.selectors.hours import days_around, hours_between
from bookings.selectors.stamps import Roll, Stamp, roll
from mail import prepared

T = TypeVar("T")

MOST_KINDS, MOST_COACHES = 256, 4096
_THESE = prepared.Rows(Coach, where=lambda: f"bookings_coach.id {sql.one_of('coaches')}")
# Hours are read on so many days at once, so that the next question finds them whatever month it is about.
BEHIND, AHEAD = timedelta(days=40), timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of call and the coaches who can be booked for it, in the order of their names."""

    stamp: Stamp
    kind: EventType
    coaches: list[Coach]
    versions: Mapping[int, int]

    def hours(self, *, since: datetime, until: datetime, now: datetime) -> dict[int, tuple[Hours, ...]]:
        """Everybody's schedules by coach id, with what the core may look at around [since, until)."""
        first, last = days_around(since, until)
        usual_first, usual_last = (now - BEHIND).date(), (now + AHEAD).date()
        if not usual_first <= first <= last <= usual_last:
            # Somebody looks far back or ahead: read for this question alone.
            return hours_between(self.coaches, first, last)
        found, missing = memory.find_hours(self.versions, first, last)
        if missing:
            read = hours_between([each for each in self.coaches if each.pk in missing], usual_first, usual_last)
            found |= {pk: read.get(pk, ()) for pk in missing}
            memory.keep_hours({pk: _Hours(self.versions[pk], usual_first, usual_last, found[pk]) for pk in missing})
        return found


def offer(*, slug: str, coach: str = "") -> Offer | None:
    """What can be booked under this slug, and with whom (or with this one coach); None where nothing can be."""
    found = roll(slug=slug, coach=coach)
    if found is None:
        return None
    kind, coaches = _kind(found), _coaches(found)
    if kind is None:
        return None
    # A coach who was deleted since the roll was called is not there any more.
    there = [coaches[pk] for pk in found.coaches if pk in coaches]
    return Offer(found.stamp, kind, there, {each.pk: found.coaches[each.pk] for each in there})


@dataclass(frozen=True, slots=True)
class _Hours:
    version: int
    first: date
    last: date
    hours: tuple[Hours, ...]


class Memory:
    """What this process keeps, the least used thrown away first."""

    def __init__(self) -> None:
        self.kinds: OrderedDict[int, tuple[int, EventType]] = OrderedDict()
        self.coaches: OrderedDict[int, tuple[int, Coach]] = OrderedDict()
        self.hours: OrderedDict[int, _Hours] = OrderedDict()
        self.lock = Lock()

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            for kept in (self.kinds, self.coaches, self.hours):
                kept.clear()

    def find_hours(
        self, versions: Mapping[int, int], first: date, last: date
    ) -> tuple[dict[int, tuple[Hours, ...]], set[int]]:
        """The hours kept of these coaches at these versions and on these days, and the ids of those that are not."""
        found: dict[int, tuple[Hours, ...]] = {}
        with self.lock:
            for pk, version in versions.items():
                kept = self.hours.get(pk)
                if kept is not None and kept.version == version and kept.first <= first and last <= kept.last:
                    found[pk] = kept.hours
                    self.hours.move_to_end(pk)
        return found, versions.keys() - found.keys()

    def keep_hours(self, read: Mapping[int, _Hours]) -> None:
        """Keep what was read, in place of what is older."""
        with self.lock:
            _keep(self.hours, read, MOST_COACHES)


memory = Memory()


def _kind(found: Roll) -> EventType | None:
    with memory.lock:
        version, kind = memory.kinds.get(found.kind, (0, None))
    if kind is not None and version == found.kind_version:
        return kind
    kind = EventType.objects.filter(pk=found.kind).first()
    if kind is not None:
        with memory.lock:
            _keep(memory.kinds, {kind.pk: (found.kind_version, kind)}, MOST_KINDS)
    return kind


def _coaches(found: Roll) -> dict[int, Coach]:
    there: dict[int, Coach] = {}
    with memory.lock:
        for pk, version in found.coaches.items():
            kept = memory.coaches.get(pk)
            if kept is not None and kept[0] == version:
                there[pk] = kept[1]
                memory.coaches.move_to_end(pk)
    missing = found.coaches.keys() - there.keys()
    if missing:
        read = {coach.pk: coach for coach in _THESE.all(coaches=sql.ids(missing))}
        with memory.lock:
            _keep(memory.coaches, {pk: (found.coaches[pk], coach) for pk, coach in read.items()}, MOST_COACHES)
        there |= read
    return there


def _keep(kept: OrderedDict[int, T], read: Mapping[int, T], most: int) -> None:
    """Under the lock."""
    for key, value in read.items():
        kept[key] = value
        kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
