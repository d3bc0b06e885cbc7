"""The public JSON of the booking room: event types, their open slots, coaches. Read only, no cookies, no CORS."""

from bookings.api.routes import api

__all__ = ["api"]
