"""Sections with everything that stands in them."""

from django.contrib import admin
from unfold.admin import ModelAdmin, StackedInline

from content.admin.image import ImageInline
from content.admin.prose import Prose
from content.models import FAQ, Callout, Paragraph, Point, Section, Step, Tip


class Rows(Prose, StackedInline):  # type: ignore[misc]
    """Rows of a section that are moved by dragging."""

    extra = 0
    tab = hide_title = show_count = True
    ordering_field = "order"  # type: ignore[assignment]
    hide_ordering_field = True


class ParagraphInline(Rows):
    model = Paragraph
    fields = ("text", "after", "facts", "order")


class PointInline(Rows):
    model = Point
    fields = ("label", "text", "facts", "order")


class StepInline(Rows):
    model = Step
    fields = ("label", "text", "facts", "order")


class TipInline(Rows):
    model = Tip
    fields = ("label", "text", "facts", "order")


class FAQInline(Rows):
    model = FAQ
    fields = ("question", "answer", "anchor", "question_facts", "answer_facts", "order")


class CalloutInline(Rows):
    model = Callout
    fields = ("kind", "heading", "text", "action", "facts", "order")


@admin.register(Section)
class SectionAdmin(ModelAdmin):
    """A heading and what stands under it, in the order in which the page shows it."""

    list_display = ("__str__", "guide", "level", "anchor", "shows", "order")
    list_filter = ("guide", "level", "shows")
    list_select_related = ("guide",)
    search_fields = ("heading", "anchor", "paragraphs__text", "points__label", "tips__label", "faqs__question")
    fields = (
        "guide",
        "heading",
        "level",
        "anchor",
        "contents_label",
        "in_contents",
        "shows",
        "role",
        "caption",
        "order",
    )
    inlines = (ParagraphInline, ImageInline, PointInline, StepInline, TipInline, FAQInline, CalloutInline)


class ItemAdmin(Prose, ModelAdmin):  # type: ignore[misc]
    """One kind of row across all guides: for finding words or a fact."""

    list_filter = ("section__guide", "section")
    list_select_related = ("section__guide",)
    autocomplete_fields = ("section",)


@admin.register(Paragraph)
class ParagraphAdmin(ItemAdmin):
    list_display = ("__str__", "section", "facts", "order")
    search_fields = ("text", "facts")


@admin.register(Point, Step, Tip)
class LabelledAdmin(ItemAdmin):
    list_display = ("label", "section", "facts", "order")
    search_fields = ("label", "text", "facts")


@admin.register(FAQ)
class FAQAdmin(ItemAdmin):
    list_display = ("question", "section", "question_facts", "answer_facts", "order")
    search_fields = ("question", "answer", "question_facts", "answer_facts")


@admin.register(Callout)
class CalloutAdmin(ItemAdmin):
    list_display = ("__str__", "kind", "action", "section", "facts")
    list_filter = ("kind", "section__guide")
    search_fields = ("heading", "text", "facts")
