"""The pipeline: a column a stage, with its count, its newest cards and the buttons that move them."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from leads.admin.desk import desk_page, need
from leads.admin.lead_list import of_source, sources
from leads.admin.verbs import CHANGE, staff
from leads.models import Lead, Stage
from mail import clock

# Cards a column; the rest is in the list, which the heading opens.
CARDS = 15


def page(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The board, in a fixed number of queries for any number of leads."""
    need(request, CHANGE)
    owners = [(str(user.pk), user.get_full_name() or user.get_username()) for user in staff()]
    owner = request.GET.get("owner", "")
    owner = owner if owner in {"none", *dict(owners)} else ""
    source = request.GET.get("source", "")[:100].replace("\x00", "")
    rows = of_source(Lead.objects.present(), source)
    if owner:
        rows = rows.filter(owner__isnull=True) if owner == "none" else rows.filter(owner=int(owner))
    counts = dict(rows.order_by().values_list("stage").annotate(number=Count("pk")).values_list("stage", "number"))
    chosen = {name: value for name, value in (("owner", owner), ("source", source)) if value}
    here = f"{request.path}?{urlencode(chosen)}" if chosen else request.path
    return desk_page(
        admin,
        request,
        "leads/desk/board.html",
        title="Pipeline",
        back=reverse("admin:leads_lead_changelist"),
        now=clock.now(),
        owners=owners,
        owner=owner,
        sources=[(name or "unknown", name or "Unknown") for name in sources()],
        source=source,
        stages=Stage.choices,
        columns=[_column(rows, stage, counts.get(stage.value, 0), chosen) for stage in Stage],
        total=sum(counts.values()),
        here=here,
    )


def _column(rows: Any, stage: Stage, number: int, chosen: dict[str, str]) -> dict[str, Any]:
    cards = rows.filter(stage=stage).select_related("owner").order_by("-created_at", "-pk")[:CARDS]
    query = urlencode({"stage__exact": stage.value, **chosen})
    order = list(Stage)
    ahead = order[order.index(stage) + 1] if stage not in (Stage.ENROLLED, Stage.LOST) else None
    return {
        "stage": stage,
        "number": number,
        "cards": list(cards),
        "more": max(0, number - CARDS),
        "list": f"{reverse('admin:leads_lead_changelist')}?{query}",
        "next": ahead,
        "others": [each for each in order if each not in (stage, ahead)],
    }
