"""The mark by which a worked-out answer about open times is known to be stale."""

from django.db.models import Count, Max, Sum

from bookings.models import EventType
from bookings.selectors.offered import demo_allowed

Stamp = tuple[int, ...]


def stamp(*, slug: str, coach: str = "") -> Stamp | None:
    """Changes with every write that the open times of this kind of call depend on: one query for any number of coaches.

    With the slug of a `coach`, as far as that coach goes. None where nothing can be booked.
    """
    links = EventType.coaches.through.objects.filter(
        eventtype__slug=slug, eventtype__enabled=True, coach__active=True
    ).order_by()
    if not demo_allowed():
        links = links.filter(eventtype__is_demo=False, coach__is_demo=False)
    if coach:
        links = links.filter(coach__slug=coach)
    # Who takes the call is seen by the links themselves: a new one has a new id, and one that is gone is not counted.
    found = links.values_list("eventtype_id", "eventtype__version").annotate(
        Count("id"), Max("id"), Sum("coach__version")
    )
    return next(iter(found), None)
