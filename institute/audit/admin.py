"""The record of who did what, for owners to read; nobody writes here."""

from django.contrib import admin

from institute.audit.models import AuditRow
from mail.admin.rows import ReadOnly


@admin.register(AuditRow)
class AuditRowAdmin(ReadOnly):
    """Newest first."""

    list_display = ("at", "what", "actor", "target", "detail", "address")
    list_filter = ("what", "at")
    search_fields = ("actor", "target")
    search_help_text = "Who did it, or what it was done to"
    list_per_page = 100
    show_full_result_count = False
