"""Move a call: the free times of a week, with the present coach or, for those who see everybody, with another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from bookings import selectors, services
from bookings.admin.calls import said, times
from bookings.admin.calls.decide import STAFF, page_of, refused
from bookings.admin.calls.possible import REFUSALS
from bookings.admin.desk_form import desk_form
from bookings.admin.own import forbid, sees_all
from bookings.errors import BookingError, SlotTaken
from bookings.models import Booking, Coach
from leads.forms import CleanCharField
from mail import clock

ANY = "any"


class MoveForm(forms.Form):
    """The new start and a word to both sides."""

    start = forms.CharField(max_length=40, error_messages={"required": "Choose the new time."})
    why = CleanCharField(
        label="Reason",
        max_length=500,
        required=False,
        help_text="Told to both sides. It may stay empty.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        error_messages={"max_length": "Use at most 500 characters."},
    )

    def clean_start(self) -> Any:
        """The instant."""
        start = times.start_of(self.cleaned_data["start"])
        if start is None:
            raise forms.ValidationError("Choose the new time.")
        return start


class ReassignForm(forms.Form):
    """Who takes the call, and a word to both sides."""

    coach = forms.ChoiceField(
        label="Give the call to",
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": "Choose who takes the call.", "invalid_choice": "Choose one of the free coaches."},
    )
    why = CleanCharField(
        label="Reason",
        max_length=500,
        required=False,
        help_text="Kept in the history and told to the student. It may stay empty.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        error_messages={"max_length": "Use at most 500 characters."},
    )

    def __init__(self, *args: Any, free: list[Coach], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["coach"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(ANY, "whoever comes next in the fair order"), *((str(each.pk), each.name) for each in free)]
        field.initial = ANY


@dataclass(frozen=True)
class Pick:
    """With whom a call may be moved: the value in the address, the coach (None: any), and the choices."""

    value: str
    coach: Coach | None
    choices: list[tuple[str, str]]


def with_whom(request: HttpRequest, booking: Booking) -> Pick:
    """What was asked for; a coach moves own calls within the own calendar, whatever the address or form says."""
    if not sees_all(request):
        return Pick("", booking.coach, [])
    others = [each for each in selectors.coaches(booking.event_type) if each != booking.coach]
    choices = [("", f"{booking.coach.name} (now)"), (ANY, "Any coach"), *((str(each.pk), each.name) for each in others)]
    asked = request.POST.get("with", request.GET.get("with", ""))
    if asked == ANY:
        return Pick(ANY, None, choices)
    chosen = next((each for each in others if str(each.pk) == asked), booking.coach)
    return Pick(str(chosen.pk) if chosen != booking.coach else "", chosen, choices)


def move(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """List the free times, then move the call to the one chosen."""
    no = refused(request, booking, "move_call")
    if no is not None:
        return no
    now, pick = clock.now(), with_whom(request, booking)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.reschedule(
                booking=booking,
                start=form.cleaned_data["start"],
                coach=pick.coach,
                actor_kind=STAFF,
                actor=request.user.get_username(),
                why=form.cleaned_data["why"],
                now=now,
            )
        except BookingError as error:
            form.add_error(None, said.sentence(error, not_active=REFUSALS["move_call"]))
        else:
            messages.success(request, f"{moved.title} is on {said.when(moved.start)} now. Both sides get a mail.")
            return HttpResponseRedirect(page_of(moved))
    wanted = times.Wanted(booking.event_type, pick.coach, booking.duration, booking)
    monday = times.monday_of(request.GET.get("week", ""), now=now)
    if not request.GET.get("week") and booking.start > now:
        monday = times.monday_of(timezone.localtime(booking.start).date().isoformat(), now=now)
    return desk_form(
        admin,
        request,
        form=form,
        title="Move the call",
        button="Move the call",
        back=page_of(booking),
        words=said.about(booking),
        obj=booking,
        template="bookings/desk/move.html",
        pick=pick,
        week=times.week(wanted, monday=monday, now=now, theirs=said.zone_of(booking), names=pick.coach is None),
        kept=urlencode({"with": pick.value}),
        theirs=said.zone_of(booking),
        name=booking.attendee_name,
    )


def free_for(booking: Booking, *, now: datetime) -> list[Coach]:
    """The other coaches who could take the call at its own time, by name."""
    asked = times.Wanted(booking.event_type, None, booking.duration)
    found = asked.free(booking.start, booking.start + times.A_SECOND, now)
    slugs = {slug for slot in found for slug in slot.coaches}
    return list(Coach.objects.filter(slug__in=slugs).exclude(pk=booking.coach_id).order_by("name"))


def reassign(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Give the call to another coach at the same time."""
    if not sees_all(request):
        forbid(request, "to give a call to another coach")
    no = refused(request, booking, "reassign_call")
    if no is not None:
        return no
    now = clock.now()
    free = free_for(booking, now=now)
    form = ReassignForm(request.POST if request.method == "POST" else None, free=free)
    if request.method == "POST" and form.is_valid():
        chosen = next((each for each in free if str(each.pk) == form.cleaned_data["coach"]), None)
        try:
            given = services.reassign(
                booking=booking,
                actor=request.user.get_username(),
                why=form.cleaned_data["why"],
                coach=chosen,
                now=now,
            )
        except SlotTaken:
            form.add_error(None, "Nobody else is free at this time any more. Move the call, or choose another coach.")
        except BookingError as error:
            form.add_error(None, said.sentence(error, not_active=REFUSALS["reassign_call"]))
        else:
            messages.success(request, f"{given.coach.name} takes the call now. Everybody gets a mail.")
            return HttpResponseRedirect(page_of(given))
    words = said.about(booking)
    if not free:
        words.append("Nobody else who takes this kind of call is free then. Moving the call may help.")
    return desk_form(
        admin,
        request,
        form=form,
        title="Give the call to another coach",
        button="Give the call away",
        back=page_of(booking),
        words=words,
        obj=booking,
    )
