"""What the core needs to know of a coach: hours, calls, time off, outside calendars, limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Value

from bookings.models import BLOCKING, Booking, Coach, EventType, OutsideBusy, TimeOff
from bookings.scheduling import Busy, Explanation, Hours, Interval, Limit, Period, Reason, SlotQuestion
from bookings.scheduling import explain as ask_why
from bookings.selectors.hours import hours_of
from bookings.selectors.offered import coaches as bookable
from bookings.selectors.offered import event_types

Status = Booking.Status
A_SECOND = timedelta(seconds=1)
_TIME_OFF, _OUTSIDE = 0, 1
# A limit counts whole ISO weeks of the coach's zone, which may reach a day further than those of UTC.
_WEEK_AND_A_DAY = timedelta(days=8)


@dataclass(slots=True)
class Diary:
    """What the core needs to know of one coach for one range."""

    coach: Coach
    hours: tuple[Hours, ...] = ()
    busy: list[Busy] = field(default_factory=list)
    time_off: list[Interval] = field(default_factory=list)
    outside: list[Interval] = field(default_factory=list)
    counted: list[tuple[datetime, int]] = field(default_factory=list)
    expiries: list[datetime] = field(default_factory=list)

    def question(
        self,
        event_type: EventType,
        *,
        since: datetime,
        until: datetime,
        now: datetime,
        duration: timedelta | None = None,
        by_staff: bool = False,
    ) -> SlotQuestion:
        """The question whose answer is this coach's free starts for this kind of call.

        Notice and booking window are promises to visitors: they do not bind staff.
        """
        return SlotQuestion(
            hours=self.hours,
            duration=duration or event_type.duration,
            slot_interval=event_type.slot_interval,
            buffer_before=event_type.buffer_before,
            buffer_after=event_type.buffer_after,
            minimum_notice=timedelta() if by_staff else event_type.minimum_notice,
            booking_window=None if by_staff else event_type.booking_window,
            now=now,
            since=since,
            until=until,
            busy=tuple(self.busy),
            time_off=tuple(self.time_off),
            outside=tuple(self.outside),
            limits=tuple(_limits(self.coach, event_type, self.counted)),
            expiries=tuple(self.expiries),
        )


def diaries(
    chosen: Sequence[Coach],
    event_type: EventType,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    without: Booking | None = None,
    duration: timedelta | None = None,
) -> list[Diary]:
    """The diaries of these coaches for calls starting in [since, until): five queries at most for any number of coaches.

    Holds and requests that have run out at `now` are not in them, nor is the booking `without`.
    """
    size = duration or event_type.duration
    books = {coach.pk: Diary(coach) for coach in chosen}
    for pk, hours in hours_of(chosen, since=since, until=until + size).items():
        books[pk].hours = hours
    busy_since = since - event_type.buffer_before
    busy_until = until + size + event_type.buffer_after
    for pk, start, end, kind in _away(list(books), busy_since, busy_until):
        (books[pk].time_off if kind == _TIME_OFF else books[pk].outside).append(Interval(start, end))
    bookings = _counting(chosen, event_type, busy_since, busy_until, now)
    if without is not None:
        bookings = bookings.exclude(pk=without.pk)
    for pk, status, name, type_id, start, end, busy_start, busy_end, held_until, approve_by in bookings.values_list(
        "coach_id",
        "status",
        "attendee_name",
        "event_type_id",
        "start",
        "end",
        "busy_start",
        "busy_end",
        "held_until",
        "approve_by",
    ):
        diary = books[pk]
        diary.counted.append((start, type_id))
        ends = held_until if status == Status.HELD else approve_by if status == Status.PENDING else None
        if ends is not None:
            diary.expiries.append(ends)
        if status in BLOCKING and busy_end > busy_since and busy_start < busy_until:
            diary.busy.append(Busy(busy_start, busy_end, call=Interval(start, end), name=name))
    return list(books.values())


def booked_in(coach: Coach, *, start: datetime, end: datetime) -> QuerySet[Booking]:
    """The calls of this coach that are agreed on or asked for and meet [start, end), by start."""
    return (
        Booking.objects.filter(
            coach=coach, status__in=(Status.CONFIRMED, Status.PENDING), start__lt=end, end__gt=start, busy_end__gt=start
        )
        .select_related("coach", "event_type", "lead")
        .order_by("start")
    )


def explain(
    *, coach: Coach, event_type: EventType, start: datetime, now: datetime, duration: timedelta | None = None
) -> Explanation | None:
    """The first rule that keeps visitors from being offered this start, or None where it is offered."""
    if not event_types().filter(pk=event_type.pk).exists():
        return Explanation(Reason.TYPE_DISABLED)
    if not bookable(event_type).filter(pk=coach.pk).exists():
        return Explanation(Reason.COACH_NOT_ELIGIBLE)
    until = start + A_SECOND
    (diary,) = diaries([coach], event_type, since=start, until=until, now=now, duration=duration)
    return ask_why(diary.question(event_type, since=start, until=until, now=now, duration=duration), start)


def _away(ids: list[int], since: datetime, until: datetime) -> QuerySet[Any, tuple[int, datetime, datetime, int]]:
    """Time off and busy times from outside calendars that meet [since, until): one query for both."""
    time_off = TimeOff.objects.filter(coach__in=ids, end__gt=since, start__lt=until).order_by()
    outside = OutsideBusy.objects.filter(
        calendar__coach__in=ids, calendar__enabled=True, end__gt=since, start__lt=until
    ).order_by()
    return time_off.values_list("coach_id", "start", "end", Value(_TIME_OFF)).union(
        outside.values_list("calendar__coach_id", "start", "end", Value(_OUTSIDE)), all=True
    )


def _counting(
    chosen: Sequence[Coach], event_type: EventType, since: datetime, until: datetime, now: datetime
) -> QuerySet[Booking]:
    """The bookings that take time in a range or, where there are limits, count in its weeks."""
    statuses: tuple[str, ...] = BLOCKING
    if (
        event_type.limit_per_day
        or event_type.limit_per_week
        or any(each.limit_per_day or each.limit_per_week for each in chosen)
    ):
        since, until = since - _WEEK_AND_A_DAY, until + _WEEK_AND_A_DAY
        statuses = (*BLOCKING, Status.COMPLETED, Status.NO_SHOW)
    run_out = Q(status=Status.HELD, held_until__lte=now) | Q(status=Status.PENDING, approve_by__lte=now)
    return Booking.objects.filter(
        ~run_out, coach__in=list(chosen), status__in=statuses, busy_end__gt=since, busy_start__lt=until
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
