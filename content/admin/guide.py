"""Guides and their comparison columns; publishing has a page of its own."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from content import gate, publishing, snapshot
from content.errors import GateClosed, GateProblem, NothingToPublish
from content.models import ComparisonCell, ComparisonColumn, Guide, Section
from mail import clock


class SectionInline(TabularInline):
    """The outline of a guide; a section's own rows open from here."""

    model = Section
    fields = ("heading", "level", "anchor", "in_contents", "order")
    extra = 0
    show_change_link = hide_title = show_count = True
    ordering_field = "order"  # type: ignore[assignment]
    hide_ordering_field = True
    tab = True


class ColumnInline(TabularInline):
    """What the roles are compared by."""

    model = ComparisonColumn
    fields = ("label", "key", "order")
    extra = 0
    show_change_link = hide_title = show_count = True
    ordering_field = "order"  # type: ignore[assignment]
    hide_ordering_field = True
    tab = True


@admin.register(Guide)
class GuideAdmin(ModelAdmin):
    """The draft. Saving changes nothing that readers see; publishing does."""

    list_display = ("title", "live_state", "slug", "order")
    list_filter = ("roles",)
    search_fields = ("title", "slug", "description")
    formfield_overrides = {models.ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}  # type: ignore[assignment,misc]
    inlines = (SectionInline, ColumnInline)
    readonly_fields = ("live_state",)
    fields = ("title", "slug", "description", "roles", "order", "live_state")
    actions_detail = ("publish_guide",)  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guide]:
        return super().get_queryset(request).select_related("live").defer("live__snapshot")

    @display(description="Readers see")
    def live_state(self, guide: Guide) -> str:
        """The live revision, linked to the page, or that there is none."""
        if guide.live is None:
            return "Nothing: not published yet"
        url = reverse("content:guide", args=[guide.live.slug])
        return format_html('<a class="underline" href="{}">Revision {}</a>', url, guide.live.number)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Publishing is a permission of its own."""
        return request.user.has_perm("content.publish_guide")

    # The admin's own POST views run in a transaction; publishing opens its own durable one, so it has its own view.
    @action(description="Publish …", url_path="publish", permissions=["publish"])  # type: ignore[operator]
    def publish_guide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows what is in the way or a button; POST publishes."""
        guide = self.get_object(request, unquote(object_id))
        if guide is None:
            raise Http404
        note = request.POST.get("note", "").replace("\x00", "")[:300]
        problems: tuple[GateProblem, ...] = ()
        if request.method == "POST":
            try:
                revision = publishing.publish(guide=guide, by=cast(User, request.user), now=clock.now(), note=note)
            except GateClosed as closed:
                problems = closed.problems
            except NothingToPublish as nothing:
                messages.info(request, str(nothing))
                return redirect("admin:content_guide_change", guide.pk)
            else:
                self.log_change(request, guide, f"Published revision {revision.number}.")
                messages.success(request, f"Revision {revision.number} is live.")
                return redirect("admin:content_guide_change", guide.pk)
        taken = snapshot.take(guide)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Publish “{guide}”",
            "opts": self.opts,
            "guide": guide,
            "note": note,
            "problems": [(problem.sentence, row_url(problem)) for problem in problems or gate.problems(taken)],
            "unchanged": guide.live is not None and guide.live.snapshot == taken,
        }
        return TemplateResponse(request, "content/admin/publish.html", context)


def row_url(problem: GateProblem) -> str:
    """Where the row of a problem is mended."""
    if problem.row is None:
        return ""
    model, pk = problem.row
    return reverse(f"admin:content_{model}_change", args=[pk])


class CellInline(TabularInline):
    """One cell for each role."""

    model = ComparisonCell
    fields = ("role", "text", "facts")
    extra = 0


@admin.register(ComparisonColumn)
class ComparisonColumnAdmin(ModelAdmin):
    """A column with its cells."""

    list_display = ("label", "guide", "key", "order")
    list_filter = ("guide",)
    list_select_related = ("guide",)
    search_fields = ("label", "key", "cells__text", "cells__facts")
    inlines = (CellInline,)
