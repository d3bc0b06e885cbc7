"""Coaches: owners manage all of it, a coach edits the own words and meeting link."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from bookings.admin import calendar_address, outside_hours, public_holidays, unavailable
from bookings.admin.own import HoursOfCoach, sees_all
from bookings.models import Coach
from mail import clock

ADD_TIME_OFF = "bookings.add_timeoff"
OWN_WORDS = {"headline", "bio", "location_kind", "location_detail"}


@admin.register(Coach)
class CoachAdmin(HoursOfCoach):
    """Who can be booked."""

    actions_detail = (
        "calls_outside_hours",
        "unavailable_today",
        "public_holidays",
        "calendar_address",
    )  # type: ignore[assignment]
    coach_path = "pk"
    list_display = ("name", "headline", "kinds", "zone", "active", "is_demo")
    list_filter = ("active", "is_demo", "event_types")
    coach_filters = ("active", "is_demo", "event_types")
    search_fields = ("name", "slug", "headline")
    search_help_text = "Name or headline"
    list_per_page = 50
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("user",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "headline", "bio")}),
        ("Where calls happen", {"fields": ("location_kind", "location_detail")}),
        ("Booking", {"fields": ("active", "limit_per_day", "limit_per_week", "user", "is_demo")}),
    )

    def coach_ids(self, obj: Coach) -> set[int]:
        """The coach, once there is one: limits and being bookable change what is offered."""
        return {obj.pk} if obj.pk else set()

    def has_add_time_off_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this member of staff may block a coach's time.

        A method, because unfold looks for a permission named with its room in the database when it checks the system, and a
        new database has no such table yet.
        """
        return request.user.has_perm(ADD_TIME_OFF)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The button for calls outside the hours only where there are some."""
        found = super().get_actions_detail(request, object_id)
        coach = self.get_object(request, str(object_id))
        if coach is not None and outside_hours.calls(coach, now=clock.now()):
            return found
        return [each for each in found if each.action_name != "bookings_coach_calls_outside_hours"]

    @action(description="Calls outside hours", icon="rule", url_path="calls-outside-hours", permissions=["view"])  # type: ignore[operator]
    def calls_outside_hours(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Booked calls that the hours do not cover any more."""
        return outside_hours.page(self, request, self.own_row(request, object_id, permission=outside_hours.CHANGE))

    @action(description="Unavailable today", icon="sick", url_path="unavailable-today", permissions=["add_time_off"])  # type: ignore[operator]
    def unavailable_today(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Block the rest of the day and deal with its calls in one go."""
        return unavailable.page(self, request, self.own_row(request, object_id))

    @action(description="Public holidays", icon="celebration", url_path="public-holidays", permissions=["change"])  # type: ignore[operator]
    def public_holidays(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Whose holidays are kept, and which of them are worked."""
        return public_holidays.page(self, request, self.own_row(request, object_id))

    @action(description="Calendar address", icon="calendar_add_on", url_path="calendar-address", permissions=["change"])  # type: ignore[operator]
    def calendar_address(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where the coach's own calendar program follows the calls."""
        return calendar_address.page(self, request, self.own_row(request, object_id))

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the list shows, so that its length does not add queries."""
        return super().get_queryset(request).prefetch_related("event_types", "schedules")

    def get_readonly_fields(self, request: HttpRequest, obj: Coach | None = None) -> tuple[str, ...]:
        """A coach edits words and link; name, sign-in, limits and being bookable are the owner's."""
        if sees_all(request):
            return ("is_demo",)
        return tuple(field.name for field in Coach._meta.fields if field.name not in OWN_WORDS and field.name != "id")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Sign-ins are the owner's business."""
        every = super().get_fieldsets(request, obj)
        if sees_all(request):
            return every
        hidden = {"user", "is_demo"}
        return [(name, {**rest, "fields": [f for f in rest["fields"] if f not in hidden]}) for name, rest in every]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Coach | None = None) -> Any:
        """None where the fields cannot be edited; and a slug that has been published stays."""
        return {} if obj is not None or not sees_all(request) else super().get_prepopulated_fields(request, obj)

    @display(description="Takes")
    def kinds(self, coach: Coach) -> str:
        """The kinds of call this coach takes."""
        return ", ".join(kind.title for kind in coach.event_types.all()) or "—"

    @display(description="Time zone")
    def zone(self, coach: Coach) -> str:
        """The zones of the coach's schedules."""
        return ", ".join(dict.fromkeys(str(schedule.time_zone) for schedule in coach.schedules.all())) or "no hours yet"
