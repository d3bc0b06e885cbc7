"""A booked call, opened from its link: how to join, cancel, put it into a calendar."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from phonenumber_field.phonenumber import to_python

from bookings import ical, links, selectors, services
from bookings.errors import Busy, NotActive, TooLate
from bookings.forms import CancelForm
from bookings.models import Booking, BookingEvent
from bookings.views import answers, wording, zones
from bookings.views.asked import default_zone
from leads.token_pages import token_page
from mail import clock


@token_page
@require_safe
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """The present state of the call, whatever it is."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    context = _context(booking, token, now)
    context["just_booked"] = bool(request.GET.get("booked")) and context["state"] == "coming"
    return render(request, "bookings/booking.html", context)


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST cancels; mail scanners that follow links change nothing."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    form = CancelForm(request.POST if request.method == "POST" else None)
    status = 200
    problem = ""
    if request.method == "POST":
        if form.is_valid():
            try:
                services.cancel(
                    booking=booking,
                    actor_kind=BookingEvent.ActorKind.ATTENDEE,
                    actor="booking link",
                    why=form.cleaned_data["why"],
                    now=now,
                )
                return answers.SeeOther(reverse("bookings:manage", args=[token]))
            except NotActive:
                return answers.SeeOther(reverse("bookings:manage", args=[token]))
            except TooLate:
                status = 409
            except Busy:
                status, problem = 409, "The calendar is busy at this moment. Please press the button again."
        else:
            status = 422
    context = _context(booking, token, now) | {"form": form, "problem": problem}
    return render(request, "bookings/cancel.html", context, status=status)


@token_page
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The call as a calendar file, in its present version."""
    booking = links.find_booking(token, purpose=links.MANAGE, now=clock.now())
    return HttpResponse(
        ical.calendar_file(booking),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="coaching-call.ics"'},
    )


def _state(booking: Booking, now: datetime) -> str:
    """One word that the page is laid out by."""
    if booking.status == Booking.Status.PENDING:
        return "pending"
    if booking.status == Booking.Status.CONFIRMED:
        return "coming" if now < booking.start else "running" if now < booking.end else "over"
    if booking.status in (Booking.Status.COMPLETED, Booking.Status.NO_SHOW):
        return "over"
    return "cancelled"


def _context(booking: Booking, token: str, now: datetime) -> dict[str, Any]:
    zone = zones.find(booking.attendee_time_zone) or default_zone()
    coach_zone = selectors.coach_zone(booking.coach, at=booking.start)
    same_clock = booking.start.astimezone(zone).utcoffset() == booking.start.astimezone(coach_zone).utcoffset()
    state = _state(booking, now)
    return {
        "nav": "book",
        "booking": booking,
        "state": state,
        "token": token,
        "when": wording.sentence(booking.start, zone),
        "day": wording.day(booking.start.astimezone(zone).date(), today=now.astimezone(zone).date()),
        "span": wording.span(booking.start, booking.end, zone),
        "zone_label": zones.label(zone, booking.start),
        "coach_when": "" if same_clock else wording.sentence(booking.start, coach_zone),
        "length": wording.length(booking.end - booking.start),
        "phone": _number(booking.attendee_phone),
        "join_url": ical.link_of(booking.location_detail),
        "policy": wording.policy(booking.event_type.cancel_window),
        "cancel_until": wording.sentence(booking.cancel_until, zone),
        "can_cancel": state in ("coming", "pending") and now <= booking.cancel_until,
        "again": reverse("bookings:event_type", args=[booking.event_type.slug]) if booking.event_type.enabled else "",
    }


def _number(value: str) -> str:
    """The attendee's number as people read it aloud, e.g. "+1 215-430-2201"."""
    number = to_python(value)
    return number.as_international if number and number.is_valid() else value
