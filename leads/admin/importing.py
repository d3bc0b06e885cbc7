"""Leads from a file: the check, its report, and the bringing in, portion by portion."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import action, display

from leads import import_lines, importing
from leads.admin.desk import ReadOnly, deny, desk_form, in_desk_look, need
from leads.errors import NotPossible
from leads.forms import CleanCharField
from leads.models import ImportRow, ImportRun
from leads.models.consent import Purpose
from mail import clock

ADD = "leads.add_lead"
ROWS = 100
State = ImportRun.State


class FileForm(forms.Form):
    """The file, and what its people agreed to."""

    file = forms.FileField(
        label="CSV file",
        help_text="UTF-8, the first line names the columns: name, email, phone, role, time zone, best time to call, heard of.",
    )
    purposes = forms.MultipleChoiceField(
        label="These people agreed to",
        required=False,
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing ticked: they become leads whom nobody may mail or call.",
    )
    consent_source = CleanCharField(
        label="Where and when they agreed",
        required=False,
        max_length=150,
        help_text="Such as “Paper list, open day of 3 May 2027”. It is kept with each consent as its proof.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_desk_look(self)

    def clean_file(self) -> Any:
        """Not read into memory before its size is known."""
        file = self.cleaned_data["file"]
        if file.size > import_lines.LARGEST:
            raise forms.ValidationError("The file is larger than 5 MB.")
        return file


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    """Every file that was checked, and what became of it."""

    list_display = ("file_name", "made_at", "made_by", "state_label", "finished_at")
    list_filter = ("state",)
    fieldsets = ((None, {"fields": ("made_at", "made_by", "state", "finished_at", "agreed_to", "consent_source")}),)
    actions_list = ("upload",)  # type: ignore[assignment]
    change_form_outer_before_template = "leads/desk/_import.html"  # type: ignore[assignment]

    class Media:
        css = {"all": ("leads/desk.css",)}
        js = ("leads/desk.js",)

    def get_urls(self) -> list[URLPattern]:
        """The verbs of a run."""
        view = self.admin_site.admin_view(self.do)
        return [path("<int:pk>/do/<slug:verb>/", view, name="leads_importrun_do"), *super().get_urls()]

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """For those who may add leads."""
        return super().get_actions_list(request) if request.user.has_perm(ADD) else []

    @display(
        description="state",
        ordering="state",
        label={State.CHECKED: "warning", State.RUNNING: "info", State.DONE: "success", State.DROPPED: "danger"},
    )
    def state_label(self, row: ImportRun) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="they agreed to")
    def agreed_to(self, row: ImportRun) -> str:
        return ", ".join(str(Purpose(each).label) for each in row.purposes) or "Nothing: nobody may mail or call them"

    @action(description="Import leads", icon="upload_file", url_path="upload")  # type: ignore[operator]
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Check a file; nothing is brought in yet."""
        need(request, ADD)
        posted = request.method == "POST"
        form = FileForm(request.POST if posted else None, request.FILES if posted else None)
        if posted and form.is_valid():
            given = form.cleaned_data
            try:
                run = importing.check(
                    content=given["file"].read(),
                    file_name=given["file"].name,
                    consent_source=given["consent_source"],
                    purposes=given["purposes"],
                    actor=request.user.get_username(),
                    now=clock.now(),
                )
            except NotPossible as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "The file was checked. Nothing is brought in before you press the button.")
                return HttpResponseRedirect(page_of(run))
        return desk_form(
            self,
            request,
            form=form,
            title="Import leads",
            button="Check the file",
            back=reverse("admin:leads_importrun_changelist"),
            words=["The file is checked line by line first. You see what each line would do, then you decide."],
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the report, a page of lines at a time."""
        run = kwargs.get("obj") or (args[3] if len(args) > 3 else None)
        if run is not None:
            wanted = request.GET.get("rows", "")
            rows = run.rows.select_related("lead").order_by("number")
            if wanted in ImportRow.Outcome.values:
                rows = rows.filter(outcome=wanted)
            context |= {
                "run": run,
                "progress": importing.progress(run),
                "rows": Paginator(rows, ROWS).get_page(request.GET.get("page", "1")[:6]),
                "wanted": wanted if wanted in ImportRow.Outcome.values else "",
                "may_run": request.user.has_perm(ADD),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def do(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Start, go on, or drop: buttons of the run's page. Each press brings in one portion, all of it or nothing."""
        need(request, ADD)
        run = ImportRun.objects.filter(pk=pk).first()
        if run is None or verb not in ("start", "go-on", "drop"):
            deny(request, "leads.ImportRun", pk)
        if request.method == "POST":
            try:
                if verb == "drop":
                    importing.drop(run=run, now=clock.now())
                    messages.success(request, "The file is forgotten.")
                else:
                    if verb == "start":
                        importing.start(run=run, now=clock.now())
                    found = importing.go_on(run=run, now=clock.now())
                    if found.is_done:
                        messages.success(request, f"Brought in: {found.new} new, {found.known} known before.")
            except NotPossible as error:
                messages.warning(request, str(error))
        return HttpResponseRedirect(page_of(run))


def page_of(run: ImportRun) -> str:
    """The address of the run's page."""
    return reverse("admin:leads_importrun_change", args=[run.pk])
