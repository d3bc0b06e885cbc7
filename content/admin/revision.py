"""Revisions: looked at, never touched."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from content import pages
from content.admin import compare
from content.models import Revision


@admin.register(Revision)
class RevisionAdmin(ModelAdmin):
    """What readers saw, and from when."""

    list_display = ("title", "number", "is_live", "published_at", "publisher_name", "note")
    list_filter = ("guide", "published_at")
    list_select_related = ("live_in",)
    search_fields = ("title", "slug", "note", "publisher_name")
    date_hierarchy = "published_at"
    fields = (
        "guide",
        "number",
        "is_live",
        "title",
        "slug",
        "published_at",
        "publisher_name",
        "note",
        "outline",
        "stored",
    )
    readonly_fields = fields
    actions_detail = ("as_page", "compare_with", "restore_revision")  # type: ignore[assignment]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        rows = super().get_queryset(request).select_related("guide", "live_in")
        # A list of revisions need not read every word of them.
        return (
            rows if request.resolver_match and "object_id" in request.resolver_match.kwargs else rows.defer("snapshot")
        )

    @display(description="Live", boolean=True)
    def is_live(self, revision: Revision) -> bool:
        return hasattr(revision, "live_in")

    @display(description="Outline")
    def outline(self, revision: Revision) -> str:
        """The headings, one a line."""
        rows = (row for row in revision.snapshot["sections"] if row["heading"])
        lines = ((f"{'– ' * (row['level'] - 2)}{row['heading']}",) for row in rows)
        return format_html_join(mark_safe("<br>"), "{}", lines)

    @display(description="Stored content")
    def stored(self, revision: Revision) -> str:
        """The snapshot as it lies in the database."""
        text = json.dumps(revision.snapshot, indent=1, ensure_ascii=False)
        return format_html("<details><summary>Show every row</summary><pre>{}</pre></details>", text)

    @action(description="See it as a page", url_path="page", permissions=["view"])  # type: ignore[operator]
    def as_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The revision as readers saw it."""
        revision = self.get_object(request, unquote(object_id))
        if revision is None:
            raise Http404
        return pages.guide(request, revision)

    @action(description="Compare …", url_path="compare", permissions=["view"])  # type: ignore[operator]
    def compare_with(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What differs between this revision and another one of its guide."""
        revision = self.get_object(request, unquote(object_id))
        if revision is None:
            raise Http404
        return compare.revisions_page(request, self, revision)

    def has_restore_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Restoring publishes."""
        return request.user.has_perm("content.publish_guide")

    # Its own view, as publishing has: the admin's POST views run in a transaction, restoring opens a durable one.
    @action(description="Restore …", url_path="restore", permissions=["restore"])  # type: ignore[operator]
    def restore_revision(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET says what it does; POST publishes what this revision said as a new one."""
        revision = self.get_object(request, unquote(object_id))
        if revision is None:
            raise Http404
        return compare.restore_page(request, self, revision)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
