"""What the core needs to know of a coach: hours, calls, time off, outside calendars, limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bookings.models import BLOCKING, Booking, Coach, EventType
from bookings.scheduling import Busy, Explanation, Hours, Interval, Limit, Period, Reason, SlotQuestion
from bookings.scheduling import explain as ask_why
from bookings.selectors import busy
from bookings.selectors.hours import hours_of
from bookings.selectors.offered import coaches as bookable
from bookings.selectors.offered import event_types
from bookings.selectors.sql import instant

Status = Booking.Status
A_SECOND = timedelta(seconds=1)
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
    run_out: list[Interval] = field(default_factory=list)

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
    hours: Mapping[int, tuple[Hours, ...]] | None = None,
) -> list[Diary]:
    """The diaries of these coaches for calls starting in [since, until): three queries at most for any number of coaches.

    Holds and requests that have run out at `now` are busy in none, only named under `run_out`; the booking `without` is in
    none at all. With `hours` given, those alone are not read.
    """
    size = duration or event_type.duration
    if hours is None:
        hours = hours_of(chosen, since=since, until=until + size)
    books = {coach.pk: Diary(coach, hours.get(coach.pk, ())) for coach in chosen}
    busy_since = since - event_type.buffer_before
    busy_until = until + size + event_type.buffer_after
    limited = _limited(chosen, event_type)
    more = _WEEK_AND_A_DAY if limited else timedelta()
    for what, pk, begins, ends, start, end, status, type_id, name, counts_until in busy.rows(
        books,
        since=busy_since,
        until=busy_until,
        counted_since=busy_since - more,
        counted_until=busy_until + more,
        limited=limited,
        without=without.pk if without is not None else None,
    ):
        diary = books[pk]
        if what == busy.BOOKING:
            first, last, begin = instant(begins), instant(ends), instant(start)
            if counts_until is not None:
                over = instant(counts_until)
                if over <= now:
                    diary.run_out.append(Interval(first, last))
                    continue
                diary.expiries.append(over)
            diary.counted.append((begin, type_id))
            if status in BLOCKING and last > busy_since and first < busy_until:
                diary.busy.append(Busy(first, last, call=Interval(begin, instant(end)), name=name))
        else:
            away = diary.time_off if what == busy.TIME_OFF else diary.outside
            away.append(Interval(instant(begins), instant(ends)))
    return list(books.values())


def booked_in(coach: Coach, *, start: datetime, end: datetime) -> QuerySet[Booking]:
    """The calls of this coach that are agreed on or asked for and meet [start, end), by start."""
    return (
        Booking.objects.filter(
            coach=coach,
            status__in=(Status.CONFIRMED, Status.PENDING),
            unproven=False,
            start__lt=end,
            end__gt=start,
            busy_end__gt=start,
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


def _limited(chosen: Sequence[Coach], event_type: EventType) -> bool:
    """Whether any limit makes it worth counting the weeks around a range."""
    return bool(
        event_type.limit_per_day
        or event_type.limit_per_week
        or any(each.limit_per_day or each.limit_per_week for each in chosen)
    )


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
