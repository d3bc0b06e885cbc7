"""Why is this time not offered? The first rule that removed it, in words, and the free times beside it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from bookings import selectors
from bookings.admin.calls import said
from bookings.admin.calls.choose import refuse_foreign
from bookings.admin.own import own_coaches
from bookings.models import Coach, EventType
from bookings.scheduling import in_words
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import opens_at
from leads.admin.desk import desk_page
from mail import clock

THEIRS, DESK = "coach", "desk"
FAR = timedelta(days=5 * 365)


class AskForm(forms.Form):
    """Whom, what and when."""

    coach = forms.ModelChoiceField(Coach.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget)
    type = forms.ModelChoiceField(
        EventType.objects.all(), label="Kind of call", empty_label=None, widget=UnfoldAdminSelectWidget
    )
    length = forms.ChoiceField(label="Length", required=False, widget=UnfoldAdminSelectWidget)
    date = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Give the date.", "invalid": "Give the date like 2027-03-09."},
    )
    time = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Give the time.", "invalid": "Give the time like 14:30."},
    )
    clock = forms.ChoiceField(label="By the clock of", required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, coaches: QuerySet[Coach], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coach"].queryset = coaches  # type: ignore[attr-defined]
        minutes = {each for kind in EventType.objects.all() for each in kind.durations}
        lengths = [(str(int(each.total_seconds() // 60)), f"{each.total_seconds() / 60:g} minutes") for each in minutes]
        lengths.sort(key=lambda each: int(each[0]))
        self.fields["length"].choices = [("", "the usual one"), *lengths]  # type: ignore[attr-defined]
        desk = f"the desk ({timezone.get_current_timezone()})"
        self.fields["clock"].choices = [(THEIRS, "the coach"), (DESK, desk)]  # type: ignore[attr-defined]

    def clean_date(self) -> Any:
        """A date that somebody could mean: far ones lie outside every calendar."""
        day = self.cleaned_data["date"]
        if abs(day - timezone.localdate(clock.now())) > FAR:
            raise forms.ValidationError("Ask about a date within five years.")
        return day


@dataclass(slots=True)
class Answer:
    """What is said about one instant."""

    at: list[str]
    offered: bool
    why: str
    near: list[tuple[str, str]] = field(default_factory=list)


def page(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The question, and its answer where it was asked in full."""
    refuse_foreign(request, request.GET.get("coach", ""))
    coaches, answer = own_coaches(request), None
    asked = "date" in request.GET
    today = timezone.localtime(clock.now())
    initial = {"date": today.date() + timedelta(days=1), "time": "10:00", "coach": coaches.first()}
    form = AskForm(request.GET if asked else None, coaches=coaches, initial=initial)
    if asked and form.is_valid():
        answer = _answer(request, form.cleaned_data, now=clock.now())
    return desk_page(
        admin,
        request,
        "bookings/desk/why_not.html",
        title="Why is this time not offered?",
        back=reverse("admin:bookings_booking_changelist"),
        form=form,
        answer=answer,
    )


def _answer(request: HttpRequest, given: dict[str, Any], *, now: datetime) -> Answer:
    coach, kind = given["coach"], given["type"]
    duration = timedelta(minutes=int(given["length"])) if given["length"] else None
    desk = timezone.get_current_timezone()
    start, theirs = _instant(given, coach, desk)
    explanation = selectors.explain(coach=coach, event_type=kind, start=start, now=now, duration=duration)
    at = [said.when(start, theirs)]
    if str(theirs) != str(desk):
        at.append(f"{said.when(start)} at the desk")
    answer = Answer(at, explanation is None, "" if explanation is None else in_words(explanation, theirs))
    if explanation is not None:
        near = selectors.nearest_slots(event_type=kind, coach=coach, around=start, now=now, duration=duration)
        for slot in near:
            local = slot.start.astimezone(theirs)
            query = {
                "coach": coach.pk,
                "type": kind.pk,
                "length": given["length"],
                "clock": THEIRS,
                "date": f"{local:%Y-%m-%d}",
                "time": f"{local:%H:%M}",
            }
            answer.near.append((said.when(slot.start, theirs), urlencode(query)))
    return answer


def _instant(given: dict[str, Any], coach: Coach, desk: Any) -> tuple[datetime, ZoneInfo]:
    """The instant of the wall time, and the coach's zone then: it may depend on the day for one who travels."""
    day, wall = given["date"], given["time"]
    guess = instant(opens_at(day, wall, desk))
    theirs = selectors.coach_zone(coach, at=guess)
    if given["clock"] == DESK:
        return guess, theirs
    start = instant(opens_at(day, wall, theirs))
    return start, selectors.coach_zone(coach, at=start)
