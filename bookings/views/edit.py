"""Putting right what was said at booking, without moving the call."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookings import links, services
from bookings.errors import Busy, NotActive, PhoneNeeded
from bookings.forms import EditForm
from bookings.forms.details import PHONE_NEEDED
from bookings.models import BookingEvent
from bookings.views import answers, call
from bookings.views.booking import ACTOR
from leads.token_pages import token_page
from mail import clock


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form filled in, POST saves it."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    manage = reverse("bookings:manage", args=[token])
    form = EditForm(
        request.POST if request.method == "POST" else None,
        booking=booking,
        questions=list(booking.event_type.intake_questions.all()),
    )
    status, problem = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.edit_details(
                    booking=booking,
                    phone=form.phone_number(),
                    questions=form.cleaned_data["questions"],
                    access_needs=form.cleaned_data["access_needs"],
                    answers=form.answers(),
                    actor_kind=BookingEvent.ActorKind.ATTENDEE,
                    actor=ACTOR,
                    now=now,
                )
                return answers.SeeOther(f"{manage}?saved=1")
            except NotActive:
                return answers.SeeOther(manage)
            except PhoneNeeded:
                form.add_error("phone", PHONE_NEEDED)
            except Busy as error:
                status, problem = answers.status(error), answers.sentence(error)
    context = call.context(booking, token, now) | {"form": form, "problem": problem}
    return render(request, "bookings/edit.html", context, status=status)
