"""The advisor's day: whom to phone next and why, whose call back is coming, and what is overdue."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from leads import calling, to_do
from leads.admin import lead_page
from leads.admin.desk import desk_page, need
from leads.admin.verbs import CHANGE, CallForm
from leads.models import Lead
from mail import clock

MOST_SKIPPED, SHOWN = 50, 5


def skipped(request: HttpRequest) -> list[int]:
    """Whom the reader has passed over just now, from the address of the page."""
    words = request.GET.get("skip", "")[:600].split(",")
    return [int(each) for each in words if each.isascii() and each.isdigit() and len(each) < 10][:MOST_SKIPPED]


def page(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The next lead with everything to know before the call; the button takes it, so that nobody else rings too."""
    need(request, CHANGE)
    now, user, skip = clock.now(), request.user, skipped(request)
    if request.method == "POST":
        lead = calling.take_next(user=user, now=now, skip=skip)  # type: ignore[arg-type]
        if lead is None:
            messages.info(request, "Nobody is left to phone now.")
            return HttpResponseRedirect(request.path)
        return HttpResponseRedirect(f"{reverse('admin:leads_lead_do', args=[lead.pk, 'call'])}?next=day")
    rows = list(calling.queue(user=user, now=now, skip=skip).select_related("owner")[: SHOWN + 1])  # type: ignore[arg-type]
    context: dict[str, Any] = {"later": [(row, lead_page.why(row, now)) for row in rows[1:]]}
    if rows:
        lead = rows[0]
        form = CallForm(lead=lead, who=user)
        context |= {
            "panel": lead_page.panel(lead, user=user, now=now),
            "why": lead_page.why(lead, now),
            "form": form,
            "passed": ",".join(map(str, [*skip, lead.pk][-MOST_SKIPPED:])),
            "kept": ",".join(map(str, skip)),
        }
    overdue = to_do.overdue(now=now, owner=user)  # type: ignore[arg-type]
    coming = Lead.objects.present().filter(owner=user.pk, call_back_at__gt=now).order_by("call_back_at", "pk")
    return desk_page(
        admin,
        request,
        "leads/desk/day.html",
        title="Your day",
        back=reverse("admin:leads_lead_changelist"),
        now=now,
        skipping=bool(skip),
        overdue=list(overdue[:20]),
        coming=list(coming[:10]),
        **context,
    )
