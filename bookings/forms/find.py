"""Lost the link? Ask for a new one."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from leads import abuse
from leads.forms import CleanEmailField


class FindForm(abuse.AbuseFields):
    """The address that links to coming calls are mailed to."""

    email = CleanEmailField(
        label="Email address",
        help_text="The one you booked with.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Enter the email address you booked with.",
            "max_length": "Email addresses have at most 254 characters.",
            "invalid": "Enter an email address like name@example.org.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("email", abuse.layout())
