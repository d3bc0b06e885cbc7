"""Who the institute is, and what messages are about."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action

from mail.admin.rows import ReadOnly
from mail.models import Institute, Topic


@admin.register(Topic)
class TopicAdmin(ReadOnly):
    """What messages are about, with the version that is still true."""

    list_display = ("key", "version")
    search_fields = ("key",)
    show_full_result_count = False


@admin.register(Institute)
class InstituteAdmin(ModelAdmin):
    """The one row that says who we are."""

    actions_detail = ("test_mail",)  # type: ignore[assignment]

    @action(description="Test mail", icon="outgoing_mail", url_path="test-mail")  # type: ignore[operator]
    def test_mail(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """On to its page, which asks who may."""
        return HttpResponseRedirect(reverse("admin:mail_message_test_mail"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Institute.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Straight to the one row."""
        there = Institute.objects.exists()
        page = reverse("admin:mail_institute_change", args=[1]) if there else reverse("admin:mail_institute_add")
        return HttpResponseRedirect(page)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
