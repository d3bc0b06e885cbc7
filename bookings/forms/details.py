"""Who is calling: the step between a held time and a booked call."""

import re
import secrets
from collections.abc import Sequence
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import QueryDict
from phonenumber_field.phonenumber import PhoneNumber

from bookings.forms import intake
from bookings.models import Answer, IntakeQuestion
from leads import abuse, consent_texts
from leads.forms import CleanCharField, CleanEmailField, CleanPhoneField
from leads.models import LIST
from mail.text import one_line, plain

NAME_LIMIT = 80
TALK_LIMIT = 2000
_KEY = re.compile(r"[A-Za-z0-9_-]{20,64}\Z")
PHONE_NEEDED = "Your coach phones you on this call: enter the number to dial."


def fresh_key() -> str:
    """A key that makes sending the same form twice book once; minted when the form is shown."""
    return secrets.token_urlsafe(24)


def phone_field() -> CleanPhoneField:
    """The attendee's number, as a rule not needed."""
    return CleanPhoneField(
        label="Phone number",
        required=False,
        help_text="Only used if something goes wrong with the call. Outside the US, begin with + and the country code.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "maxlength": "40"}),
    )


def need_phone(field: forms.Field) -> None:
    """Ask for the number that the coach dials."""
    field.required = True
    field.error_messages["required"] = PHONE_NEEDED
    field.help_text = "Your coach dials this number. Outside the US, begin with + and the country code."


def dialled(number: object) -> str:
    """A cleaned number in E.164, or ""."""
    return number.as_e164 if isinstance(number, PhoneNumber) else ""


def talk_field() -> CleanCharField:
    """What the call is about, in the attendee's words."""
    return CleanCharField(
        lines=True,
        label="What would you like to talk about?",
        max_length=TALK_LIMIT,
        required=False,
        help_text="A sentence or two helps your coach prepare.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": "Use at most 2,000 characters; this has %(show_value)d."},
    )


class DetailsForm(abuse.AbuseFields):
    """Name, address and number of the attendee, and what the call is about."""

    name = CleanCharField(
        label="Your name",
        max_length=NAME_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name.", "max_length": f"Use at most {NAME_LIMIT} characters."},
    )
    email = CleanEmailField(
        label="Email address",
        help_text="The confirmation and the reminders go here.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Enter the email address for the confirmation.",
            "max_length": "Email addresses have at most 254 characters.",
            "invalid": "Enter an email address like name@example.org.",
        },
    )
    phone = phone_field()
    questions = talk_field()
    access_needs = intake.access_needs()
    wants_list = forms.BooleanField(required=False, label=consent_texts.words(LIST))
    # Accepts anything: junk in a hidden field is no mistake of the visitor's, it only counts as no key.
    idempotency_key = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, we_phone: bool, questions: Sequence[IntakeQuestion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = questions
        own = intake.fields(questions)
        self.fields.update(own)
        names = ["name", "email", "phone", *own, "questions", "access_needs", "wants_list"]
        # The order of the error list is the order on the page.
        self.order_fields(names)
        if we_phone:
            need_phone(self.fields["phone"])
        self.fields["idempotency_key"].initial = fresh_key()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*names, "idempotency_key", abuse.layout())

    def clean_name(self) -> str:
        """One line; nothing but blanks, signs and invisible characters is no name."""
        name = one_line(self.cleaned_data["name"], limit=NAME_LIMIT)
        if not any(map(str.isalnum, name)):
            raise forms.ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name

    def clean_questions(self) -> str:
        """Lines stay, other controls go."""
        return plain(self.cleaned_data["questions"], limit=TALK_LIMIT)

    def clean_access_needs(self) -> str:
        """Lines stay, other controls go."""
        return intake.clean_access_needs(self.cleaned_data["access_needs"])

    def answers(self) -> list[Answer]:
        """What was answered of the questions of this kind of call."""
        return intake.answers(self.asked, self.cleaned_data)

    def clean_idempotency_key(self) -> str:
        """The key as we minted it, or "" for anything else."""
        key = str(self.cleaned_data["idempotency_key"] or "")
        return key if _KEY.match(key) else ""

    def phone_number(self) -> str:
        """The phone number in E.164, or ""."""
        return dialled(self.cleaned_data.get("phone"))

    def new_key(self) -> None:
        """Make this a fresh form: the old key stands for a call that was booked with other data."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("idempotency_key")] = fresh_key()
        self.data = data
