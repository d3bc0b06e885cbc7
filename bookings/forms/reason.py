"""One box of free text under a button: why a call is cancelled, what a coach should know, why a request is declined."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from leads.forms import CleanCharField
from mail.text import one_line

LIMIT = 500
TOO_LONG = {"max_length": "Use at most 500 characters; this has %(show_value)d."}


class _OneBox(forms.Form):
    """A form of one box; the buttons stand in the template."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.fields)


class CancelForm(_OneBox):
    """An optional reason, shown to the coach."""

    why = CleanCharField(
        lines=True,
        label="Anything your coach should know?",
        max_length=LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=TOO_LONG,
    )

    def clean_why(self) -> str:
        """One line without controls."""
        return one_line(self.cleaned_data["why"], limit=LIMIT)


class DeclineForm(CancelForm):
    """An optional reason for saying no, shown to the student."""

    why = CleanCharField(
        lines=True,
        label="If you decline: a word to the student",
        help_text="They read it in the email that says no.",
        max_length=LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=TOO_LONG,
    )


class LateForm(_OneBox):
    """What somebody asks of the coach when it is too late to move or cancel alone."""

    text = CleanCharField(
        lines=True,
        label="What would you like to change?",
        help_text="For example: I cannot make it, could we talk on Thursday afternoon instead?",
        max_length=LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages=TOO_LONG | {"required": "Write what you would like to change."},
    )

    def clean_text(self) -> str:
        """One line without controls; nothing but blanks is no message."""
        text = one_line(self.cleaned_data["text"], limit=LIMIT)
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text
