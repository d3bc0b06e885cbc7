"""What pages, the API and the booking gate read: rows in, plain frozen values out, a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.models import BLOCKING, Booking, Coach, DateOverride, EventType, Schedule, TimeOff
from bookings.scheduling import (
    Candidate,
    Hours,
    Interval,
    Limit,
    Period,
    SlotQuestion,
    Window,
    open_starts,
    zone_at,
)
from bookings.scheduling.availability import LOOKBACK_DAYS

Status = Booking.Status
UTC_ZONE = ZoneInfo("UTC")
NEAR = timedelta(days=8)
# A limit counts whole ISO weeks of the coach's zone, which may reach a day further than those of UTC.
_WEEK_AND_A_DAY = timedelta(days=8)
# The core follows windows back for LOOKBACK_DAYS and one day more, by local dates, and one day ahead.
_OVERRIDES_BACK, _OVERRIDES_AHEAD = timedelta(days=LOOKBACK_DAYS + 3), timedelta(days=3)


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """An instant (aware UTC) at which a call can start, and the slugs of the coaches who are free then."""

    start: datetime
    coaches: tuple[str, ...]


@dataclass(slots=True)
class Diary:
    """What the core needs to know of one coach for one range."""

    coach: Coach
    hours: tuple[Hours, ...] = ()
    busy: list[Interval] = field(default_factory=list)
    time_off: list[Interval] = field(default_factory=list)
    counted: list[tuple[datetime, int]] = field(default_factory=list)

    def question(self, event_type: EventType, *, since: datetime, until: datetime, now: datetime) -> SlotQuestion:
        """The question whose answer is this coach's free starts for this kind of call."""
        return SlotQuestion(
            hours=self.hours,
            duration=event_type.duration,
            slot_interval=event_type.slot_interval,
            buffer_before=event_type.buffer_before,
            buffer_after=event_type.buffer_after,
            minimum_notice=event_type.minimum_notice,
            booking_window=event_type.booking_window,
            now=now,
            since=since,
            until=until,
            busy=tuple(self.busy),
            time_off=tuple(self.time_off),
            limits=tuple(_limits(self.coach, event_type, self.counted)),
        )


def demo_allowed() -> bool:
    """Demo coaches are for trying things out: never bookable on a public site with DEBUG off."""
    return bool(settings.DEBUG or not settings.SITE_IS_PUBLIC)


def event_types() -> QuerySet[EventType]:
    """The kinds of call that can be booked, in the order staff gave them."""
    found = EventType.objects.filter(enabled=True)
    return found if demo_allowed() else found.filter(is_demo=False)


def coaches(event_type: EventType | None = None) -> QuerySet[Coach]:
    """The coaches who can be booked (for this kind of call, if one is given)."""
    found = Coach.objects.filter(active=True)
    if event_type is not None:
        found = found.filter(event_types=event_type)
    return found if demo_allowed() else found.filter(is_demo=False)


def coach_zone(coach: Coach, *, at: datetime) -> ZoneInfo:
    """The zone of the coach's schedule that is valid at that instant, or UTC where the coach has no schedule."""
    zone = zone_at(_hours([coach.pk], since=at, until=at).get(coach.pk, ()), int(at.timestamp()))
    return zone if isinstance(zone, ZoneInfo) else UTC_ZONE


def month_of_slots(
    *,
    event_type: EventType,
    coach: Coach | None,
    since: datetime,
    until: datetime,
    now: datetime,
    own_hold: Booking | None = None,
) -> list[OpenSlot]:
    """The starts on offer in [since, until), sorted; `coach` None means any; one's own hold never counts as busy."""
    eligible = coaches(event_type)
    chosen = list(eligible if coach is None else eligible.filter(pk=coach.pk))
    since, until = max(since, now), min(until, now + event_type.booking_window)
    if not chosen or since >= until or not event_type.enabled:
        return []
    free: dict[datetime, list[str]] = defaultdict(list)
    for diary in diaries(chosen, event_type, since=since, until=until, now=now, without=own_hold):
        for start in open_starts(diary.question(event_type, since=since, until=until, now=now)):
            free[start].append(diary.coach.slug)
    return [OpenSlot(start, tuple(free[start])) for start in sorted(free)]


def nearest_slots(
    *, event_type: EventType, coach: Coach | None, around: datetime, now: datetime, count: int = 6
) -> list[OpenSlot]:
    """The free starts nearest to an instant, sorted by time; fewer than `count` only where no more exist."""
    found: list[OpenSlot] = []
    near, whole = (around - NEAR, around + NEAR), (now, now + event_type.booking_window)
    for since, until in (near, whole):
        found = month_of_slots(event_type=event_type, coach=coach, since=since, until=until, now=now)
        if len(found) >= count:
            break
    nearest = sorted(found, key=lambda slot: (abs(slot.start - around), slot.start))[:count]
    return sorted(nearest, key=lambda slot: slot.start)


def diaries(
    chosen: Sequence[Coach],
    event_type: EventType,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    without: Booking | None = None,
) -> list[Diary]:
    """The diaries of these coaches for calls starting in [since, until): four queries for any number of coaches.

    Holds that have run out at `now` are not in them, nor is the booking `without`.
    """
    books = {coach.pk: Diary(coach) for coach in chosen}
    for pk, hours in _hours(books, since=since, until=until + event_type.duration).items():
        books[pk].hours = hours
    busy_since = since - event_type.buffer_before
    busy_until = until + event_type.duration + event_type.buffer_after
    for pk, start, end in TimeOff.objects.filter(coach__in=books, end__gt=busy_since, start__lt=busy_until).values_list(
        "coach_id", "start", "end"
    ):
        books[pk].time_off.append(Interval(start, end))
    bookings = _counting(books, chosen, event_type, busy_since, busy_until, now)
    if without is not None:
        bookings = bookings.exclude(pk=without.pk)
    for pk, status, start, type_id, busy_start, busy_end in bookings.values_list(
        "coach_id", "status", "start", "event_type_id", "busy_start", "busy_end"
    ):
        books[pk].counted.append((start, type_id))
        if status in BLOCKING and busy_end > busy_since and busy_start < busy_until:
            books[pk].busy.append(Interval(busy_start, busy_end))
    return list(books.values())


def candidates(chosen: Iterable[Coach], *, now: datetime) -> list[Candidate]:
    """How busy these coaches are, for choosing one: one query. No-shows and released holds do not count."""
    taken = Q(status__in=(Status.PENDING, Status.CONFIRMED)) | Q(status=Status.HELD, held_until__gt=now)
    # Two subqueries on two indexes: a join would count through every call the coach has ever had.
    own = Booking.objects.filter(coach=OuterRef("pk")).order_by()
    upcoming = own.filter(taken, busy_end__gt=now, start__gt=now).values("coach").annotate(number=Count("pk"))
    last = own.filter(taken | Q(status=Status.COMPLETED)).order_by("-created_at")
    rows = (
        Coach.objects.filter(pk__in=[coach.pk for coach in chosen])
        .annotate(
            upcoming=Coalesce(Subquery(upcoming.values("number")), 0),
            last=Subquery(last.values("created_at")[:1]),
        )
        .values_list("pk", "upcoming", "last")
    )
    return [Candidate(*row) for row in rows]


def _counting(
    pks: Iterable[int],
    chosen: Iterable[Coach],
    event_type: EventType,
    since: datetime,
    until: datetime,
    now: datetime,
) -> QuerySet[Booking]:
    """The bookings that take time in a range or, where there are limits, count in its weeks."""
    statuses: tuple[str, ...] = BLOCKING
    if (
        event_type.limit_per_day
        or event_type.limit_per_week
        or any(c.limit_per_day or c.limit_per_week for c in chosen)
    ):
        since, until = since - _WEEK_AND_A_DAY, until + _WEEK_AND_A_DAY
        statuses = (*BLOCKING, Status.COMPLETED, Status.NO_SHOW)
    run_out = Q(status=Status.HELD, held_until__lte=now)
    return Booking.objects.filter(
        ~run_out, coach__in=list(pks), status__in=statuses, busy_end__gt=since, busy_start__lt=until
    ).order_by()


def _limits(coach: Coach, event_type: EventType, counted: list[tuple[datetime, int]]) -> Iterable[Limit]:
    every = tuple(start for start, _ in counted)
    same = tuple(start for start, type_id in counted if type_id == event_type.pk)
    for period, most, starts in (
        (Period.DAY, event_type.limit_per_day, same),
        (Period.WEEK, event_type.limit_per_week, same),
        (Period.DAY, coach.limit_per_day, every),
        (Period.WEEK, coach.limit_per_week, every),
    ):
        if most is not None:
            yield Limit(period, most, starts)


def _hours(coach_ids: Iterable[int], *, since: datetime, until: datetime) -> dict[int, tuple[Hours, ...]]:
    """Every schedule of these coaches as the core's Hours, with the overrides it may look at: two queries."""
    schedules: dict[int, dict[str, Any]] = {}
    weekly: dict[int, dict[int, list[Window]]] = defaultdict(lambda: defaultdict(list))
    overrides: dict[int, dict[date, list[Window]]] = defaultdict(lambda: defaultdict(list))
    ids = list(coach_ids)
    for pk, coach_id, zone, first, last, weekday, opens, closes in (
        Schedule.objects.filter(coach__in=ids)
        .order_by("coach_id", "valid_from", "pk")
        .values_list(
            "pk",
            "coach_id",
            "time_zone",
            "valid_from",
            "valid_until",
            "rules__weekday",
            "rules__opens",
            "rules__closes",
        )
    ):
        schedules[pk] = {"coach": coach_id, "zone": zone, "valid_from": first, "valid_until": last}
        if weekday is not None:
            weekly[pk][weekday].append(Window(opens, closes))
    for pk, day, opens, closes in DateOverride.objects.filter(
        schedule__coach__in=ids, date__gte=(since - _OVERRIDES_BACK).date(), date__lte=(until + _OVERRIDES_AHEAD).date()
    ).values_list("schedule_id", "date", "windows__opens", "windows__closes"):
        windows = overrides[pk][day]
        if opens is not None:
            windows.append(Window(opens, closes))
    result: dict[int, tuple[Hours, ...]] = defaultdict(tuple)
    for pk, row in schedules.items():
        coach_id = row.pop("coach")
        hours = Hours(
            weekly={weekday: tuple(each) for weekday, each in weekly[pk].items()},
            overrides={day: tuple(each) for day, each in overrides[pk].items()},
            **row,
        )
        result[coach_id] = (*result[coach_id], hours)
    return dict(result)
