"""The forms with which staff enter a lead and put its details right."""

from typing import Any

from django import forms

from leads import people
from leads.admin.desk import in_desk_look
from leads.forms import CleanCharField
from leads.models import HeardOf, Lead, Role

DETAILS = ("name", "email", "phone", "role_of_interest", "best_time_to_call", "time_zone", "heard_of")


class LeadForm(forms.ModelForm):
    """The details of a lead; what changes with a reason of its own has a button of its own."""

    class Meta:
        model = Lead
        fields = DETAILS

    def clean_email(self) -> str | None:
        """The one spelling, or None: two leads without an address must not collide."""
        return people.normalise_email(self.cleaned_data.get("email") or "") or None

    def clean_phone(self) -> Any:
        """None, never "": the unique index would take two blanks for one number."""
        return self.cleaned_data.get("phone") or None

    def clean_time_zone(self) -> str:
        """A zone that exists."""
        zone: str = self.cleaned_data["time_zone"]
        if zone and not people.is_time_zone(zone):
            raise forms.ValidationError("Use a zone name like America/Chicago.")
        return zone


class EnterForm(forms.Form):
    """Somebody who phoned, or was met."""

    name = CleanCharField(label="Name", required=False, max_length=120)
    email = CleanCharField(label="Email address", required=False, max_length=254)
    phone = CleanCharField(label="Phone number", required=False, max_length=40, help_text="One of the two is enough.")
    role_of_interest = forms.ChoiceField(
        label="Role of interest", required=False, choices=[("", "Not known"), *Role.choices]
    )
    time_zone = CleanCharField(
        label="Time zone", required=False, max_length=64, help_text="A name like America/Chicago."
    )
    best_time_to_call = CleanCharField(label="Best time to call", required=False, max_length=100)
    heard_of = forms.ChoiceField(
        label="Heard of us from", required=False, choices=[("", "Not known"), *HeardOf.choices]
    )
    wants_call = forms.BooleanField(label="Asked to be called", required=False)
    consent_source = CleanCharField(
        label="How they said so",
        required=False,
        max_length=150,
        help_text="Needed where somebody asked to be called, such as “phoned us on Monday”. It is kept as the proof.",
    )
    note = CleanCharField(
        lines=True, label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_desk_look(self)

    def clean_time_zone(self) -> str:
        """A zone that exists."""
        zone: str = self.cleaned_data["time_zone"]
        if zone and not people.is_time_zone(zone):
            raise forms.ValidationError("Use a zone name like America/Chicago.")
        return zone
