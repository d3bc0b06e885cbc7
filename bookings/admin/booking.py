"""Consultations: read here, changed only by the verbs of the booking room."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from bookings.admin import why_not
from bookings.admin.calls import book, decide, details, move, said
from bookings.admin.calls.history import EventInline
from bookings.admin.calls.possible import possible
from bookings.admin.own import OwnRows, forbid, sees_all
from bookings.models import Booking
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
            ("approval", "Waiting for approval"),
            ("address", "Waiting for its address"),
            ("outcome", "Waiting for an outcome"),
            ("done", "Held or no-show"),
            ("cancelled", "Cancelled or declined"),
            ("holds", "Holds"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """The rows of one stretch; every call where none is chosen."""
        now = clock.now()
        agreed = Q(status__in=(Status.CONFIRMED, Status.PENDING), unproven=False)
        holds = Q(status__in=(Status.HELD, Status.EXPIRED))
        wanted = {
            "coming": agreed & Q(end__gt=now),
            "approval": Q(status=Status.PENDING, unproven=False),
            "address": Q(unproven=True),
            "outcome": Q(status=Status.CONFIRMED, end__lte=now),
            "done": Q(status__in=(Status.COMPLETED, Status.NO_SHOW)),
            "cancelled": Q(status__in=(Status.CANCELLED, Status.DECLINED)),
            "holds": holds & Q(unproven=False),
        }
        return queryset.filter(wanted.get(self.value() or "", ~holds))


@admin.register(Booking)
class BookingAdmin(OwnRows):
    """The list of consultations and one page for each; every verb has a page of its own."""

    inlines = (EventInline,)
    list_display = ("when", "attendee_name", "event_type", "coach", "state", "location_kind")
    list_filter = (Shown, "coach", "event_type", "location_kind")
    search_fields = ("attendee_name", "attendee_email", "attendee_phone")
    search_help_text = "Name, email or phone of the attendee"
    date_hierarchy = "start"
    list_select_related = ("coach", "event_type")
    list_per_page = 50
    ordering = ("-start", "-id")
    actions_list = ("book_call", "why_not")  # type: ignore[assignment]
    actions_detail = (  # type: ignore[assignment]
        "approve_call",
        "decline_call",
        "confirm_address",
        "release_call",
        "record_outcome",
        "move_call",
        "reassign_call",
        "edit_details",
        "correct_address",
        "cancel_call",
    )
    fieldsets = (
        (None, {"fields": ("when", "their_when", "event_type", "coach", "coach_reason", "state", "approve_by")}),
        (
            "Attendee",
            {
                "fields": (
                    "attendee_name",
                    "attendee_email",
                    "attendee_phone",
                    "to_talk_about",
                    "to_make_it_easier",
                    "answered",
                    "lead",
                )
            },
        ),
        ("Where", {"fields": ("location_kind", "location_detail")}),
        ("Outcome", {"fields": ("next_step", "programme", "programme_value")}),
        (
            "Record",
            {
                "classes": ("collapse",),
                "fields": ("uid", "version", "source", "created_at", "held_until", "cancelled_at", "cancel_reason"),
            },
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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """An outcome only where there can be one, a deadline only while somebody has to answer."""
        hidden = set() if obj is None or obj.status == Status.PENDING else {"approve_by"}
        ended = obj is None or obj.status in (Status.COMPLETED, Status.NO_SHOW)
        return [
            (name, {**rest, "fields": [field for field in rest["fields"] if field not in hidden]})
            for name, rest in super().get_fieldsets(request, obj)
            if ended or name != "Outcome"
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that make sense for this call as it is now, for those who may press them."""
        booking = self.get_object(request, str(object_id))
        if booking is None or not request.user.has_perm(CHANGE):
            return []
        verbs = possible(booking, now=clock.now()) - (set() if sees_all(request) else {"reassign_call"})
        prefix = "bookings_booking_"
        found = super().get_actions_detail(request, object_id)
        return [each for each in found if each.action_name.removeprefix(prefix) in verbs]

    @display(description="When", ordering="start")
    def when(self, booking: Booking) -> str:
        """In the desk's zone."""
        return said.when(booking.start)

    @display(description="For the attendee")
    def their_when(self, booking: Booking) -> str:
        """In the attendee's zone."""
        zone = said.zone_of(booking)
        return said.when(booking.start, zone) if zone is not None else "—"

    @display(description="What the attendee would like to talk about")
    def to_talk_about(self, booking: Booking) -> SafeString | str:
        """In the lines in which it was written."""
        return linebreaksbr(booking.questions, autoescape=True) or "—"

    @display(description="What would make the call easier")
    def to_make_it_easier(self, booking: Booking) -> SafeString | str:
        """In the lines in which it was written."""
        return linebreaksbr(booking.access_needs, autoescape=True) or "—"

    @display(description="Answers")
    def answered(self, booking: Booking) -> SafeString | str:
        """What was asked and what was said."""
        pairs = ((each.get("label", ""), linebreaksbr(each.get("value", ""))) for each in booking.answers)
        lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", pairs)
        return format_html("<dl>{}</dl>", lines) if lines else "—"

    @display(
        description="State",
        ordering="status",
        label={
            "Confirmed": "success",
            "Waiting for approval": "warning",
            "Waiting for its address": "warning",
            "Address not confirmed": "danger",
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
        return booking.state_label

    @action(description="Book a call", icon="add_call", url_path="book-call")  # type: ignore[operator]
    def book_call(self, request: HttpRequest) -> HttpResponse:
        """On a student's behalf."""
        if not request.user.has_perm(CHANGE):
            forbid(request, CHANGE)
        return book.book(self, request)

    @action(description="Why not offered?", icon="help", url_path="why-not")  # type: ignore[operator]
    def why_not(self, request: HttpRequest) -> HttpResponse:
        """Why a time is not offered."""
        if not self.has_view_permission(request):
            forbid(request, "bookings.view_booking")
        return why_not.page(self, request)

    @action(description="Approve", icon="check", url_path="approve-call")  # type: ignore[operator]
    def approve_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say yes."""
        return decide.approve(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Decline", icon="close", url_path="decline-call")  # type: ignore[operator]
    def decline_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say no."""
        return decide.decline(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Confirm for the student", icon="mark_email_read", url_path="confirm-address")  # type: ignore[operator]
    def confirm_address(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """In place of the button in the mail."""
        return decide.confirm_address(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Give the time free", icon="event_available", url_path="release-call")  # type: ignore[operator]
    def release_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Before the half hour is over."""
        return decide.release(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Move", icon="event_repeat", url_path="move-call")  # type: ignore[operator]
    def move_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To another time."""
        return move.move(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Another coach", icon="swap_horiz", url_path="reassign-call")  # type: ignore[operator]
    def reassign_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To another coach, at the same time."""
        return move.reassign(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Edit the details", icon="edit_note", url_path="edit-details")  # type: ignore[operator]
    def edit_details(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Name, number and answers."""
        return details.edit(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Correct the address", icon="alternate_email", url_path="correct-address")  # type: ignore[operator]
    def correct_address(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The attendee's email address."""
        return decide.correct_address(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Cancel the call", icon="event_busy", url_path="cancel-call")  # type: ignore[operator]
    def cancel_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """With a reason."""
        return decide.cancel(self, request, self.own_row(request, object_id, permission=CHANGE))

    @action(description="Record the outcome", icon="task_alt", url_path="record-outcome")  # type: ignore[operator]
    def record_outcome(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Once the call is over."""
        return decide.record_outcome(self, request, self.own_row(request, object_id, permission=CHANGE))
