"""Who and what can be booked, and how busy those who can are."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.models import Booking, Coach, EventType, IntakeQuestion
from bookings.scheduling import Candidate
from leads.models import Lead
from mail import prepared

Status = Booking.Status
FEED_REACHES_BACK = timedelta(days=90)
MOST_IN_A_FEED = 2000
_INTAKE = prepared.Rows(IntakeQuestion, where="event_type_id = %(kind)s", order='"order", id')


def demo_allowed() -> bool:
    """Demo coaches are for trying things out: never bookable on a public site with DEBUG off."""
    return bool(settings.DEBUG or not settings.SITE_IS_PUBLIC)


def event_types() -> QuerySet[EventType]:
    """The kinds of call that can be booked, in the order staff gave them."""
    found = EventType.objects.filter(enabled=True)
    return found if demo_allowed() else found.filter(is_demo=False)


def coaches(event_type: EventType | None = None) -> QuerySet[Coach]:
    """The coaches who can be booked (for this kind of call, if one is given)."""
    found = Coach.objects.filter(active=True)
    if event_type is not None:
        found = found.filter(event_types=event_type)
    return found if demo_allowed() else found.filter(is_demo=False)


def intake_questions(event_type: EventType) -> list[IntakeQuestion]:
    """What is asked on the booking form of this kind of call, in its order."""
    return _INTAKE.all(kind=event_type.pk)


def own_coach(lead: Lead | None) -> Coach | None:
    """The coach of this person's latest call that was agreed on and not missed, or None."""
    if lead is None:
        return None
    calls = Booking.objects.filter(lead=lead, status__in=(Status.CONFIRMED, Status.COMPLETED))
    last = calls.select_related("coach").order_by("-start").first()
    return last.coach if last is not None else None


def candidates(chosen: Iterable[Coach], *, now: datetime, own: Coach | None = None) -> list[Candidate]:
    """How busy these coaches are, for choosing one: one query. No-shows and released holds do not count."""
    taken = Q(status=Status.CONFIRMED) | Q(status=Status.HELD, held_until__gt=now)
    taken |= Q(status=Status.PENDING, approve_by__gt=now)
    # Two subqueries on two indexes: a join would count through every call the coach has ever had.
    theirs = Booking.objects.filter(coach=OuterRef("pk")).order_by()
    upcoming = theirs.filter(taken, busy_end__gt=now, start__gt=now).values("coach").annotate(number=Count("pk"))
    last = theirs.filter(taken | Q(status=Status.COMPLETED)).order_by("-created_at")
    rows = (
        Coach.objects.filter(pk__in=[coach.pk for coach in chosen])
        .annotate(
            upcoming=Coalesce(Subquery(upcoming.values("number")), 0),
            last=Subquery(last.values("created_at")[:1]),
        )
        .values_list("pk", "upcoming", "last")
    )
    own_id = own.pk if own is not None else None
    return [Candidate(pk, number, booked, is_own=pk == own_id) for pk, number, booked in rows]


def calls_for_feed(owner: Coach | Lead, *, now: datetime) -> QuerySet[Booking]:
    """The calls that a subscribed calendar shows: agreed on or held in the last 90 days, or asked for, by start."""
    shown = Q(status__in=(Status.CONFIRMED, Status.COMPLETED)) | Q(
        status=Status.PENDING, approve_by__gt=now, unproven=False
    )
    theirs = Q(coach=owner) if isinstance(owner, Coach) else Q(lead=owner)
    return (
        Booking.objects.filter(shown, theirs, busy_end__gt=now - FEED_REACHES_BACK)
        .select_related("coach", "event_type")
        .order_by("start", "pk")[:MOST_IN_A_FEED]
    )
