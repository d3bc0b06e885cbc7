"""What came back: read, and one verb, to write to an address again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from mail import incoming, registry
from mail.admin.rows import ReadOnly
from mail.models import Bounce

Kind = Bounce.Kind
LEVELS = {
    Kind.HARD.value: "danger",
    Kind.LOST.value: "danger",
    Kind.DELAYED.value: "info",
    Kind.COMPLAINT.value: "warning",
    Kind.UNSUBSCRIBED.value: "warning",
}


@admin.register(Bounce)
class BounceAdmin(ReadOnly):
    """Each report once, with the message it is about."""

    list_display = ("address", "what", "state", "detail", "noted_at")
    list_filter = ("kind", "source")
    list_per_page = 50
    list_select_related = ("message",)
    search_fields = ("message__recipient", "detail")
    search_help_text = "An address, or what the other side said"
    show_full_result_count = False
    actions = ("write_again",)
    fields = ("address", "open_message", "kind", "status", "detail", "source", "noted_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bounce]:
        return super().get_queryset(request).defer("message__raw", "message__masked")

    @display(description="address")
    def address(self, row: Bounce) -> str:
        return row.message.recipient or "erased"

    @display(description="message")
    def what(self, row: Bounce) -> str:
        return registry.label(row.message.kind)

    @display(description="what happened", ordering="kind", label=LEVELS)
    def state(self, row: Bounce) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    @display(description="message")
    def open_message(self, row: Bounce) -> SafeString:
        url = reverse("admin:mail_message_change", args=[row.message_id])
        return format_html('<a href="{}">{}</a>', url, registry.label(row.message.kind))

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mail.send_message")

    @admin.action(description="The address is right: write to it again", permissions=["send"])
    def write_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        lifted = 0
        for row in queryset:
            if row.message.recipient_hash and incoming.write_again(address_hash=row.message.recipient_hash):
                lifted += 1
                self.log_change(request, row, "Mail may go to this address again.")
        if lifted:
            addresses = "1 address" if lifted == 1 else f"{lifted} addresses"
            self.message_user(
                request, f"Mail goes to {addresses} again. What failed can be sent again.", messages.SUCCESS
            )
        else:
            self.message_user(request, "Nothing keeps mail from these addresses.", messages.WARNING)
