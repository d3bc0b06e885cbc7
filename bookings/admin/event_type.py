"""The kinds of call that can be booked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from bookings.admin.lengths import LengthField, MinutesListField
from bookings.models import EventType


class EventTypeForm(forms.ModelForm):
    """Lengths in the units people think in."""

    duration = LengthField(unit="minutes", label="Length, in minutes")
    slot_interval = LengthField(unit="minutes", label="A call may start every … minutes")
    buffer_before = LengthField(unit="minutes", label="Kept free before, in minutes")
    buffer_after = LengthField(unit="minutes", label="Kept free after, in minutes")
    minimum_notice = LengthField(unit="hours", label="Booked at least … hours before")
    booking_window = LengthField(unit="days", label="Booked at most … days ahead")
    cancel_window = LengthField(
        unit="hours",
        label="Can be cancelled until … hours before",
        help_text="By the attendee, from the link; the page says so before booking.",
    )
    reminder_offsets = MinutesListField(
        label="Reminders, in minutes before", required=False, help_text="With commas between, for example 1440, 60."
    )

    class Meta:
        model = EventType
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name the fields


@admin.register(EventType)
class EventTypeAdmin(ModelAdmin):
    """What is offered, how long it takes and when it can be booked."""

    form = EventTypeForm
    list_display = ("title", "enabled", "minutes", "location_kind", "price_text", "who", "order", "is_demo")
    list_filter = ("enabled", "location_kind", "is_demo")
    search_fields = ("title", "slug", "summary")
    search_help_text = "Title or summary"
    list_per_page = 50
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("coaches",)
    readonly_fields = ("is_demo",)
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "description", "price_text", "enabled", "order")}),
        ("Where", {"fields": ("location_kind", "location_detail")}),
        ("Length", {"fields": (("duration", "slot_interval"), ("buffer_before", "buffer_after"))}),
        (
            "When it can be booked and cancelled",
            {"fields": (("minimum_notice", "booking_window"), "cancel_window", ("limit_per_day", "limit_per_week"))},
        ),
        ("Who and how", {"fields": ("coaches", "reminder_offsets", "is_demo")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the coaches that the list shows."""
        return super().get_queryset(request).prefetch_related("coaches")

    def get_prepopulated_fields(self, request: HttpRequest, obj: EventType | None = None) -> Any:
        """A slug that has been published stays as it is."""
        return {} if obj is not None else super().get_prepopulated_fields(request, obj)

    @display(description="Minutes", ordering="duration")
    def minutes(self, kind: EventType) -> str:
        """The length."""
        return f"{kind.duration.total_seconds() / 60:g}"

    @display(description="Coaches")
    def who(self, kind: EventType) -> str:
        """Who takes it."""
        return ", ".join(coach.name for coach in kind.coaches.all()) or "nobody yet"
