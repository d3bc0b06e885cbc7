"""Days and times to choose from, for a new call and for one that is moved: what stands on the page, nothing of what it does."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings import selectors
from bookings.models import Booking, EventType
from bookings.scheduling import next_clock_change
from bookings.selectors import Offer
from bookings.selectors.slots import Times
from bookings.views import days, wording, zones
from bookings.views.asked import ANY, MONTH, WEEK, Asked, default_zone, minutes
from bookings.views.days import ONE, Opened, Stretch
from mail.text import one_line

# However far ahead a call may be booked, the page goes no further.
LONGEST = timedelta(days=730)
# Where a stretch is empty, so far to both sides the nearest free days are looked for.
AROUND = timedelta(days=62)
FEW = 6


def context(
    kind: EventType,
    asked: Asked,
    now: datetime,
    *,
    own: Booking | None,
    around: datetime | None = None,
    present: datetime | None = None,
    offer: Offer | None = None,
) -> dict[str, Any]:
    """The picker's part of a template's context.

    The time of `own` counts as free; `around` offers the nearest free times instead of a day's; `present` is the start
    of the call that is moved; with the `offer` at hand less is asked.
    """
    zone = asked.zone
    today = now.astimezone(zone).date()
    last = (now + min(kind.booking_window, LONGEST)).astimezone(zone).date()
    stretch = _stretch(asked, today, last)
    since, until = stretch.bounds(zone)
    near_since, near_until = (around - selectors.NEAR, around + selectors.NEAR) if around else (since, until)
    read = selectors.times(
        event_type=kind,
        coach=asked.coach,
        since=min(since, near_since),
        until=max(until, near_until),
        now=now,
        own_hold=own,
        duration=asked.duration,
        offer=offer,
    )
    every = days.by_day(read.open(since, until), zone)
    opened = days.only(asked.part, every, zone)
    wanted = asked.start.astimezone(zone).date() if asked.start else asked.day
    chosen = next(iter(days.nearest(opened, wanted or stretch.first, 1)), None)
    times = days.times(opened[chosen], zone, asked.start, present) if chosen else []
    if around is not None:
        near = selectors.nearest(read.open(near_since, near_until), around)
        if len(near) < FEW:
            near = selectors.nearest_slots(
                event_type=kind, coach=asked.coach, around=around, now=now, duration=asked.duration, own_hold=own
            )
        chosen, times = None, days.moments(near, zone)
    squares = days.squares(stretch, _states(read, stretch, zone, every, today, last), opened, chosen)
    return {
        "asked": asked,
        "state": asked.query(),
        "sent": asked.state(),
        "kept": asked.state(tz=None, coach=None),
        "zone_options": zones.options(max(since, now), zone),
        "coaches": selectors.coaches(kind) if offer is None else offer.coaches,
        "any_coach": asked.query(coach=ANY if asked.usual_coach else None),
        "views": _views(asked, stretch),
        "parts": _parts(asked, stretch, every),
        "lengths": _lengths(kind, asked),
        "first": stretch.first,
        "stretch_words": f"{stretch.first:%B} {stretch.first.year}" if asked.view == MONTH else stretch.words,
        "days": squares,
        "weeks": days.weeks(squares) if asked.view == MONTH else [],
        "clock_change": _clock_change(max(since, now), until, zone),
        "chosen_words": wording.day(chosen, today=today) if chosen else "",
        "chosen_zone": _zone_words(opened[chosen], zone) if chosen else zones.name(zone),
        "chosen_elsewhere": chosen is not None and wanted is not None and wanted != chosen,
        "times": times,
        "around": around is not None,
        "hidden": sum(map(len, every.values())) - sum(map(len, opened.values())),
        "part_words": days.PARTS[asked.part][1].lower() if asked.part else "",
        "all_times": asked.query(part=None),
        "empty": not opened,
        "nearest": [] if opened else _nearest(kind, asked, stretch, now, own),
        "last_words": wording.day(last, today=today),
        **_neighbours(asked, stretch, today, last),
    }


def zone_question(
    request: HttpRequest, kind: EventType, asked: Asked, now: datetime, facts: dict[str, Any]
) -> HttpResponse:
    """The page that asks for the time zone: the short list first, then a search by city."""
    typed = one_line(request.GET.get("place") or "", limit=60)
    context = facts | {
        "asked": asked,
        "kept": asked.state(tz=None),
        "back": asked.query(tz=None),
        "options": zones.options(now),
        "typed": typed,
        "found": zones.search(typed, now),
        "default_zone": default_zone().key,
    }
    return render(request, "bookings/zone.html", context)


def _stretch(asked: Asked, today: date, last: date) -> Stretch:
    """The stretch that was asked for, else the one that holds the day or time asked for, else from today on."""
    wanted = asked.first_day
    if wanted is None:
        wanted = asked.start.astimezone(asked.zone).date() if asked.start else asked.day
        if wanted is not None and today <= wanted <= last and asked.view == WEEK:
            wanted = today + (wanted - today) // (days.WEEK_DAYS * ONE) * days.WEEK_DAYS * ONE
        elif wanted is not None and not today <= wanted <= last:
            wanted = today
    wanted = min(max(wanted or today, today), last)
    return days.month(wanted) if asked.view == MONTH else days.week(wanted)


def _opened(
    kind: EventType, asked: Asked, since: datetime, until: datetime, now: datetime, own: Booking | None
) -> Opened:
    slots = selectors.month_of_slots(
        event_type=kind,
        coach=asked.coach,
        since=since,
        until=until,
        now=now,
        own_hold=own,
        duration=asked.duration,
    )
    return days.by_day(slots, asked.zone)


def _nearest(
    kind: EventType, asked: Asked, stretch: Stretch, now: datetime, own: Booking | None
) -> list[dict[str, Any]]:
    """The free days nearest to an empty stretch, within the chosen part of the day."""
    since, until = stretch.bounds(asked.zone)
    found = days.only(asked.part, _opened(kind, asked, since - AROUND, until + AROUND, now, own), asked.zone)
    return [{"date": day, "words": wording.short_day(day)} for day in days.nearest(found, stretch.first)]


def _states(read: Times, stretch: Stretch, zone: ZoneInfo, every: Opened, today: date, last: date) -> dict[date, str]:
    """Why a day cannot be chosen. One on which somebody would be free if nothing were booked is full, not without hours."""
    since, until = stretch.bounds(zone)
    states = {day: "past" if day < today else "later" for day in stretch.dates if not today <= day <= last}
    for start in read.unbooked(since, until):
        states[start.astimezone(zone).date()] = "full"
    return states | dict.fromkeys(every, "hidden")


def _views(asked: Asked, stretch: Stretch) -> list[dict[str, Any]]:
    """The two ways to see the days, each from where the other is."""
    place = {"from": (asked.day or stretch.first).isoformat(), "day": _iso(asked.day)}
    return [
        {"name": name, "query": asked.query(view=other, **place), "chosen": asked.view == view}
        for view, other, name in ((WEEK, None, "Week"), (MONTH, MONTH, "Month"))
    ]


def _parts(asked: Asked, stretch: Stretch, every: Opened) -> list[dict[str, Any]]:
    """The parts of the day to choose from; the night only where somebody is free at night."""
    there = {days.part_of(start, asked.zone) for starts in every.values() for start in starts} | {asked.part}
    rows = [("", "Any time", "")]
    rows += [(name, words, hours) for name, (_, words, hours) in days.PARTS.items() if name != "night" or name in there]
    place = {"from": stretch.first.isoformat(), "day": _iso(asked.day)}
    return [
        {"name": words, "hours": hours, "query": asked.query(part=part, **place), "chosen": asked.part == part}
        for part, words, hours in rows
    ]


def _lengths(kind: EventType, asked: Asked) -> list[dict[str, Any]]:
    """The lengths to choose from, none where there is only one or a call that is moved keeps its own."""
    if len(kind.durations) == 1 or asked.moving:
        return []
    return [
        {
            "name": wording.length(each),
            "query": asked.query(duration=str(minutes(each)) if each != kind.duration else None, day=_iso(asked.day)),
            "chosen": each == asked.duration,
        }
        for each in kind.durations
    ]


def _neighbours(asked: Asked, stretch: Stretch, today: date, last: date) -> dict[str, Any]:
    """The stretch before and after this one, None where nothing can be booked in it."""
    monthly = asked.view == MONTH
    before = days.month(stretch.first - ONE).first if monthly else stretch.first - days.WEEK_DAYS * ONE
    return {
        "earlier": max(today, before) if stretch.first > today else None,
        "earlier_words": f"{before:%B}" if monthly else "Earlier days",
        "later": stretch.end if stretch.end <= last else None,
        "later_words": f"{stretch.end:%B}" if monthly else "Later days",
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _zone_words(starts: list[datetime], zone: ZoneInfo) -> str:
    """The zone with the offset that holds on this day; the name alone where the clocks change between its times."""
    offsets = {zones.offset(zone, start) for start in starts}
    name = zones.name(zone)
    return f"{name}, {offsets.pop()}" if len(offsets) == 1 and name not in offsets else name


def _clock_change(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """A sentence when the viewer's clocks change within the stretch."""
    change = next_clock_change(zone, since=since, until=until)
    if change is None:
        return ""
    before = change - timedelta(seconds=1)
    return (
        f"Clocks change in {zones.name(zone)} on {wording.day(before.astimezone(zone).date())}:"
        f" from {zones.offset(zone, before)} to {zones.offset(zone, change)}. The times below follow the change."
    )
