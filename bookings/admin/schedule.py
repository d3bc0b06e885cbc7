"""Weekly hours, and the dates that differ from them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import display

from bookings.admin import outside_hours
from bookings.admin.hours.page import Editor, holds
from bookings.admin.own import HoursOfCoach, forbid
from bookings.models import AvailabilityRule, DateOverride, DateOverrideWindow, Schedule
from mail import clock

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class WindowInline(TabularInline):
    """The hours of that one date; none closes it."""

    model = DateOverrideWindow
    extra = 0
    fields = ("opens", "closes")
    verbose_name_plural = "hours on this date (none: closed)"


def hours(rows: Any) -> str:
    """Windows in a cell, e.g. "09:00–17:00"."""
    return ", ".join(f"{row.opens:%H:%M}–{row.closes:%H:%M}" for row in rows)


class WeekHours(HoursOfCoach):
    """Rows that say when a coach works: after each change the booked calls that they do not cover any more are told."""

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """With the calls that were booked before."""
        outside_hours.tell(request, self.coach_ids(obj), now=clock.now())
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """With the calls that were booked before."""
        outside_hours.tell(request, self.coach_ids(obj), now=clock.now())
        return super().response_change(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """With the calls that were booked before."""
        ids = self.coach_ids(obj)
        super().delete_model(request, obj)
        outside_hours.tell(request, ids, now=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """With the calls that were booked before."""
        ids = {pk for obj in queryset for pk in self.coach_ids(obj)}
        super().delete_queryset(request, queryset)
        outside_hours.tell(request, ids, now=clock.now())


@admin.register(Schedule)
class ScheduleAdmin(WeekHours):
    """A coach's weekly hours in one time zone; both pages of it are the hours editor."""

    list_display = ("name", "coach", "time_zone", "week", "holds", "valid_from", "valid_until")
    list_filter = ("coach",)
    search_fields = ("name", "coach__name")
    search_help_text = "Name of the schedule or the coach"
    list_select_related = ("coach",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the rules that the list shows."""
        return super().get_queryset(request).prefetch_related("rules")

    def coach_ids(self, obj: Schedule) -> set[int]:
        """The coach, and the one the schedule belonged to before."""
        before = Schedule.objects.filter(pk=obj.pk).values_list("coach_id", flat=True)
        return {obj.coach_id, *before}

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The hours editor, which saves the whole week in a transaction of its own."""
        if object_id is None:
            if not self.has_add_permission(request):
                forbid(request, "bookings.add_schedule")
            return Editor(self, request, Schedule(), editable=True).answer()
        schedule = self.own_row(request, object_id)
        if not self.has_view_permission(request, schedule):
            forbid(request, "bookings.view_schedule")
        editable = self.has_change_permission(request, schedule)
        if request.method == "POST" and not editable:
            forbid(request, "bookings.change_schedule")
        return Editor(self, request, schedule, editable=editable).answer()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Outside the transaction that Django's own change page opens."""
        return self.changeform_view(request, object_id)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Outside the transaction that Django's own change page opens."""
        return self.changeform_view(request)

    @display(description="Valid", label={"now": "success", "later": "info", "over": "warning"})
    def holds(self, schedule: Schedule) -> str:
        """Whether these are the hours of today."""
        return holds(schedule, now=clock.now())

    @display(description="Week")
    def week(self, schedule: Schedule) -> str:
        """The week on one line."""
        days: dict[int, list[AvailabilityRule]] = {}
        for rule in schedule.rules.all():
            days.setdefault(rule.weekday, []).append(rule)
        return "; ".join(f"{DAYS[day]} {hours(rules)}" for day, rules in sorted(days.items())) or "closed"


@admin.register(DateOverride)
class DateOverrideAdmin(WeekHours):
    """One local date with other hours, or none."""

    coach_path = "schedule__coach"
    coach_filters = ("schedule__coach",)
    inlines = (WindowInline,)
    list_display = ("date", "coach", "opened", "note")
    list_filter = ("schedule__coach",)
    search_fields = ("note", "schedule__coach__name")
    search_help_text = "Note or coach"
    date_hierarchy = "date"
    list_select_related = ("schedule__coach",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the windows that the list shows."""
        return super().get_queryset(request).prefetch_related("windows")

    def coach_ids(self, obj: DateOverride) -> set[int]:
        """The coach of the schedule, and of the one the date belonged to before."""
        before = DateOverride.objects.filter(pk=obj.pk).values_list("schedule__coach_id", flat=True)
        return {obj.schedule.coach_id, *before}

    @display(description="Coach", ordering="schedule__coach__name")
    def coach(self, override: DateOverride) -> str:
        """Whose date it is."""
        return override.schedule.coach.name

    @display(description="Hours")
    def opened(self, override: DateOverride) -> str:
        """The windows, or closed."""
        return hours(override.windows.all()) or "closed"
