"""Tasks over all leads: what is overdue first."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from leads import to_do
from leads.admin.desk import ReadOnly, need
from leads.admin.verbs import CHANGE
from leads.models import Task
from mail import clock


class Which(admin.SimpleListFilter):
    """Open ones unless others are asked for."""

    title, parameter_name = "which", "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Overdue"), ("mine", "Mine"), ("done", "Done"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        wanted = self.value()
        if wanted == "overdue":
            return queryset.filter(done_at__isnull=True, due_at__lte=clock.now())
        if wanted == "mine":
            return queryset.filter(done_at__isnull=True, owner=request.user.pk)
        if wanted == "done":
            return queryset.filter(done_at__isnull=False)
        return queryset if wanted == "all" else queryset.filter(done_at__isnull=True)


@admin.register(Task)
class TaskAdmin(ReadOnly):
    """Read, and two verbs; a task is added on the page of its lead."""

    list_display = ("what", "person", "due_at", "state", "owner", "done_by")
    list_filter = (Which,)
    list_select_related = ("lead", "owner")
    search_fields = ("what", "lead__name", "lead__email")
    actions = ("finish", "reopen")

    def get_urls(self) -> list[URLPattern]:
        """The overdue ones have an address of their own, for the menu."""
        return [
            path("overdue/", self.admin_site.admin_view(self.overdue), name="leads_task_overdue"),
            *super().get_urls(),
        ]

    def overdue(self, request: HttpRequest) -> HttpResponse:
        """The list, narrowed."""
        need(request, "leads.view_task")
        return HttpResponseRedirect(f"{reverse('admin:leads_task_changelist')}?which=overdue")

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whether this reader works with leads."""
        return bool(request.user.has_perm(CHANGE))

    @display(description="lead", ordering="lead__name")
    def person(self, row: Task) -> SafeString:
        page = reverse("admin:leads_lead_change", args=[row.lead_id])
        return format_html('<a href="{}">{}</a>', page, row.lead)

    @display(description="state", label={"Overdue": "danger", "Open": "info", "Done": "success"})
    def state(self, row: Task) -> str:
        if row.done_at is not None:
            return "Done"
        return "Overdue" if row.is_overdue(clock.now()) else "Open"

    @admin.action(description="Mark as done", permissions=["work"])
    def finish(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Done by the reader."""
        for task in queryset:
            to_do.finish(task=task, actor=request.user.get_username(), now=clock.now())
        self.message_user(request, "Marked as done.", messages.SUCCESS)

    @admin.action(description="Open again", permissions=["work"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Not done after all."""
        for task in queryset:
            to_do.reopen(task=task, actor=request.user.get_username(), now=clock.now())
        self.message_user(request, "Open again.", messages.SUCCESS)
