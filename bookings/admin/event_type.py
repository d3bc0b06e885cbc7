"""The kinds of call that can be booked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display

from bookings.admin.lengths import LengthField, MinutesListField
from bookings.models import EventType, IntakeQuestion, LocationKind

NO_LOCATION = "Say where the call happens (a video link, an address, or we phone you) before enabling it."


class EventTypeForm(forms.ModelForm):
    """Lengths in the units people think in."""

    duration = LengthField(unit="minutes", label="Usual length, in minutes")
    other_durations = MinutesListField(
        label="Other lengths, in minutes",
        required=False,
        help_text="The visitor chooses. With commas between, for example 45, 60. Empty: the usual length only.",
    )
    slot_interval = LengthField(unit="minutes", label="A call may start every … minutes")
    buffer_before = LengthField(unit="minutes", label="Kept free before, in minutes")
    buffer_after = LengthField(unit="minutes", label="Kept free after, in minutes")
    minimum_notice = LengthField(unit="hours", label="Booked at least … hours before")
    booking_window = LengthField(unit="days", label="Booked at most … days ahead")
    cancel_window = LengthField(
        unit="hours",
        label="Can be moved or cancelled until … hours before",
        help_text="By the attendee, from the link; the page says so before booking. Later requests become a message to the coach.",
    )
    reminder_offsets = MinutesListField(
        label="Reminders, in minutes before",
        required=False,
        help_text="With commas between: 1440 is a day, 60 an hour. Empty: no reminder.",
    )

    class Meta:
        model = EventType
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name the fields
        labels = {
            "needs_approval": "The coach approves each booking",
            "limit_per_day": "At most … of these calls a day for each coach",
            "limit_per_week": "At most … of these calls a week for each coach",
            "enabled": "Can be booked",
            "coaches": "Coaches who take it",
        }
        help_texts = {
            "limit_per_day": "Empty: no limit.",
            "limit_per_week": "Empty: no limit.",
            "enabled": "Only with a location.",
            "location_detail": "The video link or the address; not needed where we phone. A coach’s own one comes first.",
        }

    def clean(self) -> dict[str, Any]:
        """What is enabled happens somewhere."""
        data = super().clean() or {}
        kind, detail = data.get("location_kind", ""), data.get("location_detail", "")
        if data.get("enabled") and (not kind or (kind != LocationKind.PHONE and not detail)):
            self.add_error("location_detail" if kind else "location_kind", NO_LOCATION)
        return data


class QuestionInline(StackedInline):
    """What the coach would like to know beforehand; every kind asks already what would make the call easier."""

    model = IntakeQuestion
    extra = 0
    fields = (("label", "kind"), ("help_text", "required"), "choices", "order")
    verbose_name = "question"
    verbose_name_plural = "questions on the booking form"


@admin.register(EventType)
class EventTypeAdmin(ModelAdmin):
    """What is offered, how long it takes and when it can be booked."""

    form = EventTypeForm
    inlines = (QuestionInline,)
    list_display = (
        "title",
        "enabled",
        "minutes",
        "location_kind",
        "needs_approval",
        "price_text",
        "who",
        "order",
        "is_demo",
    )
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
        (
            "Length",
            {"fields": (("duration", "slot_interval"), "other_durations", ("buffer_before", "buffer_after"))},
        ),
        (
            "When it can be booked, moved and cancelled",
            {"fields": (("minimum_notice", "booking_window"), "cancel_window", ("limit_per_day", "limit_per_week"))},
        ),
        ("Who and how", {"fields": ("coaches", "needs_approval", "reminder_offsets", "is_demo")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the coaches that the list shows."""
        return super().get_queryset(request).prefetch_related("coaches")

    def get_prepopulated_fields(self, request: HttpRequest, obj: EventType | None = None) -> Any:
        """A slug that has been published stays as it is."""
        return {} if obj is not None else super().get_prepopulated_fields(request, obj)

    @display(description="Minutes", ordering="duration")
    def minutes(self, kind: EventType) -> str:
        """The lengths, the usual one first."""
        return ", ".join(f"{each.total_seconds() / 60:g}" for each in kind.durations)

    @display(description="Coaches")
    def who(self, kind: EventType) -> str:
        """Who takes it."""
        return ", ".join(coach.name for coach in kind.coaches.all()) or "nobody yet"
