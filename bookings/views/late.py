"""Too late to move or cancel alone: the page becomes a message to the coach instead of a dead end."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bookings import services
from bookings.errors import Busy, NotActive, TooManyRequests
from bookings.forms import LateForm
from bookings.models import Booking
from bookings.views import answers

# The value of the button "do" that sends the message.
ASK = "ask"


def form(typed: str = "") -> LateForm:
    """An empty message, or one that begins with what was typed as a reason."""
    return LateForm(initial={"text": typed})


def ask(request: HttpRequest, booking: Booking, context: dict[str, Any], template: str, now: datetime) -> HttpResponse:
    """Pass the message on; the page it was written on shows what is wrong with it."""
    manage = reverse("bookings:manage", args=[context["token"]])
    message = LateForm(request.POST)
    status, problem = 422, ""
    if message.is_valid():
        try:
            services.ask_late_change(booking=booking, text=message.cleaned_data["text"], now=now)
            return answers.SeeOther(f"{manage}?asked=1")
        except NotActive:
            return answers.SeeOther(manage)
        except (TooManyRequests, Busy) as error:
            status, problem = answers.status(error), answers.sentence(error)
    context |= {"ask": message, "late": True, "can_cancel": False, "problem": problem}
    return render(request, template, context, status=status)
