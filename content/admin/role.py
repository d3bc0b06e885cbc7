"""The roles that guides compare."""

from django.contrib import admin
from unfold.admin import ModelAdmin, StackedInline

from content.admin.prose import Prose
from content.models import ComparisonCell, Role, RoleAspect


class AspectInline(Prose, StackedInline):  # type: ignore[misc]
    """What is true of the role."""

    model = RoleAspect
    fields = ("kind", "text", "detail", "facts", "order")
    extra = 0
    hide_title = show_count = True
    ordering_field = "order"  # type: ignore[assignment]
    hide_ordering_field = True
    ordering = ("kind", "order", "id")


@admin.register(Role)
class RoleAdmin(ModelAdmin):
    """A role shared by all guides; each shows it as it was when that guide was last published."""

    list_display = ("name", "short", "slug", "color", "order")
    search_fields = ("name", "short", "aspects__text", "aspects__facts")
    inlines = (AspectInline,)


@admin.register(RoleAspect)
class RoleAspectAdmin(Prose, ModelAdmin):  # type: ignore[misc]
    """Every aspect of every role: for finding words or a fact."""

    list_display = ("text", "role", "kind", "facts", "order")
    list_filter = ("role", "kind")
    list_select_related = ("role",)
    search_fields = ("text", "detail", "facts")


@admin.register(ComparisonCell)
class ComparisonCellAdmin(ModelAdmin):
    """Every cell of every table: for finding words or a fact."""

    list_display = ("text", "role", "column", "facts")
    list_filter = ("role", "column__guide")
    list_select_related = ("role", "column__guide")
    search_fields = ("text", "facts")
