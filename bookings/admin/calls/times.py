"""The free times that staff choose from, a week at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from bookings import selectors
from bookings.models import Booking, Coach, EventType
from bookings.scheduling import moment
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at

WEEK, A_SECOND = timedelta(days=7), timedelta(seconds=1)
# Staff may book beyond the window that visitors see, but not where no hours have been thought about.
AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One start: its value in a form, the desk's clock, the student's clock where it differs, and who is free."""

    value: str
    time: str
    theirs: str
    coaches: str


@dataclass(frozen=True, slots=True)
class FreeDay:
    """One day of the desk's calendar with its free starts."""

    name: str
    times: tuple[FreeTime, ...]


@dataclass(frozen=True, slots=True)
class FreeWeek:
    """The free starts of a week, and the weeks beside it; `soonest` is the first week with any where this has none."""

    monday: date
    title: str
    days: tuple[FreeDay, ...]
    earlier: date | None
    later: date | None
    soonest: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a time is looked for: a kind of call, a coach (None: any), a length, and the call that is being moved."""

    event_type: EventType
    coach: Coach | None = None
    duration: timedelta | None = None
    moving: Booking | None = None

    def free(self, since: datetime, until: datetime, now: datetime) -> list[selectors.OpenSlot]:
        """The free starts in [since, until); notice and booking window do not bind staff."""
        return selectors.month_of_slots(
            event_type=self.event_type,
            coach=self.coach,
            since=since,
            until=until,
            now=now,
            own_hold=self.moving,
            duration=self.duration,
            by_staff=True,
        )


def monday_of(text: str, *, now: datetime) -> date:
    """The Monday of the week that a date in an address lies in; this week's for anything else, and for the past."""
    this = _monday(now.astimezone(timezone.get_current_timezone()).date())
    try:
        asked = _monday(date.fromisoformat(text))
    except (ValueError, OverflowError):
        return this
    return min(max(asked, this), this + AHEAD)


def week(wanted: Wanted, *, monday: date, now: datetime, theirs: ZoneInfo | None, names: bool) -> FreeWeek:
    """The free starts of a week by the desk's clock; `names` says who is free."""
    zone = timezone.get_current_timezone()
    since, until = _midnight(monday, zone), _midnight(monday + WEEK, zone)
    found = wanted.free(since, until, now)
    soonest = None
    if not found:
        later = wanted.free(until, _midnight(monday, zone) + AHEAD, now)
        soonest = _monday(later[0].start.astimezone(zone).date()) if later else None
    this = _monday(now.astimezone(zone).date())
    last = moment(_midnight(monday + timedelta(days=6), zone), zone)
    return FreeWeek(
        monday=monday,
        title=f"{moment(since, zone).short_day} to {last.short_day} {last.year}",
        days=_days(found, zone, theirs if theirs is not None and theirs.key != str(zone) else None, names),
        earlier=monday - WEEK if monday > this else None,
        later=monday + WEEK if monday < this + AHEAD else None,
        soonest=soonest,
    )


def nearest(wanted: Wanted, *, around: datetime, now: datetime, count: int = 6) -> list[selectors.OpenSlot]:
    """The free starts nearest to an instant, sorted by time."""
    found = wanted.free(around - 2 * WEEK, around + 2 * WEEK, now)
    found = sorted(found, key=lambda slot: (abs(slot.start - around), slot.start))[:count]
    return sorted(found, key=lambda slot: slot.start)


def start_of(text: str) -> datetime | None:
    """The instant that a form or address names, or None for anything else."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    return start if start.tzinfo is not None and 2000 < start.year < 9000 else None


def value_of(start: datetime) -> str:
    """An instant as forms and addresses carry it."""
    return f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _days(
    slots: Iterable[selectors.OpenSlot], zone: tzinfo, theirs: ZoneInfo | None, names: bool
) -> tuple[FreeDay, ...]:
    by_slug = dict(Coach.objects.values_list("slug", "name")) if names else {}
    days: dict[str, list[FreeTime]] = {}
    for slot in slots:
        here = moment(slot.start, zone)
        there = moment(slot.start, theirs) if theirs is not None else None
        said = ""
        if there is not None:
            said = there.time if there.day == here.day else f"{there.short_day}, {there.time}"
        who = _few(sorted(by_slug.get(slug, slug) for slug in slot.coaches)) if names else ""
        days.setdefault(f"{here.day} {here.year}", []).append(FreeTime(value_of(slot.start), here.time, said, who))
    return tuple(FreeDay(name, tuple(times)) for name, times in days.items())


def _few(names: list[str]) -> str:
    """Two names, or how many there are."""
    return ", ".join(names) if len(names) < 3 else f"{len(names)} coaches free"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date, zone: tzinfo) -> datetime:
    return instant(opens_at(day, MIDNIGHT, zone))
