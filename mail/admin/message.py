"""The staff's view of the ledger: every message with its state, its reason and its masked text."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.clickjacking import xframe_options_sameorigin
from unfold.decorators import action, display

from mail import clock, ledger, registry
from mail.admin import trial
from mail.admin.rows import ReadOnly
from mail.errors import NotPossible
from mail.lateness import overdue
from mail.models import Message
from mail.preview import preview

# The HTML of a mail is shown as it is: nothing in it may run, load, send or navigate.
PREVIEW_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
SEND = "mail.send_message"
Status = Message.Status
LEVELS = {
    Status.DUE.value: "info",
    Status.SENDING.value: "info",
    Status.SENT.value: "success",
    Status.FAILED.value: "danger",
    Status.SKIPPED.value: "warning",
    Status.CANCELLED.value: "warning",
}
# Verb → (what is done, what was done, what the page says before it is done).
VERBS: dict[str, tuple[Callable[..., None], str, str]] = {
    "resend": (ledger.retry, "sent again", "It is written anew, with fresh links, and goes out at once."),
    "take_back": (ledger.cancel, "cancelled", "It will not be sent. The person is not told."),
    "settle": (
        ledger.dealt_with,
        "marked as dealt with",
        "You have reached the person another way. It leaves the overview.",
    ),
}


class KindFilter(admin.SimpleListFilter):
    """Kinds by the words staff know them by."""

    title, parameter_name = "kind", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return registry.choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LateFilter(admin.SimpleListFilter):
    """What should be out by now and is not: the number on the overview opens this list."""

    title, parameter_name = "lateness", "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Overdue")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return overdue(queryset, now=clock.now()) if self.value() == "1" else queryset


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """Read, and three verbs: send again, cancel, mark as dealt with."""

    list_display = ("what", "recipient", "state", "reason", "due_at", "sent_at", "attempts")
    list_filter = ("status", "needs_attention", LateFilter, "stream", KindFilter)
    list_per_page = 50
    search_fields = ("recipient", "dedupe_key", "message_id")
    search_help_text = "An address, or part of one"
    show_full_result_count = False
    actions = ("send_again", "cancel", "dealt_with")
    actions_list = ("test_mail",)  # type: ignore[assignment]
    actions_detail = ("settle", "resend", "take_back")  # type: ignore[assignment]
    fieldsets = (
        (None, {"fields": ("what", "recipient", "status", "reason", "to_do", "last_error", "came_back")}),
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

    @display(description="what came back")
    def came_back(self, row: Message) -> str:
        told = [
            f"{date_format(timezone.localtime(each.noted_at), 'j M Y, g:i A')}: {each.get_kind_display()}"
            for each in row.bounces.all()[:5]
        ]
        return "; ".join(told) or "Nothing."

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
        return request.user.has_perm(SEND)

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, "resend")

    @admin.action(description="Cancel", permissions=["send"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, "take_back")

    @admin.action(description="Mark as dealt with", permissions=["send"])
    def dealt_with(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, "settle")

    @action(description="Test mail", icon="outgoing_mail", url_path="test-mail")  # type: ignore[operator]
    def test_mail(self, request: HttpRequest) -> HttpResponse:
        """Send one, and see what became of the last ones."""
        if not self.has_send_permission(request):
            raise PermissionDenied
        return trial.page(self, request)

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """The test mail, for those who may send."""
        return super().get_actions_list(request) if self.has_send_permission(request) else []

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The verbs that make sense for this message as it is now, for those who may send."""
        row = self.get_object(request, str(object_id))
        if row is None or not self.has_send_permission(request):
            return []
        possible = {
            "settle": row.needs_attention,
            "resend": row.status in (Status.FAILED, Status.SKIPPED) and row.expires_at > clock.now(),
            "take_back": row.status in Message.OPEN,
        }
        found = super().get_actions_detail(request, object_id)
        return [each for each in found if possible.get(each.action_name.removeprefix("mail_message_"))]

    @action(description="Send again", icon="forward_to_inbox", url_path="send-again")  # type: ignore[operator]
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Behind a button: following a link never sends a mail."""
        return self._one(request, object_id, "resend", "Send again")

    @action(description="Cancel", icon="cancel_schedule_send", url_path="cancel")  # type: ignore[operator]
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Behind a button."""
        return self._one(request, object_id, "take_back", "Cancel this message")

    @action(description="Mark as dealt with", icon="task_alt", url_path="dealt-with")  # type: ignore[operator]
    def settle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Behind a button."""
        return self._one(request, object_id, "settle", "Mark as dealt with")

    def _one(self, request: HttpRequest, object_id: str, verb: str, button: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_send_permission(request):
            raise PermissionDenied
        back = reverse("admin:mail_message_change", args=[row.pk])
        if request.method == "POST":
            self._each(request, [row], verb)
            return HttpResponseRedirect(back)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": f"{registry.label(row.kind)} to {row.recipient}",
            "words": VERBS[verb][2],
            "button": button,
            "back": back,
            "original": row,
        }
        return TemplateResponse(request, "mail/desk/act.html", context)

    def _each(self, request: HttpRequest, rows: Any, verb: str) -> None:
        now: datetime = clock.now()
        change, done, _ = VERBS[verb]
        good = 0
        for message in rows:
            try:
                change(message=message, now=now)
            except NotPossible as error:
                self.message_user(
                    request, f"{registry.label(message.kind)} to {message.recipient}: {error}", messages.WARNING
                )
            else:
                good += 1
                self.log_change(request, message, f"The message was {done}.")
        if good:
            self.message_user(request, f"{good} message{'' if good == 1 else 's'} {done}.", messages.SUCCESS)
