"""The staff's view of the ledger: every message with its state, its reason and its masked text."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.clickjacking import xframe_options_sameorigin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from mail import clock, ledger, registry
from mail.addresses import fingerprint, for_transport
from mail.errors import CannotCompose, NotPossible
from mail.models import Institute, Message, Suppression, Topic
from mail.preview import preview
from mail.registry import Stream

# The HTML of a mail is shown as it is: nothing in it may run, load, send or navigate.
PREVIEW_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
LEVELS = {
    Message.Status.DUE.value: "info",
    Message.Status.SENDING.value: "info",
    Message.Status.SENT.value: "success",
    Message.Status.FAILED.value: "danger",
    Message.Status.SKIPPED.value: "warning",
    Message.Status.CANCELLED.value: "warning",
}


class ReadOnly(ModelAdmin):
    """Rows that only the mail room writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KindFilter(admin.SimpleListFilter):
    """Kinds by the words staff know them by."""

    title, parameter_name = "kind", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return registry.choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """Read, and three verbs: send again, cancel, mark as dealt with."""

    list_display = ("what", "recipient", "state", "reason", "due_at", "sent_at", "attempts")
    list_filter = ("status", "needs_attention", "stream", KindFilter)
    list_per_page = 50
    search_fields = ("recipient", "dedupe_key", "message_id")
    search_help_text = "An address, or part of one"
    show_full_result_count = False
    actions = ("send_again", "cancel", "dealt_with")
    fieldsets = (
        (None, {"fields": ("what", "recipient", "status", "reason", "to_do", "last_error")}),
        ("When", {"fields": ("due_at", "expires_at", "next_try_at", "sent_at", "attempts")}),
        ("The message, with its links masked", {"fields": ("shown",)}),
        ("For those who look deeper", {"fields": ("topic", "topic_version", "stream", "dedupe_key", "message_id")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows = super().get_queryset(request).select_related("topic").defer("raw")
        return rows if request.resolver_match and request.resolver_match.kwargs else rows.defer("raw", "masked")

    def get_urls(self) -> list[URLPattern]:
        html = self.admin_site.admin_view(xframe_options_sameorigin(self.html))
        return [path("<int:pk>/html/", html, name="mail_message_html"), *super().get_urls()]

    def html(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML part of the masked copy, as a page that may do nothing."""
        message = Message.objects.filter(pk=pk).first()
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        shown = preview(message) if message else None
        if shown is None:
            raise Http404
        return HttpResponse(
            shown.html, headers={"Content-Security-Policy": PREVIEW_POLICY, "Cache-Control": "no-store"}
        )

    @display(description="message")
    def what(self, row: Message) -> str:
        return registry.label(row.kind)

    @display(description="state", ordering="status", label=LEVELS)
    def state(self, row: Message) -> tuple[str, str]:
        return row.status, f"{row.get_status_display()}{', see to it' if row.needs_attention else ''}"

    @display(description="to do")
    def to_do(self, row: Message) -> str:
        return "Reach them another way, by phone for example." if row.needs_attention else "Nothing."

    @display(description="preview")
    def shown(self, row: Message) -> SafeString:
        waiting = row.status in Message.OPEN
        context = {
            "preview": preview(row),
            "html_url": reverse("admin:mail_message_html", args=[row.pk]),
            "empty": "It is written when its time comes."
            if waiting
            else "Its text is no longer kept, or was never written.",
        }
        return mark_safe(render_to_string("mail/preview.html", context))  # noqa: S308  (the template escapes)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mail.send_message")

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, ledger.retry, "sent again")

    @admin.action(description="Cancel", permissions=["send"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, ledger.cancel, "cancelled")

    @admin.action(description="Mark as dealt with", permissions=["send"])
    def dealt_with(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, ledger.dealt_with, "marked as dealt with")

    def _each(self, request: HttpRequest, queryset: QuerySet[Message], verb: Any, done: str) -> None:
        now: datetime = clock.now()
        good = 0
        for message in queryset:
            try:
                verb(message=message, now=now)
            except NotPossible as error:
                self.message_user(
                    request, f"{registry.label(message.kind)} to {message.recipient}: {error}", messages.WARNING
                )
            else:
                good += 1
                self.log_change(request, message, f"The message was {done}.")
        if good:
            self.message_user(request, f"{good} message{'' if good == 1 else 's'} {done}.", messages.SUCCESS)


@admin.register(Topic)
class TopicAdmin(ReadOnly):
    """What messages are about, with the version that is still true."""

    list_display = ("key", "version")
    search_fields = ("key",)
    show_full_result_count = False


class SuppressionForm(forms.ModelForm):
    """An address is typed in once and kept as its keyed hash only."""

    address = forms.EmailField(help_text="Kept as a keyed hash only: it cannot be read back.")
    stream = forms.ChoiceField(
        choices=[("", "Every kind of mail"), *((s.value, s.value) for s in Stream)],
        required=False,
        label="Kind of mail",
    )

    class Meta:
        model = Suppression
        fields = ("address", "stream", "reason")

    def clean_address(self) -> str:
        try:
            return for_transport(self.cleaned_data["address"])
        except CannotCompose as error:
            raise forms.ValidationError("This is not an address that mail can be sent to.") from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        address, stream = values.get("address"), values.get("stream", "")
        if address and Suppression.objects.filter(address_hash=fingerprint(address), stream=stream).exists():
            raise forms.ValidationError("This address does not get this kind of mail already.")
        return values


@admin.register(Suppression)
class SuppressionAdmin(ModelAdmin):
    """Addresses that asked for quiet; deleting a row lets mail through again."""

    form = SuppressionForm
    list_display = ("__str__", "stream", "reason", "created_at")
    list_filter = ("stream",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.address_hash, obj.created_at = fingerprint(form.cleaned_data["address"]), clock.now()
        super().save_model(request, obj, form, change)


@admin.register(Institute)
class InstituteAdmin(ModelAdmin):
    """The one row that says who we are."""

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
