"""Mails in a row, written by staff: each step's words are checked for placeholders and can be seen as the mail it becomes."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from leads import emails, placeholders
from leads.admin.desk import deny, desk_page, need
from leads.models import Sequence, SequenceStep
from mail.admin.message import PREVIEW_POLICY
from mail.text import plain

VIEW = "leads.view_sequence"
NAMES = ", ".join(f"{{{name}}} is {words}" for name, words in placeholders.NAMES.items())


class StepForm(forms.ModelForm):
    """A step, with its delay in days and hours as people say it."""

    days = forms.IntegerField(
        min_value=0, max_value=365, label="Days after the step before", widget=UnfoldAdminIntegerFieldWidget
    )
    hours = forms.IntegerField(
        min_value=0, max_value=23, required=False, label="and hours", widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = SequenceStep
        fields = ("position", "days", "hours", "subject", "body", "active")
        widgets = {"body": UnfoldAdminTextareaWidget(attrs={"rows": 12})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        delay = self.instance.delay or timedelta()
        self.fields["days"].initial, self.fields["hours"].initial = delay.days, delay.seconds // 3600
        if "body" in self.fields:
            self.fields["body"].help_text = (
                f"Paragraphs with a blank line between. A line “## A heading”, lines “- a point”, and “[words]({{book_url}})” "
                f"alone on a line for a button. Placeholders: {NAMES}."
            )

    def clean_body(self) -> str:
        """Without hidden control characters."""
        body = plain(self.cleaned_data["body"], limit=20_000)
        if not body:
            raise forms.ValidationError("A mail needs words.")
        return body

    def clean(self) -> dict[str, Any]:
        """Days and hours become the delay."""
        data = super().clean() or {}
        self.instance.delay = timedelta(days=data.get("days") or 0, hours=data.get("hours") or 0)
        return data


class StepInline(StackedInline):
    """The steps, in their order."""

    model = SequenceStep
    form = StepForm
    extra = 0
    fields = ("position", ("days", "hours"), "subject", "body", "active", "seen")
    readonly_fields = ("seen",)

    @display(description="preview")
    def seen(self, row: SequenceStep) -> SafeString | str:
        """The way to the mail."""
        if not row.pk:
            return "Save it first."
        page = reverse("admin:leads_sequence_preview", args=[row.sequence_id, row.pk])
        return format_html('<a class="text-primary-600 underline" href="{}">See it as a mail</a>', page)


@admin.register(Sequence)
class SequenceAdmin(ModelAdmin):
    """A sequence with its steps; what a person still gets of it is decided when each mail is sent."""

    inlines = (StepInline,)
    list_display = ("name", "purpose", "steps_on", "active")
    list_filter = ("active",)

    class Media:
        css = {"all": ("leads/desk.css",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A sequence is switched off: who was in it stays written down."""
        return False

    @display(description="steps")
    def steps_on(self, row: Sequence) -> str:
        steps = [step.active for step in row.steps.all()]
        return f"{sum(steps)} of {len(steps)}" if not all(steps) else str(len(steps))

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the steps, for their number."""
        return super().get_queryset(request).prefetch_related("steps")

    def get_urls(self) -> list[URLPattern]:
        """Each step as a mail, and its HTML alone for the frame."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/step/<int:step>/", wrap(self.preview), name="leads_sequence_preview"),
            path("<int:pk>/step/<int:step>/html/", wrap(xframe_options_sameorigin(self.html)), name="leads_step_html"),
            *super().get_urls(),
        ]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, then report what looks like a placeholder and is none: it goes out as it stands."""
        super().save_related(request, form, formsets, change)
        for step in form.instance.steps.order_by("position"):
            odd = placeholders.unknown(f"{step.subject}\n{step.body}")
            if odd:
                words = ", ".join(odd[:5])
                messages.warning(request, f"Step {step.position}: {words} is no placeholder and goes out as it stands.")

    def _step(self, request: HttpRequest, pk: int, step: int) -> SequenceStep:
        need(request, VIEW)
        row = SequenceStep.objects.select_related("sequence").filter(pk=step, sequence=pk).first()
        if row is None:
            deny(request, "leads.SequenceStep", step)
        return row

    def preview(self, request: HttpRequest, pk: int, step: int) -> HttpResponse:
        """The mail as somebody gets it who told us nothing."""
        row = self._step(request, pk, step)
        shown = emails.preview(row)
        return desk_page(
            self,
            request,
            "leads/desk/step.html",
            title=f"{row.sequence}, step {row.position}",
            back=reverse("admin:leads_sequence_change", args=[pk]),
            shown=shown,
            odd=placeholders.unknown(f"{row.subject}\n{row.body}"),
            html_url=reverse("admin:leads_step_html", args=[pk, step]),
        )

    def html(self, request: HttpRequest, pk: int, step: int) -> HttpResponse:
        """The HTML part as a page that may do nothing."""
        shown = emails.preview(self._step(request, pk, step))
        headers = {"Content-Security-Policy": PREVIEW_POLICY, "Cache-Control": "no-store"}
        return HttpResponse(shown.html, headers=headers)
