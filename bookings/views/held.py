"""The visitor's own hold, remembered in a signed cookie so that it never blocks its owner and is given up when moved.

Set only by the POST that places a hold; not needed for booking, which goes by the link's token.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bookings.models import Booking

LASTS = timedelta(hours=2)
SALT = "bookings.hold"


def _name() -> str:
    return f"{'__Host-' if settings.SITE_IS_HTTPS else ''}hold"


def own(request: HttpRequest) -> Booking | None:
    """The hold this browser placed last, if it still is one."""
    uid = request.get_signed_cookie(_name(), default="", salt=SALT, max_age=LASTS)
    return Booking.objects.filter(uid=uid, status=Booking.Status.HELD).first() if uid else None


def remember(response: HttpResponse, booking: Booking) -> None:
    """Let the browser keep the uid of its hold."""
    response.set_signed_cookie(
        _name(),
        str(booking.uid),
        salt=SALT,
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=settings.SITE_IS_HTTPS,
    )


def forget(response: HttpResponse) -> None:
    """The hold became a call."""
    response.delete_cookie(_name(), samesite="Lax")
