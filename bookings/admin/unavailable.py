"""A coach who cannot work today: the rest of the day is blocked, and its calls are dealt with in one go."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from bookings import selectors, services
from bookings.admin.calls import said
from bookings.admin.desk_form import desk_form
from bookings.admin.in_the_way import CallsForm, in_the_way
from bookings.admin.own import forbid, sees_all
from bookings.errors import Busy
from bookings.models import Coach
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at
from leads.forms import CleanCharField
from mail import clock

NEEDED = ("bookings.add_timeoff", "bookings.change_booking")


class TodayForm(CallsForm):
    """A choice for each of today's calls, and a note to the time off."""

    note = CleanCharField(
        label="Note", max_length=120, required=False, help_text="Only staff see it.", widget=UnfoldAdminTextInputWidget
    )


def page(admin: ModelAdmin, request: HttpRequest, coach: Coach) -> HttpResponse:
    """List what the button will do, then do it and say of each call what became of it."""
    for permission in NEEDED:
        if not request.user.has_perm(permission):
            forbid(request, permission)
    now, names = clock.now(), sees_all(request)
    zone = selectors.coach_zone(coach, at=now)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    end = instant(opens_at(tomorrow, MIDNIGHT, zone))
    calls = in_the_way(selectors.booked_in(coach, start=now, end=end), now=now, names=names)
    form = TodayForm(request.POST if request.method == "POST" else None, calls=calls, at_once=True)
    if request.method == "POST" and form.is_valid():
        try:
            services.unavailable_today(coach=coach, note=form.cleaned_data["note"], now=now)
        except Busy:
            form.add_error(None, said.BUSY)
        else:
            messages.success(request, f"{coach.name} cannot be booked any more until {said.when(end, zone)}.")
            form.carry_out(request, now=now, names=names)
            return HttpResponseRedirect(reverse("admin:bookings_timeoff_changelist"))
    if calls:
        number = "One call is" if len(calls) == 1 else f"{len(calls)} calls are"
        told = f"{number} booked in this time. Look at what becomes of each, then press the button once."
    else:
        told = "No call is booked in this time."
    words = [f"From now to {said.when(end, zone)} nothing can be booked with {coach.name}.", told]
    return desk_form(
        admin,
        request,
        form=form,
        title="Unavailable today",
        button="Block the rest of today",
        back=reverse("admin:bookings_coach_change", args=[coach.pk]),
        words=words,
        danger=True,
        obj=coach,
        template="bookings/desk/calls.html",
        extra=_extra(form),
    )


def _extra(form: forms.Form) -> list[forms.BoundField]:
    return [form["note"]]
