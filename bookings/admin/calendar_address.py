"""The address at which a coach's own calendar program follows the coach's calls: made, shown once, replaced, ended."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bookings import links, services
from bookings.admin.calls import said
from bookings.admin.own import forbid
from bookings.models import Coach
from leads.admin.desk import desk_page
from mail import clock

CHANGE = "bookings.change_coach"
MADE, ENDED = "Made a new calendar address.", "Ended the calendar address."


def page(admin: ModelAdmin, request: HttpRequest, coach: Coach) -> HttpResponse:
    """GET says whether there is an address; POST makes a fresh one and shows it this once, or ends the one there is.

    Only a hash of it is stored, so nobody can be shown it again; the former one answers 404 from this moment on.
    """
    if not request.user.has_perm(CHANGE):
        forbid(request, CHANGE)
    now, wish = clock.now(), request.POST.get("do", "")
    url = ""
    if wish == "end":
        if services.end_feed(owner=coach, now=now):
            admin.log_change(request, coach, ENDED)
        messages.success(request, "The address is ended. A calendar that used it shows no more changes.")
        return HttpResponseRedirect(request.path)
    if wish == "new":
        url = services.new_feed(owner=coach, now=now)
        admin.log_change(request, coach, MADE)
    since = links.feed_since(coach)
    return desk_page(
        admin,
        request,
        "bookings/desk/calendar_address.html",
        title=f"Calendar address of {coach.name}",
        back=reverse("admin:bookings_coach_change", args=[coach.pk]),
        obj=coach,
        coach=coach,
        since=said.when(since) if since is not None else "",
        url=url,
        webcal="webcal" + url[url.index(":") :] if url else "",
    )
