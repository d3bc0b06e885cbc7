"""Who takes new leads, and their office hours."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from leads.admin.verbs import staff
from leads.models import Advisor, Stage

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class AdvisorForm(forms.ModelForm):
    """The days as boxes to tick."""

    weekdays = forms.MultipleChoiceField(
        choices=[(str(number), name) for number, name in enumerate(DAYS)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": "Tick at least one day."},
    )

    class Meta:
        model = Advisor
        fields = ("user", "takes_leads", "away_until", "time_zone", "opens", "closes", "weekdays")
        widgets = {"time_zone": UnfoldAdminSelectWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "weekdays" in self.fields:
            self.initial["weekdays"] = list(self.instance.weekdays)

    def clean_weekdays(self) -> str:
        """Digits in their order."""
        return "".join(sorted(self.cleaned_data["weekdays"]))

    def clean(self) -> dict[str, Any]:
        """An office that closes after it opens."""
        data = super().clean() or {}
        if data.get("opens") and data.get("closes") and data["closes"] <= data["opens"]:
            self.add_error("closes", "The office closes after it opens.")
        return data


@admin.register(Advisor)
class AdvisorAdmin(ModelAdmin):
    """New leads go to these in turn; the first-response clock runs in their hours."""

    form = AdvisorForm
    list_display = ("name", "takes_leads", "away_until", "hours", "open_leads", "last_assigned_at")
    list_select_related = ("user",)
    readonly_fields = ("last_assigned_at",)

    @display(description="advisor", ordering="user__username")
    def name(self, row: Advisor) -> str:
        return str(row)

    @display(description="office hours")
    def hours(self, row: Advisor) -> str:
        days = ", ".join(DAYS[int(digit)][:3] for digit in row.weekdays if digit in "0123456")
        return f"{row.opens:%H:%M} to {row.closes:%H:%M}, {days} ({row.time_zone})"

    @display(description="open leads")
    def open_leads(self, row: Advisor) -> int:
        return int(getattr(row, "number", 0))

    def get_queryset(self, request: HttpRequest) -> Any:
        """With how many open leads each has, in the same query."""
        there = Q(user__leads__merged_into__isnull=True, user__leads__erased_at__isnull=True)
        over = Q(user__leads__stage__in=(Stage.ENROLLED, Stage.LOST))
        return super().get_queryset(request).annotate(number=Count("user__leads", filter=there & ~over))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only those who work with leads can be advisors."""
        if db_field.name == "user":
            kwargs["queryset"] = staff()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
