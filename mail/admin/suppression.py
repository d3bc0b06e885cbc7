"""Addresses that asked for quiet, and addresses that mail comes back from."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from mail import clock
from mail.addresses import fingerprint, for_transport
from mail.errors import CannotCompose
from mail.models import Suppression
from mail.registry import Stream


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
    """Addresses that asked for quiet, or that mail comes back from; deleting a row lets mail through again."""

    form = SuppressionForm
    list_display = ("__str__", "stream", "reason", "created_at")
    list_filter = ("stream", "bounced")
    search_fields = ("address_hash",)
    search_help_text = "A whole address: it is looked up by its hash"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        """An address cannot be read back, but it can be asked for."""
        term = search_term.strip()
        if "@" in term:
            return queryset.filter(address_hash=fingerprint(term)), False
        return super().get_search_results(request, queryset, term)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.address_hash, obj.created_at = fingerprint(form.cleaned_data["address"]), clock.now()
        super().save_model(request, obj, form, change)
