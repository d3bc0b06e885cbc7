"""Moving a call: the same days and times as for a new one, one step, no hold."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookings import links, selectors, services
from bookings.errors import BookingError, Busy, NotActive, TooLate
from bookings.models import Booking, BookingEvent
from bookings.views import answers, call, late, picker, wording, zones
from bookings.views.asked import Asked, read
from bookings.views.booking import ACTOR
from bookings.views.choose import facts
from leads import abuse
from leads.errors import TooMany
from leads.token_pages import retry_later, token_page
from mail import clock

TEMPLATE = "bookings/reschedule.html"


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def reschedule(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows when the call could be, POST moves it."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    context = call.context(booking, token, now)
    data = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" and data.get("do") == late.ASK:
        return late.ask(request, booking, context, TEMPLATE, now)
    asked = read(data, booking.event_type, moving=booking, zone=call.attendee_zone(booking))
    if request.method == "POST":
        return _move(request, booking, context, asked, now)
    if asked.first_day is asked.day is asked.start is None:
        # Near its present time: whoever moves a call rarely moves it far.
        asked = replace(asked, day=booking.start.astimezone(asked.zone).date())
    if context["can_cancel"] and not asked.zone_given and ("place" in data or "tz" in data):
        return picker.zone_question(request, booking.event_type, asked, now, context | _facts(booking))
    return _page(request, booking, context, asked, now)


def _facts(booking: Booking) -> dict[str, Any]:
    return facts(booking.event_type, booking.duration) | {"moving": booking}


def _page(
    request: HttpRequest,
    booking: Booking,
    context: dict[str, Any],
    asked: Asked,
    now: datetime,
    *,
    status: int = 200,
    problem: str = "",
    missing: str = "",
    around: datetime | None = None,
) -> HttpResponse:
    """The days and times while the call can be moved here; else what can be done instead."""
    context = context | _facts(booking) | {"ask": late.form(), "problem": problem, "missing": missing}
    if context["can_cancel"]:
        offered = selectors.event_types().filter(pk=booking.event_type_id).exists()
        context |= {"notices": asked.notices, "offered": offered}
        context |= picker.context(booking.event_type, asked, now, own=booking, around=around, present=booking.start)
    return render(request, TEMPLATE, context, status=status)


def _move(request: HttpRequest, booking: Booking, context: dict[str, Any], asked: Asked, now: datetime) -> HttpResponse:
    manage = reverse("bookings:manage", args=[context["token"]])
    if asked.start is None or not asked.understood or zones.find(request.POST.get("tz") or asked.zone.key) is None:
        return _page(request, booking, context, asked, now, status=422, missing="Please choose a time.")
    try:
        # It takes a coach's time as a hold does, and mails go out.
        abuse.check(request=request, form=None, entry="hold", email=None, now=now)
        moved = services.reschedule(
            booking=booking,
            start=asked.start,
            coach=asked.coach,
            actor_kind=BookingEvent.ActorKind.ATTENDEE,
            actor=ACTOR,
            why="",
            now=now,
        )
    except TooMany as error:
        wait = wording.length(max(error.retry_after, timedelta(minutes=1)))
        problem = f"Many times have been chosen from your connection. Please wait {wait}, then choose again."
        return retry_later(_page(request, booking, context, asked, now, status=429, problem=problem), error)
    except NotActive:
        return answers.SeeOther(manage)
    except TooLate:
        return _page(request, booking, context | {"late": True, "can_cancel": False}, asked, now, status=409)
    except Busy as error:
        return _page(
            request, booking, context, asked, now, status=answers.status(error), problem=answers.sentence(error)
        )
    except BookingError as error:
        return _page(
            request,
            booking,
            context,
            asked,
            now,
            status=answers.status(error),
            problem=f"{answers.sentence(error)} Your call is still where it was.",
            around=asked.start,
        )
    # A link of its own: the one that led here ends a day after the old time.
    raw = links.mint_manage(booking=moved, now=now)
    return answers.SeeOther(f"{reverse('bookings:manage', args=[raw])}?moved=1")
