"""Choosing a zone, a day and a time; the POST holds the time."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import links, selectors, services
from bookings.errors import BookingError
from bookings.models import Booking, EventType
from bookings.scheduling import next_clock_change, open_starts
from bookings.views import answers, days, held, wording, zones
from bookings.views.asked import Asked, default_zone, read
from leads import abuse
from leads.errors import TooMany
from leads.token_pages import retry_later
from mail import clock
from mail.links import absolute
from mail.text import one_line

# However far ahead a call may be booked, the page goes no further.
LONGEST = timedelta(days=730)
# Where a stretch is empty, so far to both sides the nearest free days are looked for.
AROUND = timedelta(days=62)


# Not no-store: the back button must find the filled form.
@cache_control(private=True, no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def event_type(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of one kind of call; without a zone, first the question which zone."""
    now = clock.now()
    kind = get_object_or_404(selectors.event_types(), slug=slug)
    if request.method == "POST":
        return _hold(request, kind, now)
    asked = read(request.GET, kind)
    if not asked.zone_given:
        return _ask_zone(request, kind, asked, now)
    return _page(request, kind, asked, now)


def facts(kind: EventType) -> dict[str, Any]:
    """What the summary beside every step says about the call."""
    return {
        "nav": "book",
        "canonical": absolute(reverse("bookings:event_type", args=[kind.slug])),
        "event_type": kind,
        "length": wording.length(kind.duration),
        "policy": wording.policy(kind.cancel_window) if kind.cancel_window else "",
    }


def _ask_zone(request: HttpRequest, kind: EventType, asked: Asked, now: datetime) -> HttpResponse:
    typed = one_line(request.GET.get("place") or "", limit=60)
    found = zones.search(typed, now)
    context = facts(kind) | {
        "asked": asked,
        "default_zone": default_zone().key,
        "options": zones.options(now),
        "typed": typed,
        "found": found,
    }
    return render(request, "bookings/zone.html", context)


def _page(
    request: HttpRequest,
    kind: EventType,
    asked: Asked,
    now: datetime,
    *,
    status: int = 200,
    problem: str = "",
    missing: str = "",
    around: datetime | None = None,
) -> HttpResponse:
    """The day list and the times; `around` offers the nearest free times instead of a day's."""
    zone, own = asked.zone, held.own(request)
    own = own if own is not None and own.event_type_id == kind.pk else None
    today = now.astimezone(zone).date()
    last = (now + min(kind.booking_window, LONGEST)).astimezone(zone).date()
    first = _first_day(asked, today, last)
    opened = _opened(kind, asked, *days.bounds(first, days.STRETCH, zone), now, own)
    worked = _worked(kind, asked, *days.bounds(first, days.STRETCH, zone), now)
    nearest_days: list[date] = []
    if not opened:
        since = days.midnight(first, zone)
        nearest_days = days.nearest(_opened(kind, asked, since - AROUND, since + AROUND, now, own), first)
    wanted = asked.start.astimezone(zone).date() if asked.start else asked.day
    chosen = wanted if wanted in opened else min(opened, default=None)
    if around is not None:
        near = selectors.nearest_slots(event_type=kind, coach=asked.coach, around=around, now=now)
        choices, chosen = days.moments(near, zone), None
    else:
        choices = days.times(opened[chosen], zone, asked.start) if chosen else []
    end = first + timedelta(days=days.STRETCH)
    context = facts(kind) | {
        "asked": asked,
        "zone_options": zones.options(now, zone),
        "zone_name": zones.name(zone),
        "coaches": selectors.coaches(kind),
        "days": days.squares(first, days.STRETCH, opened, worked, chosen),
        "chosen_words": wording.day(chosen, today=today) if chosen else "",
        "chosen_elsewhere": chosen is not None and asked.day is not None and asked.day != chosen,
        "times": choices,
        "around": around is not None,
        "nearest": [{"date": day, "words": wording.short_day(day)} for day in nearest_days],
        "empty": not opened,
        "stretch_words": f"{wording.short_day(first)} to {wording.short_day(end - timedelta(days=1))}",
        "earlier": max(today, first - timedelta(days=days.STRETCH)) if first > today else None,
        "later": end if end <= last else None,
        "last_words": wording.day(last, today=today),
        "clock_change": _clock_change(*days.bounds(first, days.STRETCH, zone), zone),
        "problem": problem,
        "missing": missing,
        "notices": asked.notices,
        "state": urlencode(asked.query()),
        "any_coach": urlencode(asked.query(coach=None)),
        "first": first,
    }
    return render(request, "bookings/choose.html", context, status=status)


def _first_day(asked: Asked, today: date, last: date) -> date:
    """The stretch that was asked for, else the one that holds the day or time asked for, else from today on."""
    if asked.first_day is not None:
        return min(max(asked.first_day, today), last)
    wanted = asked.start.astimezone(asked.zone).date() if asked.start else asked.day
    if wanted is None or not today <= wanted <= last:
        return today
    return today + timedelta(days=(wanted - today).days // days.STRETCH * days.STRETCH)


def _opened(
    kind: EventType, asked: Asked, since: datetime, until: datetime, now: datetime, own: Booking | None
) -> dict[date, list[datetime]]:
    slots = selectors.month_of_slots(
        event_type=kind, coach=asked.coach, since=since, until=until, now=now, own_hold=own
    )
    return days.by_day(slots, asked.zone)


def _worked(kind: EventType, asked: Asked, since: datetime, until: datetime, now: datetime) -> set[date]:
    """The days on which somebody would be free if nothing were booked: with no open time they are full, not empty."""
    coaches = [asked.coach] if asked.coach else list(selectors.coaches(kind))
    found: set[date] = set()
    for diary in selectors.diaries(coaches, kind, since=since, until=until, now=now):
        question = diary.question(kind, since=since, until=until, now=now)
        starts = open_starts(replace(question, busy=(), limits=()))
        found.update(start.astimezone(asked.zone).date() for start in starts)
    return found


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


def _hold(request: HttpRequest, kind: EventType, now: datetime) -> HttpResponse:
    asked = read(request.POST, kind)
    if not asked.zone_given or zones.find(request.POST.get("tz")) is None:
        return _page(request, kind, asked, now, status=422, missing="Please choose your time zone first.")
    if asked.start is None:
        return _page(request, kind, asked, now, status=422, missing="Please choose a time.")
    try:
        abuse.check(request=request, form=None, entry="hold", email=None, now=now)
        booking = services.hold(
            event_type=kind,
            start=asked.start,
            coach=asked.coach,
            time_zone=asked.zone.key,
            now=now,
            previous_hold=held.own(request),
        )
    except TooMany as error:
        wait = wording.length(max(error.retry_after, timedelta(minutes=1)))
        problem = f"Many times have been held from your connection. Please wait {wait}, then choose again."
        return retry_later(_page(request, kind, asked, now, status=429, problem=problem), error)
    except BookingError as error:
        return _page(
            request, kind, asked, now, status=answers.status(error), problem=answers.sentence(error), around=asked.start
        )
    token = links.mint_hold(booking=booking, now=now)
    path = reverse("bookings:details", args=[kind.slug, token])
    query = urlencode({"coach": asked.coach.slug}) if asked.coach else ""
    response = answers.SeeOther(f"{path}?{query}" if query else path)
    held.remember(response, booking)
    return response
