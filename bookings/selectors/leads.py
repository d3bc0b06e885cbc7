"""Whose calls a lead's are, for the room below: a coach sees the leads of own calls and no others."""

from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking


def leads_of(user: Any) -> QuerySet[Any]:
    """The keys of the leads who have, or had, a call with the coach who this member of staff is."""
    return Booking.objects.filter(coach__user=user.pk or 0, lead__isnull=False).order_by().values("lead")
