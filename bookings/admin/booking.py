"""Consultations: read here, changed only by the verbs of the booking room."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from bookings import services
from bookings.admin.desk_form import desk_form
from bookings.admin.own import OwnRows
from bookings.errors import BookingError, Busy, NotActive
from bookings.models import Booking, BookingEvent
from bookings.scheduling import moment
from leads.forms import CleanCharField
from mail import clock

Status = Booking.Status
CHANGE = "bookings.change_booking"


class Shown(admin.SimpleListFilter):
    """Which consultations; holds are not calls, so they show only when asked for."""

    title = "which"
    parameter_name = "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The stretches of a call's life."""
        return [
            ("coming", "Coming"),
            ("outcome", "Waiting for an outcome"),
            ("done", "Held or no-show"),
            ("cancelled", "Cancelled or declined"),
            ("holds", "Holds"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """The rows of one stretch; every call where none is chosen."""
        now = clock.now()
        agreed = Q(status__in=(Status.CONFIRMED, Status.PENDING))
        holds = Q(status__in=(Status.HELD, Status.EXPIRED))
        wanted = {
            "coming": agreed & Q(end__gt=now),
            "outcome": Q(status=Status.CONFIRMED, end__lte=now),
            "done": Q(status__in=(Status.COMPLETED, Status.NO_SHOW)),
            "cancelled": Q(status__in=(Status.CANCELLED, Status.DECLINED)),
            "holds": holds,
        }
        return queryset.filter(wanted.get(self.value() or "", ~holds))


class EventInline(TabularInline):
    """What happened to the call, oldest first; written by the verbs only."""

    model = BookingEvent
    extra = 0
    can_delete = False
    fields = ("at", "name", "who", "why", "changed")
    readonly_fields = fields
    verbose_name_plural = "history"

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

    @display(description="Changed")
    def changed(self, event: BookingEvent) -> str:
        """The names of what changed; the values stand above and in the export."""
        return ", ".join(sorted(key.removesuffix("_id").replace("_", " ") for key in event.new if key in event.old))


class CancelCallForm(forms.Form):
    """Why staff cancel; the attendee reads it in the mail."""

    why = CleanCharField(
        label="Reason",
        max_length=500,
        help_text="It is kept in the history and told to both sides.",
        widget=UnfoldAdminTextareaWidget,
        error_messages={"required": "Give the reason."},
    )


class OutcomeForm(forms.Form):
    """What became of the call."""

    outcome = forms.ChoiceField(
        label="The call",
        choices=[(Status.COMPLETED, "was held"), (Status.NO_SHOW, "was not held: the attendee did not come")],
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": "Choose what became of the call."},
    )


@admin.register(Booking)
class BookingAdmin(OwnRows):
    """The list of consultations and one page for each; two verbs, each on a page of its own."""

    inlines = (EventInline,)
    list_display = ("when", "attendee_name", "event_type", "coach", "state", "location_kind")
    list_filter = (Shown, "coach", "event_type", "location_kind")
    search_fields = ("attendee_name", "attendee_email", "attendee_phone")
    search_help_text = "Name, email or phone of the attendee"
    date_hierarchy = "start"
    list_select_related = ("coach", "event_type")
    list_per_page = 50
    ordering = ("-start", "-id")
    actions_detail = ("cancel_call", "record_outcome")  # type: ignore[assignment]
    fieldsets = (
        (None, {"fields": ("when", "their_when", "event_type", "coach", "coach_reason", "state")}),
        ("Attendee", {"fields": ("attendee_name", "attendee_email", "attendee_phone", "questions", "lead")}),
        ("Where", {"fields": ("location_kind", "location_detail")}),
        (
            "Record",
            {"fields": ("uid", "version", "source", "created_at", "held_until", "cancelled_at", "cancel_reason")},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Calls come into being through the gate only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The change page only shows; Django's own saving would go around the gate."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A call is cancelled, never deleted."""
        return False

    @display(description="When", ordering="start")
    def when(self, booking: Booking) -> str:
        """In the desk's zone."""
        return _words(booking.start, timezone.get_current_timezone())

    @display(description="For the attendee")
    def their_when(self, booking: Booking) -> str:
        """In the attendee's zone."""
        try:
            return _words(booking.start, ZoneInfo(booking.attendee_time_zone))
        except (ValueError, KeyError, OSError):
            return "—"

    @display(
        description="State",
        ordering="status",
        label={
            "Confirmed": "success",
            "Waiting for approval": "warning",
            "Waiting for an outcome": "warning",
            "Held": "info",
            "Held as planned": "success",
            "No-show": "danger",
            "Cancelled": "danger",
            "Declined": "danger",
        },
    )
    def state(self, booking: Booking) -> str:
        """The status; a call that is over waits for its outcome."""
        if booking.status == Status.CONFIRMED and booking.end <= clock.now():
            return "Waiting for an outcome"
        return str(booking.get_status_display())

    def _open(self, request: HttpRequest, object_id: str) -> Booking:
        """The own booking; 404 for any other, then the permission."""
        booking = self.get_object(request, object_id)
        if booking is None:
            raise Http404
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        return booking

    @action(description="Cancel the call", icon="event_busy", url_path="cancel-call")  # type: ignore[operator]
    def cancel_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, then cancel; both sides get a mail."""
        booking = self._open(request, object_id)
        back = _page(booking)
        form = CancelCallForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                services.cancel(
                    booking=booking,
                    actor_kind=BookingEvent.ActorKind.STAFF,
                    actor=request.user.get_username(),
                    why=form.cleaned_data["why"],
                    now=clock.now(),
                )
            except BookingError as error:
                messages.error(
                    request, _sentence(error, "There is no call to cancel here: it is cancelled, over or only held.")
                )
            else:
                messages.success(request, f"Cancelled: {booking.title}. Both sides get a mail.")
            return HttpResponseRedirect(back)
        words = [f"{booking.title}, {self.when(booking)}.", f"Attendee: {booking.attendee_name or 'nobody yet'}."]
        return desk_form(
            self,
            request,
            form=form,
            title="Cancel the call",
            button="Cancel the call",
            back=back,
            words=words,
            danger=True,
            obj=booking,
        )

    @action(description="Record the outcome", icon="task_alt", url_path="record-outcome")  # type: ignore[operator]
    def record_outcome(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what became of the call; a person says it, never the clock."""
        booking = self._open(request, object_id)
        back = _page(booking)
        form = OutcomeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                services.record_outcome(
                    booking=booking,
                    outcome=form.cleaned_data["outcome"],
                    actor=request.user.get_username(),
                    now=clock.now(),
                )
            except BookingError as error:
                messages.error(request, _sentence(error, "An outcome can be recorded once the call is over."))
            else:
                messages.success(request, f"Recorded: {booking.title}.")
            return HttpResponseRedirect(back)
        words = [f"{booking.title}, {self.when(booking)}, with {booking.attendee_name or 'nobody yet'}."]
        return desk_form(
            self,
            request,
            form=form,
            title="Record the outcome",
            button="Record the outcome",
            back=back,
            words=words,
            obj=booking,
        )


def _page(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def _sentence(error: BookingError, not_active: str) -> str:
    if isinstance(error, Busy):
        return "The calendar is busy at this moment. Nothing was changed; please try again."
    return not_active if isinstance(error, NotActive) else "That cannot be done. Nothing was changed."


def _words(at: datetime, zone: Any) -> str:
    said = moment(at, zone)
    return f"{said.short_day} {said.year}, {said.time} ({said.where})"
