"""Rows that prove something: written once, by the site, and shown to those who work with leads."""

from django.contrib import admin
from unfold.decorators import display

from leads.admin.desk import ReadOnly
from leads.models import Activity, CallLog, Consent, ConsentText, Merge, Receipt, Touch


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnly):
    """The words people agree to, in every version."""

    list_display = ("purpose", "version", "words")
    list_filter = ("purpose",)
    search_fields = ("words",)


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    """Who agreed to what, and when."""

    list_display = ("lead", "purpose", "state", "given_at", "confirmed_at", "withdrawn_at", "how")
    list_filter = (
        "text__purpose",
        ("confirmed_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("lead", "text")
    search_fields = ("lead__name", "lead__email")

    @display(description="purpose", ordering="text__purpose")
    def purpose(self, row: Consent) -> str:
        return row.text.get_purpose_display()


@admin.register(Activity)
class ActivityAdmin(ReadOnly):
    """What happened, over all leads."""

    list_display = ("at", "lead", "summary", "actor")
    # No date_hierarchy: it reads every row for the years there are, with each page.
    list_filter = ("kind", "at")
    list_select_related = ("lead",)
    search_fields = ("lead__name", "lead__email", "summary", "actor")


@admin.register(Touch)
class TouchAdmin(ReadOnly):
    """Where visitors came from."""

    list_display = ("at", "lead", "page", "referrer_page", "utm_source", "utm_medium", "utm_campaign", "direct")
    list_filter = ("direct", "at")
    list_select_related = ("lead",)
    search_fields = ("lead__name", "lead__email", "page", "referrer_page", "utm_campaign")


@admin.register(CallLog)
class CallLogAdmin(ReadOnly):
    """Every phone call, over all leads."""

    list_display = ("at", "lead", "outcome", "call_back_at", "by")
    list_filter = ("outcome", "by")
    list_select_related = ("lead", "by")
    search_fields = ("lead__name", "lead__email", "note")


@admin.register(Merge)
class MergeAdmin(ReadOnly):
    """Which rows were made one; undone on the kept lead's page."""

    list_display = ("at", "kept", "gone", "by", "undone_at", "undone_by")
    list_filter = (("undone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("kept", "gone")


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly):
    """Proof that somebody was erased, without saying who it was."""

    list_display = ("number", "at", "how", "by")
    search_fields = ("number",)
    search_help_text = "The number that the person was told"
