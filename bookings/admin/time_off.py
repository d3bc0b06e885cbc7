"""Time off: entered and removed by the verbs that take the coach lock."""

from datetime import date, datetime, time, tzinfo
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from bookings import selectors, services
from bookings.admin.calls import said
from bookings.admin.desk_form import desk_form
from bookings.admin.in_the_way import CallsForm, in_the_way
from bookings.admin.own import OwnRows, own_coach_of, own_coaches, sees_all
from bookings.errors import Busy
from bookings.models import Coach, TimeOff
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, closes_at, opens_at
from leads.forms import CleanCharField
from mail import clock

CHANGE = "bookings.change_booking"
THEIRS, DESK = "coach", "desk"
YEARS = range(2000, 2100)


class DayAndTimeField(forms.MultiValueField):
    """A date, and a time of day that may stay empty; cleaned to (date, time or None), for no zone is known yet."""

    def __init__(self, **kwargs: Any) -> None:
        messages = {"required": "Give the date.", "incomplete": "Give the date."}
        parts = (forms.DateField(), forms.TimeField(required=False))
        super().__init__(fields=parts, require_all_fields=False, error_messages=messages, **kwargs)

    def compress(self, data_list: Any) -> tuple[date, time | None] | None:
        """Both parts."""
        return (data_list[0], data_list[1] or None) if data_list else None


class TimeOffForm(forms.Form):
    """Whose time, from when to when: whole days where no time of day is given."""

    coach = forms.ModelChoiceField(Coach.objects.none(), widget=UnfoldAdminSelectWidget)
    start = DayAndTimeField(
        label="From",
        help_text="Without a time: from the beginning of this day.",
        widget=UnfoldAdminSplitDateTimeWidget,
    )
    end = DayAndTimeField(
        label="Until", help_text="Without a time: to the end of this day.", widget=UnfoldAdminSplitDateTimeWidget
    )
    clock = forms.ChoiceField(label="By the clock of", required=False, widget=UnfoldAdminSelectWidget)
    note = CleanCharField(
        label="Note", max_length=120, required=False, help_text="Only staff see it.", widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, coaches: QuerySet[Coach], zone: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        field = self.fields["coach"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = coaches
        if len(coaches) == 1:
            field.initial, field.empty_label = coaches[0], None
        self.fields["clock"].choices = [(THEIRS, "the coach"), (DESK, f"the desk ({zone})")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The instants that are meant; the end comes after the start."""
        data = super().clean() or {}
        coach, start, end = data.get("coach"), data.get("start"), data.get("end")
        for name, given in (("start", start), ("end", end)):
            if given and given[0].year not in YEARS:
                self.add_error(name, "Give a date of this century.")
        if self.errors or coach is None or not start or not end:
            return data
        data["start"] = self._instant(coach, *start)
        data["end"] = self._instant(coach, *end, ends=True)
        if data["end"] <= data["start"]:
            self.add_error("end", "The end must be after the start.")
        return data

    def _instant(self, coach: Coach, day: date, wall: time | None, *, ends: bool = False) -> datetime:
        """The instant of a wall time; the zone of a coach who travels depends on the day."""
        zone = self.zone
        if self.cleaned_data.get("clock") != DESK:
            zone = selectors.coach_zone(coach, at=instant(opens_at(day, wall or MIDNIGHT, zone)))
        # To the end of a day: the wall time 00:00 that closes it.
        seconds = closes_at(day, MIDNIGHT, zone) if ends and wall is None else opens_at(day, wall or MIDNIGHT, zone)
        return instant(seconds)


@admin.register(TimeOff)
class TimeOffAdmin(OwnRows):
    """When a coach is away; to change one, remove it and enter it anew."""

    list_display = ("coach", "start", "end", "note")
    list_filter = ("coach",)
    actions_list = ("unavailable_today",)  # type: ignore[assignment]
    actions_row = ("calls",)  # type: ignore[assignment]
    search_fields = ("note", "coach__name")
    search_help_text = "Note or coach"
    date_hierarchy = "start"
    list_select_related = ("coach",)
    list_per_page = 50
    ordering = ("-start", "-id")
    actions = ("remove_chosen",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Django's own saving would go around the lock."""
        return False

    def get_actions(self, request: HttpRequest) -> Any:
        """Removing goes through the verb."""
        return {name: found for name, found in super().get_actions(request).items() if name != "delete_selected"}

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Outside Django's change page, whose transaction the verb would refuse."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        zone = timezone.get_current_timezone()
        coaches = own_coaches(request).filter(active=True)
        form = TimeOffForm(request.POST if request.method == "POST" else None, coaches=coaches, zone=zone)
        back = reverse("admin:bookings_timeoff_changelist")
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                row = services.add_time_off(
                    coach=given["coach"], start=given["start"], end=given["end"], note=given["note"], now=clock.now()
                )
            except Busy:
                form.add_error(None, said.BUSY)
            else:
                messages.success(request, f"{row.coach.name} cannot be booked in this time any more.")
                return HttpResponseRedirect(self._after(row))
        words = [
            "No new call can be booked in this time. Calls that are booked already are listed next, "
            "to be given to another coach, moved or cancelled."
        ]
        return desk_form(
            self, request, form=form, title="Add time off", button="Block this time", back=back, words=words
        )

    def _after(self, row: TimeOff) -> str:
        """Where to go from a time off: to the calls in it, or to the list where there are none."""
        if selectors.booked_in(row.coach, start=row.start, end=row.end).exists():
            return reverse("admin:bookings_timeoff_calls", args=[row.pk])
        return reverse("admin:bookings_timeoff_changelist")

    @action(description="Unavailable today", icon="sick", url_path="unavailable-today", permissions=["add"])  # type: ignore[operator]
    def unavailable_today(self, request: HttpRequest) -> HttpResponse:
        """A coach's own page of that name; for the others, the coaches to choose from."""
        own = own_coach_of(request)
        if own is None:
            messages.info(request, "Open the coach who cannot work today, and press “Unavailable today” there.")
            return HttpResponseRedirect(reverse("admin:bookings_coach_changelist"))
        return HttpResponseRedirect(reverse("admin:bookings_coach_unavailable_today", args=[own.pk]))

    @action(description="Calls in this time", icon="event", url_path="calls")  # type: ignore[operator]
    def calls(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The calls booked in this time, each with a choice; what was chosen is told call by call."""
        row = self.own_row(request, object_id, permission=CHANGE)
        now, names = clock.now(), sees_all(request)
        back = reverse("admin:bookings_timeoff_changelist")
        coming = selectors.booked_in(row.coach, start=max(row.start, now), end=row.end) if row.end > now else []
        calls = in_the_way(coming, now=now, names=names)
        if not calls:
            messages.success(request, "No call is booked in this time.")
            return HttpResponseRedirect(back)
        form = CallsForm(request.POST if request.method == "POST" else None, calls=calls, at_once=False)
        if request.method == "POST" and form.is_valid():
            done = form.carry_out(request, now=now, names=names)
            return HttpResponseRedirect(back if done else self._after(row))
        number = "One call is" if len(calls) == 1 else f"{len(calls)} calls are"
        words = [f"{row.coach.name} is away from {said.when(row.start)} to {said.when(row.end)}."]
        return desk_form(
            self,
            request,
            form=form,
            title=f"{number} booked in this time",
            button="Do this",
            back=back,
            words=words,
            obj=row,
            template="bookings/desk/calls.html",
            movable=True,
        )

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A question, then the verb."""
        row = self.own_row(request, object_id)
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        back = reverse("admin:bookings_timeoff_changelist")
        if request.method == "POST":
            self._remove(request, [row])
            return HttpResponseRedirect(back)
        return desk_form(
            self,
            request,
            form=forms.Form(),
            title="Remove time off",
            button="Give the time free again",
            back=back,
            words=[str(row)],
            danger=True,
            obj=row,
        )

    @admin.action(description="Give the chosen time free again", permissions=("delete",))
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[TimeOff]) -> None:
        """One verb for each row."""
        self._remove(request, list(queryset.select_related("coach")))

    def _remove(self, request: HttpRequest, rows: list[TimeOff]) -> None:
        try:
            for row in rows:
                services.remove_time_off(time_off=row)
        except Busy:
            messages.error(request, said.BUSY)
        else:
            messages.success(request, "The time can be booked again.")
