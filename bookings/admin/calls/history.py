"""What happened to a call, in words."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from bookings.admin.calls import said
from bookings.admin.own import own_coaches
from bookings.models import BookingEvent


class EventInline(TabularInline):
    """What happened to the call, oldest first; written by the verbs only."""

    model = BookingEvent
    extra = 0
    can_delete = False
    hide_title = True
    fields = ("at", "name", "who", "why", "changed")
    readonly_fields = fields
    verbose_name_plural = "history"
    coaches: dict[int, str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingEvent]:
        """With the names that this reader may know; an inline is made anew for every request."""
        self.coaches = dict(own_coaches(request).values_list("pk", "name"))
        return super().get_queryset(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody writes history here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody rewrites history."""
        return False

    @display(description="By")
    def who(self, event: BookingEvent) -> str:
        """Actor and kind of actor."""
        return f"{event.actor} ({event.get_actor_kind_display()})" if event.actor else event.get_actor_kind_display()

    @display(description="What changed")
    def changed(self, event: BookingEvent) -> SafeString | str:
        """A line for each thing that changed; the first event tells only what the call began as."""
        lines = said.changes(event.old, event.new, coaches=self.coaches)
        if not event.old:
            lines = [line for line in lines if line.startswith(("state", "start", "coach:"))]
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or "—"
