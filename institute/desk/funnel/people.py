"""Who took a step of the funnel first when: the one question that both the numbers and their lists ask.

A person is a lead with all that was merged into it. Rows that were erased stay as numbers without a person, and count.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least, NullIf

from bookings.models import Booking
from institute.desk.figures import BOOKED
from leads.models import Activity, Lead, Origin, Stage, Touch

STAFF, IMPORT = "(staff)", "(import)"
# Back on the way: somebody had taken the step by mistake. Who is lost after it has still enrolled.
BEFORE = [Stage.NEW, Stage.CONFIRMED, Stage.CONTACTED, Stage.CALL_BOOKED, Stage.CALL_DONE]
Rows = Callable[[], QuerySet[Any]]


def _confirmed() -> QuerySet[Activity]:
    return Activity.objects.filter(kind="confirmed")


def _booked() -> QuerySet[Booking]:
    return Booking.objects.filter(status__in=BOOKED)


def _attended() -> QuerySet[Booking]:
    return Booking.objects.filter(status=Booking.Status.COMPLETED)


def _enrolled() -> QuerySet[Activity]:
    moved = Activity.objects.filter(kind="stage")
    taken_back = moved.filter(
        lead=OuterRef("lead"), pk__gt=OuterRef("pk"), data__old=Stage.ENROLLED.value, data__new__in=BEFORE
    )
    return moved.filter(~Exists(taken_back), data__new=Stage.ENROLLED.value)


# Step → the rows that prove it, and the column that says when.
PROOF: dict[str, tuple[Rows, str]] = {
    "confirmed": (_confirmed, "at"),
    "booked": (_booked, "created_at"),
    "attended": (_attended, "start"),
    "enrolled": (_enrolled, "at"),
}


def reached(step: str, *, since: datetime, until: datetime) -> Any:
    """People who first took the step from `since` up to `until`: each with `reached`, `source` and `page`."""
    people: Any = Lead.objects.filter(merged_into__isnull=True)
    first: QuerySet[Any, Any]
    if step == "lead":
        # Of two rows that were merged, staff may have kept the younger one; its timeline has both.
        first = Activity.objects.filter(lead=OuterRef("pk")).order_by("at").values("at")[:1]
        people = people.filter(created_at__gte=since)
        people = people.annotate(reached=Least("created_at", Coalesce(Subquery(first), F("created_at"))))
    else:
        rows, column = PROOF[step]
        within = Q(**{f"{column}__gte": since, f"{column}__lt": until})
        first = rows().filter(lead=OuterRef("pk")).order_by(column).values(column)[:1]
        people = people.filter(pk__in=rows().filter(within).values("lead")).annotate(reached=Subquery(first))
    return people.filter(reached__gte=since, reached__lt=until).annotate(source=_source(), page=_page())


def _source() -> Case:
    """The first source as everywhere at the desk; of whom staff brought in, that is known at least."""
    return Case(
        When(first_source="", origin=Origin.STAFF, then=Value(STAFF)),
        When(first_source="", origin=Origin.IMPORT, then=Value(IMPORT)),
        default=F("first_source"),
        output_field=CharField(),
    )


def _page() -> Coalesce:
    """The page of ours that led to the first form, or where none is known the form's own."""
    touch = Touch.objects.filter(lead=OuterRef("pk")).order_by("at", "pk")
    seen = touch.annotate(seen=Coalesce(NullIf("referrer_page", Value("")), "page")).values("seen")[:1]
    return Coalesce(Subquery(seen), Value(""), output_field=CharField())
