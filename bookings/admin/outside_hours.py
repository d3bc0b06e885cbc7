"""Booked calls that a coach's hours do not cover any more: hours change, calls stay, and somebody has to look at them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from bookings import selectors
from bookings.admin.desk_form import desk_form
from bookings.admin.in_the_way import CallsForm, in_the_way
from bookings.admin.own import own_coaches, sees_all
from bookings.models import Booking, Coach
from bookings.scheduling.availability import windows
from mail import clock

CHANGE = "bookings.change_booking"
END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)


def calls(coach: Coach, *, now: datetime) -> list[Booking]:
    """The coming calls that weekly hours, date overrides and holidays as they are now do not cover, by start.

    At most four queries. Time off has a page of its own.
    """
    coming = [call for call in selectors.booked_in(coach, start=now, end=END_OF_TIME) if call.start > now]
    if not coming:
        return []
    last = max(call.end for call in coming)
    hours = selectors.hours_of([coach], since=coming[0].start, until=last).get(coach.pk, ())

    def is_covered(call: Booking) -> bool:
        start, end = int(call.start.timestamp()), int(call.end.timestamp())
        return any(opens <= start and end <= closes for opens, closes in windows(hours, start, end))

    return [call for call in coming if not is_covered(call)]


def tell(request: HttpRequest, coach_ids: Iterable[int], *, now: datetime) -> None:
    """Warn of such calls of these coaches, with the way to their list; to be called when hours were changed."""
    if not request.user.has_perm(CHANGE):
        return
    for coach in own_coaches(request).filter(pk__in=coach_ids):
        number = len(calls(coach, now=now))
        if number:
            what = "One booked call lies" if number == 1 else f"{number} booked calls lie"
            path = reverse("admin:bookings_coach_calls_outside_hours", args=[coach.pk])
            words = format_html('{} outside the hours of {}. <a href="{}">Look at them</a>', what, coach.name, path)
            messages.warning(request, words)


def page(admin: ModelAdmin, request: HttpRequest, coach: Coach) -> HttpResponse:
    """The list, each call with a choice; what was chosen is told call by call."""
    now, names = clock.now(), sees_all(request)
    back = reverse("admin:bookings_coach_change", args=[coach.pk])
    found = in_the_way(calls(coach, now=now), now=now, names=names)
    if not found:
        messages.success(request, f"Every booked call lies within the hours of {coach.name}.")
        return HttpResponseRedirect(back)
    form = CallsForm(request.POST if request.method == "POST" else None, calls=found, at_once=False)
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(request, now=now, names=names)
        return HttpResponseRedirect(back if done else request.path)
    return desk_form(
        admin,
        request,
        form=form,
        title="Calls outside the hours",
        button="Do this",
        back=back,
        words=[
            f"These calls were booked before the hours of {coach.name} were changed. They stay as they are until you "
            "say what becomes of them: a coach can also take a call outside the hours."
        ],
        obj=coach,
        template="bookings/desk/calls.html",
        movable=True,
    )
