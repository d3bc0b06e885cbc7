"""Cancelling asks for nothing; a word about why is welcome."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from leads.forms import CleanCharField
from mail.text import one_line


class CancelForm(forms.Form):
    """An optional reason, shown to the coach."""

    why = CleanCharField(
        lines=True,
        label="Anything your coach should know?",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Use at most 500 characters."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("why")

    def clean_why(self) -> str:
        """One line without controls."""
        return one_line(self.cleaned_data["why"], limit=500)
