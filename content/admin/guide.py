"""Guides and their comparison columns; publishing has a page of its own."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from content.admin import compare, publish
from content.admin.publish import row_url as row_url
from content.models import ComparisonCell, ComparisonColumn, Guide, Section


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
    readonly_fields = ("live_state", "planned", "last_reviewed")
    fields = ("title", "slug", "description", "roles", "order", "live_state", "planned", "last_reviewed")
    actions_detail = ("publish_guide", "preview_guide", "compare_guide")  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guide]:
        return super().get_queryset(request).select_related("live").defer("live__snapshot")

    @display(description="Readers see")
    def live_state(self, guide: Guide) -> str:
        """The live revision, linked to the page, or that there is none."""
        if guide.live is None:
            return "Nothing: not published yet"
        url = reverse("content:guide", args=[guide.live.slug])
        return format_html('<a class="underline" href="{}">Revision {}</a>', url, guide.live.number)

    @display(description="Planned")
    def planned(self, guide: Guide) -> str:
        """When the draft is to be published, or why that did not happen."""
        if guide.publish_at:
            return f"To be published on {timezone.localtime(guide.publish_at):%A, %B %-d, %Y, %-I:%M %p}"
        return f"Not published at its time: {guide.publish_refused}" if guide.publish_refused else "Nothing"

    @display(description="Last reviewed")
    def last_reviewed(self, guide: Guide) -> str:
        """When, and by whom."""
        if guide.reviewed_at is None:
            return "Never"
        return f"{timezone.localtime(guide.reviewed_at):%B %-d, %Y} by {guide.reviewer_name}"

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Publishing is a permission of its own."""
        return request.user.has_perm("content.publish_guide")

    def get_guide(self, request: HttpRequest, object_id: str) -> Guide:
        """The guide of an action's page; 404 where there is none."""
        guide = self.get_object(request, unquote(object_id))
        if guide is None:
            raise Http404
        return guide

    # The admin's own POST views run in a transaction; publishing opens its own durable one, so it has its own view.
    @action(description="Publish …", url_path="publish", permissions=["publish"])  # type: ignore[operator]
    def publish_guide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Now, later or no longer."""
        return publish.page(request, self, self.get_guide(request, object_id))

    @action(description="Preview …", url_path="preview", permissions=["change"])  # type: ignore[operator]
    def preview_guide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the draft for somebody else's eyes."""
        return publish.preview(request, self, self.get_guide(request, object_id))

    @action(description="Compare with live", url_path="compare", permissions=["view"])  # type: ignore[operator]
    def compare_guide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What publishing would change."""
        return compare.draft_page(request, self, self.get_guide(request, object_id))


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
