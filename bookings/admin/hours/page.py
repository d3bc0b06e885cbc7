"""One schedule on one page: its name, zone and dates, its week, and what visitors will be offered."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from timezone_field.forms import TimeZoneFormField
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings import selectors
from bookings.admin import outside_hours
from bookings.admin.calls.times import monday_of
from bookings.admin.hours.preview import Draft, Preview, preview
from bookings.admin.hours.week_form import Week
from bookings.admin.own import own_coaches
from bookings.admin.zone_select import ZoneSelect
from bookings.errors import Busy
from bookings.models import AvailabilityRule, Coach, EventType, Schedule
from bookings.services import gate
from leads.admin.desk import desk_page
from mail import clock
from mail.text import NoControlCharacters

BUSY = "The calendar is busy at this moment. Nothing was saved; please try again."
WEEKS_AHEAD = 26


class ScheduleForm(forms.ModelForm):
    """What a schedule is called, whose it is, where its clock stands and when it holds."""

    name = forms.CharField(
        max_length=80, validators=[NoControlCharacters()], widget=UnfoldAdminTextInputWidget(attrs={"class": "w-full"})
    )
    time_zone = TimeZoneFormField(label="Time zone", widget=ZoneSelect, use_pytz=False)
    valid_from = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    class Meta:
        model = Schedule
        fields = ("coach", "name", "time_zone", "valid_from", "valid_until")
        widgets = {"coach": UnfoldAdminSelectWidget}

    def __init__(self, *args: Any, coaches: QuerySet[Coach], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["coach"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = coaches
        if len(coaches) == 1:
            field.initial, field.empty_label = coaches[0].pk, None

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", "The last day must not be before the first.")
        return data


@dataclass(slots=True)
class Editor:
    """The page while a request is answered."""

    admin: ModelAdmin
    request: HttpRequest
    schedule: Schedule
    editable: bool

    def answer(self) -> HttpResponse:
        """Save and go back to the page, or show it; a button that only changes the form saves nothing."""
        request, posted = self.request, self.request.method == "POST" and self.editable
        coaches = own_coaches(request)
        form = ScheduleForm(request.POST if posted else None, instance=self.schedule, coaches=coaches)
        wish = request.POST.get("do", "save") if posted else ""
        week = Week.typed(request.POST) if posted else self._saved_week()
        told = ""
        if posted and week.change(wish, request.POST):
            told = "Copied. Save the hours to keep it." if wish == "copy" else ""
        elif wish == "save":
            week.windows()
            if form.is_valid() and not week.problems and self._save(form, week):
                return self._saved()
        return self._page(form, week, checked=wish == "save", told=told)

    def _saved_week(self) -> Week:
        return Week.of(self.schedule.rules.all() if self.schedule.pk else [])

    def _save(self, form: ScheduleForm, week: Week) -> bool:
        """Write the whole week under the coach lock in one go; False where it cannot be saved, which the form says."""
        schedule: Schedule = form.instance
        before = Schedule.objects.filter(pk=schedule.pk).values_list("coach_id", flat=True) if schedule.pk else []
        ids = {schedule.coach_id, *before}

        def work() -> None:
            gate.lock(*ids)
            # Once more under the lock: another page may have saved a schedule for the same days meanwhile.
            schedule.clean()
            schedule.save()
            schedule.rules.all().delete()
            AvailabilityRule.objects.bulk_create(
                AvailabilityRule(schedule=schedule, weekday=weekday, opens=window.opens, closes=window.closes)
                for weekday, windows in week.windows().items()
                for window in windows
            )
            gate.changed(*ids)

        is_new = schedule.pk is None
        try:
            gate.run(work)
        except Busy:
            form.add_error(None, BUSY)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            log = self.admin.log_addition if is_new else self.admin.log_change
            log(self.request, schedule, "Hours saved.")
            return True
        return False

    def _saved(self) -> HttpResponse:
        messages.success(self.request, "The hours are saved. Calls that are booked already stay.")
        outside_hours.tell(self.request, {self.schedule.coach_id}, now=clock.now())
        place = reverse("admin:bookings_schedule_change", args=[self.schedule.pk])
        chosen = self._chosen()
        query = f"?type={chosen.pk}&week={self._monday():%Y-%m-%d}" if chosen else ""
        return HttpResponseRedirect(place + query)

    def _page(self, form: ScheduleForm, week: Week, *, checked: bool, told: str) -> HttpResponse:
        windows = week.windows()
        if not checked:
            for day in week.days:
                day.problems = []
        return desk_page(
            self.admin,
            self.request,
            "bookings/desk/hours.html",
            title="Weekly hours" if self.schedule.pk else "A new schedule",
            back=reverse("admin:bookings_schedule_changelist"),
            obj=self.schedule if self.schedule.pk else None,
            status=422 if checked and (form.errors or week.problems) else 200,
            media=form.media,
            form=form,
            week=week,
            told=told,
            editable=self.editable,
            kinds=self._kinds(),
            kind=self._chosen(),
            weeks=self._weeks(),
            monday=self._monday(),
            preview=self._preview(form, windows),
        )

    def _preview(self, form: ScheduleForm, windows: dict[int, Any]) -> Preview | None:
        """With the hours as they stand in the form; None where there is nobody or nothing to ask about yet."""
        kind, draft = self._chosen(), None
        coach = form.instance.coach if form.instance.coach_id else None
        if form.is_bound:
            form.is_valid()
            given = form.cleaned_data
            coach = given.get("coach")
            zone = given.get("time_zone")
            if coach is None or zone is None:
                return None
            dates = given.get("valid_from"), given.get("valid_until")
            draft = Draft(self.schedule.pk, ZoneInfo(str(zone)), windows, *dates)
        if coach is None or kind is None:
            return None
        return preview(coach=coach, event_type=kind, monday=self._monday(), now=clock.now(), draft=draft)

    def _asked(self, name: str) -> str:
        return self.request.POST.get(name, self.request.GET.get(name, ""))

    def _kinds(self) -> list[EventType]:
        return list(selectors.event_types())

    def _chosen(self) -> EventType | None:
        """The kind asked about; else the first that the coach takes."""
        kinds, asked = self._kinds(), self._asked("type")
        found = next((kind for kind in kinds if str(kind.pk) == asked), None)
        if found is None and self.schedule.coach_id:
            taken = set(self.schedule.coach.event_types.values_list("pk", flat=True))
            found = next((kind for kind in kinds if kind.pk in taken), None)
        return found or next(iter(kinds), None)

    def _monday(self) -> date:
        return monday_of(self._asked("week"), now=clock.now())

    def _weeks(self) -> list[tuple[str, str]]:
        """The weeks to choose from: the coming half year, and the one asked for."""
        first, asked = monday_of("", now=clock.now()), self._monday()
        mondays = sorted({asked, *(first + timedelta(weeks=number) for number in range(WEEKS_AHEAD))})
        return [(each.isoformat(), _said(each)) for each in mondays]


def _said(monday: date) -> str:
    last = monday + timedelta(days=6)
    return f"{monday.day} {monday:%b} – {last.day} {last:%b %Y}"


def holds(schedule: Schedule, *, now: datetime) -> str:
    """Whether the schedule holds: "now", "from 1 July 2027", or "over"; by the date in its own zone."""
    today = now.astimezone(schedule.time_zone).date()
    if schedule.valid_until is not None and schedule.valid_until < today:
        return "over"
    if schedule.valid_from is not None and schedule.valid_from > today:
        return "later"
    return "now"
