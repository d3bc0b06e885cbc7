"""The test mail's page at the desk."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminEmailInputWidget

from mail import clock, trials
from mail.addresses import for_transport
from mail.errors import CannotCompose, NotPossible
from mail.models import Message, Trial

SHOWN = 5


class TrialForm(forms.Form):
    """Where the test mail goes."""

    address = forms.EmailField(
        label="Send it to",
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"}),
        help_text="Best an address outside the institute: that is where mail is held back first.",
    )

    def clean_address(self) -> str:
        """An address that the ledger can write to."""
        try:
            return for_transport(self.cleaned_data["address"])
        except CannotCompose as error:
            raise forms.ValidationError("This is not an address that mail can be sent to.") from error


def page(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Send a test mail, and see what became of the last ones; the caller has asked whether the reader may."""
    here = reverse("admin:mail_message_test_mail")
    form = TrialForm(request.POST or None, initial={"address": getattr(request.user, "email", "")})
    if request.method == "POST" and form.is_valid():
        try:
            message = trials.send(address=form.cleaned_data["address"], asked_by=request.user, now=clock.now())
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"The test mail to {message.recipient} is on its way. Open it and press its button."
            )
            return HttpResponseRedirect(here)
    context = admin.admin_site.each_context(request) | {
        "opts": admin.opts,
        "title": "Test mail",
        "form": form,
        "proven": trials.proven(),
        "tried": _tried(),
        "back": reverse("admin:mail_message_changelist"),
    }
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "mail/desk/test_mail.html", context, status=status)


def _tried() -> list[tuple[Trial, Message | None, bool]]:
    """The last test mails, each with its message and whether it went the present way."""
    asked = list(Trial.objects.select_related("asked_by")[:SHOWN])
    rows = Message.objects.filter(topic__key__in=[f"trial:{each.pk}" for each in asked]).defer("raw", "masked")
    sent: dict[Any, Message] = {row.context.get("trial"): row for row in rows}
    return [(each, sent.get(each.pk), each.way == trials.way()) for each in asked]
