"""Who coaches, and which calls there are."""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import selectors
from bookings.models import Coach
from bookings.scheduling import Hours, zone_at
from bookings.views import wording, zones
from bookings.views.asked import led_here, topic
from mail import clock
from mail.links import absolute


@require_safe
def coaches(request: HttpRequest) -> HttpResponse:
    """Everyone who can be booked, with the calls they take."""
    now = clock.now()
    found = selectors.coaches().prefetch_related(
        "schedules", Prefetch("event_types", queryset=selectors.event_types(), to_attr="offered")
    )
    rows = [
        {
            "coach": coach,
            "initials": "".join(word[0] for word in coach.name.split()[:2]).upper(),
            "zone": _zone(coach, now),
            "event_types": coach.offered,
        }
        for coach in found
    ]
    context = {"rows": rows, "nav": "coaches", "canonical": absolute(request.path), "carried": _carried(request)}
    return render(request, "bookings/coaches.html", context)


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """The kinds of call to choose from."""
    rows = [
        {
            "event_type": kind,
            "length": wording.alternatives([wording.length(each) for each in kind.durations]),
            "policy": wording.policy(kind.cancel_window),
        }
        for kind in selectors.event_types()
    ]
    context = {"rows": rows, "nav": "book", "canonical": absolute(request.path), "carried": _carried(request)}
    return render(request, "bookings/book.html", context)


def _carried(request: HttpRequest) -> str:
    """What the links to the times take along, as a query string: the topic of the call, and the page that led here."""
    return urlencode(
        {name: value for name, value in {"topic": topic(request.GET), "led": led_here(request)}.items() if value}
    )


def _zone(coach: Coach, now: datetime) -> str:
    """The zone the coach works in at present, in words; asks no further query after a prefetch of the schedules."""
    schedules = [Hours(each.time_zone, {}, {}, each.valid_from, each.valid_until) for each in coach.schedules.all()]
    zone = zone_at(schedules, int(now.timestamp()))
    return zones.label(zone, now) if isinstance(zone, ZoneInfo) else ""
