"""Who and what can be booked, and how busy those who can are."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db.models import Q, QuerySet

from bookings.models import Booking, Coach, EventType, IntakeQuestion
from bookings.scheduling import Candidate
from bookings.selectors import sql
from leads.models import Lead
from mail import prepared, statements

Status = Booking.Status
FEED_REACHES_BACK = timedelta(days=90)
MOST_IN_A_FEED = 2000
_INTAKE = prepared.Rows(IntakeQuestion, where="event_type_id = %(kind)s", order='"order", id')


_OFFERED = prepared.Rows(
    Coach,
    where="""
    bookings_coach.active AND (%(demo)s OR NOT bookings_coach.is_demo) AND EXISTS (
        SELECT 1 FROM bookings_eventtype_coaches link
        WHERE link.coach_id = bookings_coach.id AND link.eventtype_id = %(kind)s
    )
    """,
    order="bookings_coach.id",
)
_TAKEN = """
b.status = 'confirmed' OR b.status = 'held' AND b.held_until > %(now)s OR b.status = 'pending' AND b.approve_by > %(now)s
"""


@cache
def _how_busy() -> str:
    """Two subqueries on two indexes: a join would count through every call the coach has ever had."""
    return f"""
        SELECT c.id,
            (SELECT count(*) FROM bookings_booking b
             WHERE b.coach_id = c.id AND ({_TAKEN}) AND b.busy_end > %(now)s AND b.start > %(now)s),
            (SELECT {sql.utc("b.created_at")} FROM bookings_booking b
             WHERE b.coach_id = c.id AND ({_TAKEN} OR b.status = 'completed') ORDER BY b.created_at DESC LIMIT 1)
        FROM bookings_coach c WHERE c.id {sql.one_of("coaches")}
    """  # noqa: S608  words of our own


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


def who_takes(event_type: EventType) -> list[Coach]:
    """The same as `coaches` of this kind, by number, for where a moment counts."""
    return _OFFERED.all(kind=event_type.pk, demo=demo_allowed())


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
    asked = {"coaches": sql.ids(coach.pk for coach in chosen), "now": statements.adapt(now)}
    own_id = own.pk if own is not None else None
    return [
        Candidate(pk, number, sql.instant(last) if last else None, is_own=pk == own_id)
        for pk, number, last in statements.rows(_how_busy(), asked)
    ]


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
