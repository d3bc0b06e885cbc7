"""What the tests of the desk read from its pages."""

import re
from datetime import datetime
from typing import Any

from django.urls import reverse

from bookings.models import Booking


def page_of(booking: Booking, page: str) -> str:
    return reverse(f"admin:bookings_booking_{page}", args=[booking.pk])


def value(start: datetime) -> str:
    return f"{start:%Y-%m-%dT%H:%M:%SZ}"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def starts(answer: Any) -> list[str]:
    return re.findall(r'name="start" value="([^"]+)"', answer.content.decode())
