"""Time off: entered and removed by the verbs that take the coach lock."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from bookings import services
from bookings.admin.desk_form import desk_form
from bookings.admin.own import OwnRows, own_coaches
from bookings.errors import Busy
from bookings.models import Booking, Coach, TimeOff
from leads.forms import CleanCharField
from mail import clock

BUSY = "The calendar is busy at this moment. Nothing was changed; please try again."


class TimeOffForm(forms.Form):
    """Whose time, from when to when."""

    coach = forms.ModelChoiceField(Coach.objects.none(), widget=UnfoldAdminSelectWidget)
    start = forms.SplitDateTimeField(label="From", widget=UnfoldAdminSplitDateTimeWidget)
    end = forms.SplitDateTimeField(label="Until", widget=UnfoldAdminSplitDateTimeWidget)
    note = CleanCharField(
        label="Note", max_length=120, required=False, help_text="Only staff see it.", widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, coaches: QuerySet[Coach], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["coach"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = coaches
        if len(coaches) == 1:
            field.initial, field.empty_label = coaches[0], None
        self.fields["start"].help_text = f"By the desk’s clock: {zone}."

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", "The end must be after the start.")
        return data


@admin.register(TimeOff)
class TimeOffAdmin(OwnRows):
    """When a coach is away; to change one, remove it and enter it anew."""

    list_display = ("coach", "start", "end", "note")
    list_filter = ("coach",)
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
        zone = str(timezone.get_current_timezone())
        coaches = own_coaches(request).filter(active=True)
        form = TimeOffForm(request.POST if request.method == "POST" else None, coaches=coaches, zone=zone)
        back = reverse("admin:bookings_timeoff_changelist")
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                services.add_time_off(
                    coach=given["coach"], start=given["start"], end=given["end"], note=given["note"], now=clock.now()
                )
            except Busy:
                form.add_error(None, BUSY)
            else:
                self._tell(request, given)
                return HttpResponseRedirect(back)
        words = [
            "No new call can be booked in this time. Calls that are booked already stay: they are listed afterwards."
        ]
        return desk_form(
            self, request, form=form, title="Add time off", button="Block this time", back=back, words=words
        )

    def _tell(self, request: HttpRequest, given: dict[str, Any]) -> None:
        """Say what was blocked, and which calls are still booked in it."""
        messages.success(request, f"{given['coach'].name} cannot be booked in this time any more.")
        booked = Booking.objects.filter(
            coach=given["coach"],
            status__in=(Booking.Status.CONFIRMED, Booking.Status.PENDING),
            start__lt=given["end"],
            end__gt=given["start"],
        ).select_related("coach", "event_type")
        for booking in booked.order_by("start")[:20]:
            at = timezone.localtime(booking.start)
            messages.warning(
                request, f"Still booked: {booking.title} with {booking.attendee_name}, {at:%d %B %Y, %H:%M}."
            )

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A question, then the verb."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
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
            messages.error(request, BUSY)
        else:
            messages.success(request, "The time can be booked again.")
