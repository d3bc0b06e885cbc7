"""The public forms: what they ask, and the sentence for each answer that cannot be used."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from leads import abuse, consent_texts
from leads.abuse import AbuseFields
from leads.models import CALL, LIST, HeardOf, Role
from leads.people import normalise_email, own_path
from mail.text import NoControlCharacters


class CleanCharField(forms.CharField):
    """Text without hidden control characters; one sentence for all of them, NUL included."""

    def __init__(self, *, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)]
        self.validators.append(NoControlCharacters(lines=lines))


class CleanEmailField(forms.EmailField):
    """An address in its one spelling."""

    default_error_messages = {"invalid": "Enter an email address like name@example.org."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)]

    def clean(self, value: Any) -> Any:
        """The normalised address; raises ValidationError."""
        address = normalise_email(super().clean(value))
        # An international domain grows when it is written in ASCII, and one that cannot be written so gets no mail.
        if len(address) > 254 or not address.isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return address


class CleanPhoneField(PhoneNumberField):
    """A number that can be dialled; numbers without a country code are read as American."""

    default_error_messages = {
        "invalid": "Enter a phone number like (215) 555-0123, or with its country code like +44 20 7946 0123."
    }

    def to_python(self, value: Any) -> Any:
        """The number, or "" for an empty field; raises ValidationError."""
        text = str(value or "")
        if len(text) > 40 or not text.isprintable():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class OwnPathField(forms.Field):
    """A hidden path of this site; whatever else stands there counts as unknown and is no error of the visitor's."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> str:
        """The path, or ""."""
        return own_path(str(value or ""))


NAME_MESSAGES = {"required": "Enter your name.", "max_length": "Use at most 120 characters for your name."}
EMAIL_MESSAGES = {
    "required": "Enter your email address.",
    "max_length": "Email addresses have at most 254 characters.",
    "invalid": "Enter an email address like name@example.org.",
}


def _name() -> CleanCharField:
    return CleanCharField(
        label="Your name",
        max_length=120,
        error_messages=NAME_MESSAGES,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def _email(help_text: str) -> CleanEmailField:
    return CleanEmailField(
        label="Email address",
        help_text=help_text,
        error_messages=EMAIL_MESSAGES,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


def _phone(help_text: str) -> CleanPhoneField:
    return CleanPhoneField(
        label="Phone number",
        required=False,
        help_text=help_text,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "maxlength": "40"}),
    )


class VisitorForm(AbuseFields):
    """What every form of a visitor carries along: its own path and the page that led to it."""

    asks: tuple[str, ...] = ()
    page = OwnPathField(required=False)
    came_from = OwnPathField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.asks, abuse.layout(), "page", "came_from")

    def phone_number(self) -> str:
        """The phone number in E.164, or ""."""
        number = self.cleaned_data.get("phone")
        return number.as_e164 if isinstance(number, PhoneNumber) else ""


class SubscribeForm(VisitorForm):
    """The guide by email, and two separate, unticked wishes."""

    asks = ("name", "email", "role_of_interest", "wants_list", "wants_call", "phone", "best_time_to_call", "heard_of")

    name = _name()
    email = _email("We send the guide and one link to confirm your address there.")
    role_of_interest = forms.ChoiceField(
        label="Which role are you most interested in?",
        choices=[("", "Choose one"), *Role.choices],
        error_messages={
            "required": "Choose a role, or “I am not sure yet”.",
            "invalid_choice": "Choose one of the roles in the list.",
        },
    )
    wants_list = forms.BooleanField(required=False, label=consent_texts.words(LIST))
    wants_call = forms.BooleanField(required=False, label=consent_texts.words(CALL))
    phone = _phone("Only needed if an advisor may phone you.")
    best_time_to_call = CleanCharField(
        label="Best time to call",
        required=False,
        max_length=100,
        help_text="For example “weekdays after 5 PM, Chicago time”.",
        error_messages={"max_length": "Use at most 100 characters."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    heard_of = forms.ChoiceField(
        label="How did you hear of us?",
        required=False,
        choices=[("", "Choose one, or leave it"), *HeardOf.choices],
        error_messages={"invalid_choice": "Choose one of the answers in the list, or leave it."},
    )

    def clean(self) -> dict[str, Any]:
        """A call needs a number."""
        data = super().clean() or {}
        if data.get("wants_call") and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Enter the phone number we may call, or untick the phone call.")
        return data


class ContactForm(VisitorForm):
    """A message to staff."""

    asks = ("name", "email", "phone", "message")

    name = _name()
    email = _email("We answer to this address.")
    phone = _phone("If you would rather be called back.")
    message = CleanCharField(
        label="Your message",
        lines=True,
        max_length=5000,
        error_messages={
            "required": "Write your message.",
            "max_length": "Use at most 5,000 characters; this message has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 7, "autocomplete": "off"}),
    )


class MyDataForm(VisitorForm):
    """Whose data."""

    asks = ("email",)

    email = _email("We mail a link to this address, at most once a day.")


class PreferencesForm(forms.Form):
    """What a person wants to hear about; behind a link that only their mailbox has."""

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True

    wants_list = forms.BooleanField(required=False, label=consent_texts.words(LIST))
    wants_call = forms.BooleanField(required=False, label=consent_texts.words(CALL))

    def __init__(self, *args: Any, can_call: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_call:  # nobody can agree to be called at a number we do not have
            del self.fields["wants_call"]

    def wanted(self) -> set[str]:
        """The purposes that are ticked."""
        return {
            purpose for purpose, name in ((LIST, "wants_list"), (CALL, "wants_call")) if self.cleaned_data.get(name)
        }
