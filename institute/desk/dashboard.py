"""The staff home: one sentence, then what to do next, then the figures with their lists."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from institute.desk import figures
from leads import reach
from leads.models import Lead
from mail import clock
from mail.models import Message


def visible(request: HttpRequest, model: type[Model]) -> QuerySet[Any] | None:
    """The rows that the model's own list shows this reader, or None where the list is closed to them.

    Asking the admin itself is the point: a figure can then never count a row that its list would hide.
    """
    page = admin.site._registry.get(model)
    if page is None or not page.has_view_permission(request):
        return None
    return page.get_queryset(request)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's callback: adds `desk` to the context of the admin's first page."""
    now = clock.now()
    this, last = figures.months(now, timezone.get_current_timezone())
    counted: list[figures.Figure] = []
    waiting: list[figures.Waiting] = []
    call = None
    # A coach reads of own leads only what they told: how far they are is for those who work with leads.
    if reach.sees_all(request.user) and (leads := visible(request, Lead)) is not None:
        some, untouched = figures.of_leads(leads, this, last)
        counted += some
    else:
        untouched = []
    if (bookings := visible(request, Booking)) is not None:
        some, over = figures.of_bookings(bookings, this, last, now)
        counted += some
        waiting += over
        call = figures.next_call(bookings, now)
    if (messages := visible(request, Message)) is not None:
        waiting += figures.of_messages(messages, now)
    waiting += untouched
    context["title"] = "Overview"
    context["desk"] = {
        "sentence": figures.sentence(counted),
        "figures": counted,
        "next": waiting[0] if waiting else None,
        "also": waiting[1:],
        "call": call,
        "funnel": reverse("desk_funnel") if reach.sees_all(request.user) else "",
        "this_month": this.start,
        "last_month": last.start,
    }
    return context
