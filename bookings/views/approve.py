"""The coach's yes or no to a request, from the link in the coach's mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bookings import links, services
from bookings.errors import Busy, NotActive, SlotTaken
from bookings.forms import DeclineForm
from bookings.models import BookingEvent
from bookings.selectors import coach_zone
from bookings.views import answers, call, wording, zones
from leads.token_pages import token_page
from mail import clock

YES, NO = "approve", "decline"
TAKEN = (
    "Something else stands in your calendar at that time now, so the call could not be confirmed."
    " Decline it, or make room at the desk first."
)


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the request and two buttons, POST answers it; mail scanners that follow links change nothing."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.APPROVE, now=now)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    status, problem = 200, ""
    if request.method == "POST":
        do = request.POST.get("do")
        who = {"actor_kind": BookingEvent.ActorKind.STAFF, "actor": f"{booking.coach.name}, by the mailed link"}
        try:
            if do == YES:
                services.approve(booking=booking, now=now, **who)
                return answers.SeeOther(request.path)
            if do == NO and form.is_valid():
                services.decline(booking=booking, why=form.cleaned_data["why"], now=now, **who)
                return answers.SeeOther(request.path)
            status = 422
            problem = "" if do == NO else "Please choose one of the two buttons."
        except NotActive:
            return answers.SeeOther(request.path)
        except SlotTaken:
            status, problem = 409, TAKEN
        except Busy as error:
            status, problem = answers.status(error), answers.sentence(error)
    zone = coach_zone(booking.coach, at=booking.start)
    context = call.context(booking, token, now) | {
        "nav": "",
        "form": form,
        "problem": problem,
        "coach_day": wording.day(booking.start.astimezone(zone).date(), today=now.astimezone(zone).date()),
        "coach_span": wording.span(booking.start, booking.end, zone),
        "coach_zone_label": zones.label(zone, booking.start),
        "coach_moment": wording.moment(booking.start, zone),
        "answer_by": wording.sentence(booking.approve_by, zone) if booking.approve_by else "",
    }
    return render(request, "bookings/approve.html", context, status=status)
