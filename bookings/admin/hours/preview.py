"""The week as visitors will be offered it: day by day, with whatever keeps times away named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bookings import selectors
from bookings.holidays import base_name, holidays_of
from bookings.models import (
    BLOCKING,
    Booking,
    Coach,
    DateOverride,
    EventType,
    OutsideBusy,
    Schedule,
    TimeOff,
    WorkedHoliday,
)
from bookings.scheduling import Hours, Window, moment, open_starts, zone_at
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """Hours that are typed and not saved yet; `schedule` None is a new schedule."""

    schedule: int | None
    zone: ZoneInfo
    weekly: Mapping[int, tuple[Window, ...]]
    valid_from: date | None
    valid_until: date | None


@dataclass(slots=True)
class PreviewDay:
    """A local date: what holds on it, in lines, and the starts that are offered, in runs."""

    name: str
    lines: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    count: int = 0
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A week by the coach's clock."""

    days: list[PreviewDay]
    zone: str
    note: str


def preview(*, coach: Coach, event_type: EventType, monday: date, now: datetime, draft: Draft | None = None) -> Preview:
    """What will be offered in the week from `monday`, with the draft in the place of its schedule."""
    utc = selectors.UTC_ZONE
    since, until = _midnight(monday, utc) - A_DAY, _midnight(monday, utc) + timedelta(days=9)
    (diary,) = selectors.diaries([coach], event_type, since=since, until=until, now=now)
    diary.hours = hours = _with(coach, diary.hours, draft)
    zone = zone_at(hours, int(_midnight(monday, utc).timestamp())) or utc
    since, until = _midnight(monday, zone), _midnight(monday + timedelta(days=7), zone)
    starts = open_starts(diary.question(event_type, since=since, until=until, now=now))
    facts = _facts(coach, since, until, zone, draft)
    days = []
    for day in (monday + A_DAY * number for number in range(7)):
        first, last = _midnight(day, zone), _midnight(day + A_DAY, zone)
        offered = [start for start in starts if first <= start < last]
        shown = PreviewDay(moment(first, zone).day, [*_opening(hours, day), *facts.get(day, [])])
        shown.count, shown.runs = len(offered), _runs(offered, event_type.slot_interval, zone)
        if not offered:
            shown.nothing = _nothing(event_type, first, last, now, is_open=any(each.on(day) for each in hours))
        days.append(shown)
    note = ""
    if not selectors.coaches(event_type).filter(pk=coach.pk).exists() or not event_type.enabled:
        note = f"{coach.name} cannot be booked for this kind of call at present; this is how it would look."
    return Preview(days, moment(since, zone).where, note)


def _with(coach: Coach, saved: Sequence[Hours], draft: Draft | None) -> tuple[Hours, ...]:
    """The coach's hours with the draft in its place; overrides and holidays are those that are saved."""
    if draft is None:
        return tuple(saved)
    # In the order in which the selectors read them.
    order = Schedule.objects.filter(coach=coach).order_by("valid_from", "pk").values_list("pk", flat=True)
    typed = Hours(draft.zone, draft.weekly, {}, draft.valid_from, draft.valid_until)
    hours = dict(zip(order, saved, strict=False))
    old = hours.get(draft.schedule or 0)
    holidays = next((each.holidays for each in saved), frozenset())
    hours[draft.schedule or 0] = replace(typed, overrides=old.overrides if old else {}, holidays=holidays)
    return tuple(hours.values())


def _opening(hours: Iterable[Hours], day: date) -> list[str]:
    valid = [each for each in hours if each.is_valid_on(day)]
    if not valid:
        return ["No schedule holds on this day."]
    windows = [window for each in valid for window in each.on(day)]
    said = ", ".join(f"{_wall(window.opens)}–{_wall(window.closes, ends=True)}" for window in windows)
    return [f"Open {said}"] if windows else []


def _facts(coach: Coach, since: datetime, until: datetime, zone: tzinfo, draft: Draft | None) -> dict[date, list[str]]:
    """What stands in the calendar on each date, in the order in which the rules are asked."""
    lines: dict[date, list[str]] = {}

    def tell(start: datetime, end: datetime, words: str) -> None:
        first, last = max(start, since).astimezone(zone).date(), (min(end, until) - A_DAY / 86400).astimezone(zone)
        day = first
        while day <= last.date():
            from_, to = _midnight(day, zone), _midnight(day + A_DAY, zone)
            whole = start <= from_ and to <= end
            closes = "midnight" if end >= to else _clock(end, zone)
            between = "all day" if whole else f"{_clock(max(start, from_), zone)}–{closes}"
            lines.setdefault(day, []).append(f"{words}, {between}")
            day += A_DAY

    for off in TimeOff.objects.filter(coach=coach, end__gt=since, start__lt=until):
        tell(off.start, off.end, f"Time off{f' ({off.note})' if off.note else ''}")
    first_day, last_day = since.astimezone(zone).date(), until.astimezone(zone).date()
    overrides = DateOverride.objects.filter(schedule__coach=coach, date__gte=first_day, date__lt=last_day)
    for override in overrides.select_related("schedule").prefetch_related("windows"):
        opened = bool(override.windows.all())
        note = f" ({override.note})" if override.note else ""
        words = f"{'Other hours' if opened else 'Closed'} on this date{note}"
        lines.setdefault(override.date, []).append(f"{words}: a date override")
    worked = set(WorkedHoliday.objects.filter(coach=coach).values_list("name", flat=True))
    years = range(first_day.year, last_day.year + 1)
    for day, names in holidays_of(coach.holiday_country, coach.holiday_subdivision, years).items():
        if first_day <= day < last_day:
            works = all(base_name(name) in worked for name in names.split("; "))
            lines.setdefault(day, []).append(f"Public holiday: {names}{' (worked)' if works else ''}")
    calls = Booking.objects.filter(coach=coach, status__in=BLOCKING, end__gt=since, start__lt=until)
    for call in calls.select_related("event_type").order_by("start"):
        who = call.attendee_name or ("held by a visitor" if call.status == Booking.Status.HELD else "")
        tell(call.start, call.end, f"{call.event_type.title}{f', {who}' if who else ''}")
    busy = OutsideBusy.objects.filter(calendar__coach=coach, calendar__enabled=True, end__gt=since, start__lt=until)
    for each in busy.select_related("calendar").order_by("start"):
        tell(each.start, each.end, f"Busy in “{each.calendar.name}”")
    return lines


def _runs(starts: Sequence[datetime], step: timedelta, zone: tzinfo) -> list[str]:
    """Starts that follow each other by the interval as one run: "9:00 AM to 11:30 AM"; others one by one."""
    runs: list[list[datetime]] = []
    for start in starts:
        if runs and start - runs[-1][-1] == step:
            runs[-1].append(start)
        else:
            runs.append([start])
    words = []
    for run in runs:
        if len(run) < 3:
            words += [_clock(start, zone) for start in run]
        else:
            words.append(f"{_clock(run[0], zone)} to {_clock(run[-1], zone)}")
    return words


def _nothing(event_type: EventType, first: datetime, last: datetime, now: datetime, *, is_open: bool) -> str:
    """Why a day has nothing on offer, as far as one rule says it for the whole day."""
    if last <= now:
        return "Past."
    if last <= now + event_type.minimum_notice:
        return "Too soon: minimum notice is not met any more."
    if first >= now + event_type.booking_window:
        return f"Not yet: visitors can book {event_type.booking_window.days} days ahead."
    return "Nothing is left." if is_open else "Closed."


def _wall(at: time, *, ends: bool = False) -> str:
    if ends and at == MIDNIGHT:
        return "midnight"
    return f"{at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'PM'}"


def _clock(at: datetime, zone: tzinfo) -> str:
    return moment(at, zone).time


def _midnight(day: date, zone: tzinfo) -> datetime:
    return instant(opens_at(day, MIDNIGHT, zone))
