"""A booked call, opened from its link: how to join, cancel, put it into a calendar."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bookings import ical, links, services
from bookings.errors import Busy, NotActive, TooLate
from bookings.forms import CancelForm
from bookings.models import BookingEvent
from bookings.views import answers, call, late
from leads.token_pages import token_page
from mail import clock

ACTOR = "booking link"
# From so long before the start on, joining is the one thing to do.
SOON = timedelta(minutes=15)
# What the address of the page may say has just been done.
NEWS = ("booked", "moved", "saved", "asked")


@token_page
@require_safe
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """The present state of the call, whatever it is."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    context = call.context(booking, token, now)
    news = next((word for word in NEWS if request.GET.get(word)), "") if context["open"] else ""
    context |= {"news": news, "soon": context["state"] == "coming" and now >= booking.start - SOON}
    return render(request, "bookings/booking.html", context)


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST cancels; mail scanners that follow links change nothing."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    context = call.context(booking, token, now)
    if request.method != "POST":
        return render(request, "bookings/cancel.html", context | {"form": CancelForm(), "ask": late.form()})
    if request.POST.get("do") == late.ASK:
        return late.ask(request, booking, context, "bookings/cancel.html", now)
    form = CancelForm(request.POST)
    status, problem = 422, ""
    if form.is_valid():
        try:
            services.cancel(
                booking=booking,
                actor_kind=BookingEvent.ActorKind.ATTENDEE,
                actor=ACTOR,
                why=form.cleaned_data["why"],
                now=now,
            )
            return answers.SeeOther(reverse("bookings:manage", args=[token]))
        except NotActive:
            return answers.SeeOther(reverse("bookings:manage", args=[token]))
        except TooLate:
            status = 409
        except Busy as error:
            status, problem = answers.status(error), answers.sentence(error)
    typed = str(form.data.get("why") or "")
    context |= {"form": form, "problem": problem, "ask": late.form(typed)}
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
