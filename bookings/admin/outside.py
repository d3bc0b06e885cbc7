"""Outside calendars: a coach's private ICS addresses. An address goes in and never comes out again."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from bookings.admin.own import HoursOfCoach
from bookings.models import OutsideCalendar
from bookings.outside import refreshing
from bookings.outside.trouble import Trouble
from bookings.services import gate
from mail import clock

COMING = 20
TYPED = ("coach", "name", "url", "enabled")


class OutsideCalendarForm(forms.ModelForm):
    """A calendar, with an address that is typed in and never shown; an empty one keeps the address there is."""

    address = forms.CharField(
        label="Private address",
        max_length=1000,
        required=False,
        # A password field: it is not sent back to the page, not even beside an error.
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = OutsideCalendar
        fields = ("coach", "name", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("address")
        if field is None:
            return
        field.help_text = (
            "The secret address in ICS form that the other calendar's settings show. Nobody sees it here again."
            if self.instance.pk is None
            else "Leave this empty to keep the address there is."
        )
        field.required = self.instance.pk is None

    def clean_address(self) -> str:
        """Refused with a sentence where the worker would refuse it."""
        given = str(self.cleaned_data["address"]).strip()
        if not given:
            return ""
        try:
            return refreshing.address(given).url
        except Trouble as trouble:
            raise ValidationError(str(trouble)) from None


@admin.register(OutsideCalendar)
class OutsideCalendarAdmin(HoursOfCoach):
    """Where else a coach keeps appointments, when that was last looked at, and what came of it."""

    form = OutsideCalendarForm
    list_display = ("name", "coach", "enabled", "last_fetch", "busy_times", "skipped", "failures", "error")
    list_filter = ("coach", "enabled")
    search_fields = ("name", "coach__name")
    search_help_text = "Name of the calendar or the coach"
    list_select_related = ("coach",)
    list_per_page = 50
    actions = ("fetch_now",)
    fieldsets = (
        (None, {"fields": ("coach", "name", "shown_address", "address", "enabled")}),
        ("What the worker found", {"fields": ("last_fetch", "failures", "error", "skipped", "busy_times", "coming")}),
    )
    readonly_fields = (
        "shown_address",
        "last_fetch",
        "failures",
        "error",
        "skipped",
        "busy_times",
        "coming",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of coming busy times that the list shows."""
        coming = Count("busy", filter=Q(busy__end__gt=clock.now()))
        return super().get_queryset(request).annotate(coming_busy=coming)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Never by address: ?url__startswith= would let anybody who sees the list guess it letter by letter."""
        hidden = {"url", "etag", "last_modified"}
        return lookup.split("__")[0] not in hidden and super().lookup_allowed(lookup, value, request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has been nowhere yet; without the right to change it there is no address to type."""
        if obj is None:
            return ((None, {"fields": ("coach", "name", "address", "enabled")}),)
        if self.has_change_permission(request, obj):
            return self.fieldsets
        (first, rest), *others = self.fieldsets
        return ((first, {"fields": tuple(name for name in rest["fields"] if name != "address")}), *others)

    def coach_ids(self, obj: OutsideCalendar) -> set[int]:
        """The coach, and the one the calendar belonged to before."""
        before = OutsideCalendar.objects.filter(pk=obj.pk).values_list("coach_id", flat=True)
        return {obj.coach_id, *before}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Under the lock. What is switched off gives its time free; everything else is fetched anew, at once."""
        ids = self.coach_ids(obj)
        gate.lock(*ids)
        gate.changed(*ids)
        obj.url = form.cleaned_data.get("address") or obj.url
        # Other hours, other words: what the validators stand for may have to be read differently now.
        obj.etag = obj.last_modified = ""
        # Only what was typed: the worker may have written its own columns since this form was read.
        obj.save(update_fields=[*TYPED, "etag", "last_modified"] if change else None)
        if obj.enabled:
            refreshing.ask(OutsideCalendar.objects.filter(pk=obj.pk), now=clock.now())
        else:
            refreshing.forget(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The calendars by name; their thousands of busy times are not a list that anybody reads."""
        rows = list(objs)
        return [str(row) for row in rows], {"outside calendars": len(rows)}, set(), []

    @admin.action(description="Fetch now", permissions=("change",))
    def fetch_now(self, request: HttpRequest, queryset: QuerySet[OutsideCalendar]) -> None:
        """Ask the worker; nothing is fetched in a request."""
        chosen = OutsideCalendar.objects.filter(pk__in=[row.pk for row in queryset])
        refreshing.ask(chosen, now=clock.now())
        if chosen.filter(enabled=True).exists():
            messages.success(request, "A worker fetches what you chose within a minute or two.")
        if chosen.filter(enabled=False).exists():
            messages.warning(request, "Calendars that are switched off are not fetched.")

    @display(description="Address")
    def shown_address(self, calendar: OutsideCalendar) -> str:
        """The host and the last four characters: enough to tell two apart, too little to read the calendar."""
        try:
            host = refreshing.address(calendar.url).host
        except Trouble:
            host = "an address that is not allowed"
        return f"{host}, ends in “{calendar.url[-4:]}”"

    @display(description="Last fetch", ordering="fetched_at")
    def last_fetch(self, calendar: OutsideCalendar) -> str:
        """The last one that worked, in words."""
        if calendar.fetched_at is None:
            return "never" if calendar.failures or not calendar.enabled else "not yet"
        return f"{timesince(calendar.fetched_at, clock.now(), depth=1)} ago"

    @display(description="Busy times", ordering="coming_busy")
    def busy_times(self, calendar: Any) -> int:
        """How many are still to end."""
        return int(calendar.coming_busy)

    @display(description="The next of them")
    def coming(self, calendar: OutsideCalendar) -> SafeString | str:
        """By the desk's clock; what they are about is never read."""
        rows = calendar.busy.filter(end__gt=clock.now()).order_by("start")[:COMING]
        return format_html_join("", "<div>{}</div>", ((_words(row.start, row.end),) for row in rows)) or "none"


def _words(start: datetime, end: datetime) -> str:
    """One busy time by the desk's clock, with the date of its end where that is another day."""
    begins, ends = timezone.localtime(start), timezone.localtime(end)
    same = begins.date() == ends.date()
    last = f"–{ends:%H:%M}" if same else f" – {ends:%a} {ends.day} {ends:%B %Y, %H:%M}"
    return f"{begins:%a} {begins.day} {begins:%B %Y, %H:%M}{last}"
