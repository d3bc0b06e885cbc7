"""Choosing a zone, a day and a time; the POST holds the time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import links, selectors, services
from bookings.errors import BookingError
from bookings.models import Booking, EventType
from bookings.outside import refreshing
from bookings.selectors import Offer
from bookings.views import answers, held, kept, picker, wording, zones
from bookings.views.asked import Asked, led_here, read
from leads import abuse
from leads.errors import TooMany
from leads.token_pages import retry_later
from mail import clock
from mail.links import absolute

TEMPLATE = "bookings/choose.html"


# Not no-store: the back button must find the filled form.
@cache_control(private=True, no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def event_type(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of one kind of call; without a zone, first the question which zone."""
    now = clock.now()
    offer = selectors.offer(slug=slug)
    kind = offer.kind if offer is not None else get_object_or_404(selectors.event_types(), slug=slug)
    if request.method == "POST":
        return _hold(request, kind, offer, now)
    asked = read(request.GET, kind, coaches=offer.coaches if offer is not None else None)
    asked = replace(asked, led=led_here(request))
    if not asked.zone_given:
        return picker.zone_question(request, kind, asked, now, facts(kind))
    return _page(request, kind, asked, now, offer)


def facts(kind: EventType, duration: timedelta | None = None) -> dict[str, Any]:
    """What the summary beside every step says about the call; without a length, all lengths there are."""
    lengths = [wording.length(each) for each in ((duration,) if duration else kind.durations)]
    return {
        "nav": "book",
        "canonical": absolute(reverse("bookings:event_type", args=[kind.slug])),
        "event_type": kind,
        "length": wording.alternatives(lengths),
        "policy": wording.policy(kind.cancel_window) if kind.cancel_window else "",
    }


def _page(
    request: HttpRequest,
    kind: EventType,
    asked: Asked,
    now: datetime,
    offer: Offer | None,
    *,
    status: int = 200,
    problem: str = "",
    missing: str = "",
    around: datetime | None = None,
) -> HttpResponse:
    """The days and the times; `around` offers the nearest free times instead of a day's."""
    own = held.own(request)
    own = own if own is not None and own.event_type_id == kind.pk else None

    def context() -> dict[str, Any]:
        times = picker.context(kind, asked, now, own=own, around=around, offer=offer)
        return facts(kind, asked.duration) | times | {"notices": asked.notices, "problem": problem, "missing": missing}

    if offer is None or own is not None or not kept.is_plain(request):
        return render(request, TEMPLATE, context(), status=status)
    key = (offer.stamp, asked, around, problem, missing)
    text = kept.page(
        request, key, now, lambda: render_to_string(TEMPLATE, context() | {"csrf_token": kept.TOKEN}, request)
    )
    return HttpResponse(text, status=status)


def _hold(request: HttpRequest, kind: EventType, offer: Offer | None, now: datetime) -> HttpResponse:
    asked = read(request.POST, kind, coaches=offer.coaches if offer is not None else None)
    if not asked.zone_given or zones.find(request.POST.get("tz")) is None:
        return _page(request, kind, asked, now, offer, status=422, missing="Please choose your time zone first.")
    if asked.start is None or not asked.understood:
        return _page(request, kind, asked, now, offer, status=422, missing="Please choose a time.")
    try:
        abuse.check(request=request, form=None, entry="hold", email=None, now=now)
        tokens: list[str] = []

        def also(booking: Booking) -> None:
            tokens.append(links.mint_hold(booking=booking, now=now))
            # What the coach does elsewhere is looked at once more while the form is filled in.
            refreshing.want(coach_ids=[booking.coach_id], now=now)

        booking = services.hold(
            event_type=kind,
            start=asked.start,
            coach=asked.coach,
            time_zone=asked.zone.key,
            now=now,
            previous_hold=held.own(request),
            duration=asked.duration,
            also=also,
        )
    except TooMany as error:
        wait = wording.length(max(error.retry_after, timedelta(minutes=1)))
        problem = f"Many times have been held from your connection. Please wait {wait}, then choose again."
        return retry_later(_page(request, kind, asked, now, offer, status=429, problem=problem), error)
    except BookingError as error:
        return _page(
            request,
            kind,
            asked,
            now,
            # Somebody was quicker: what they took counts.
            selectors.offer(slug=kind.slug) if offer is not None else None,
            status=answers.status(error),
            problem=answers.sentence(error),
            around=asked.start,
        )
    path = reverse("bookings:details", args=[kind.slug, tokens[-1]])
    carried = {"coach": asked.coach.slug if asked.coach else "", "topic": asked.topic, "led": asked.led}
    query = urlencode({name: value for name, value in carried.items() if value})
    response = answers.SeeOther(f"{path}?{query}" if query else path)
    held.remember(response, booking)
    return response
