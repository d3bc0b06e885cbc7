"""The wish for interview-preparation emails, ticked on a booking's pages."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from bookings.models import Booking
from leads import services as people
from leads.client import client_address


def ask_for(request: HttpRequest, booking: Booking, now: datetime) -> None:
    """Ask the mailbox whether it wants the list; the call is booked either way."""
    people.subscribe(
        email=booking.attendee_email,
        name=booking.attendee_name,
        role_of_interest="",
        phone="",
        best_time_to_call="",
        wants_list=True,
        wants_call=False,
        page=reverse("bookings:event_type", args=[booking.event_type.slug]),
        now=now,
        address=client_address(request),
    )
