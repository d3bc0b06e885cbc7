"""Put the details of a call right: the spelling of the name, the number, the answers, the place; the time stays."""

from functools import partial
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminSelectWidget

from bookings import services
from bookings.admin.calls.decide import STAFF, actor, ask
from bookings.forms import EditForm, intake
from bookings.forms.details import NAME_LIMIT
from bookings.models import Booking, LocationKind
from leads.admin.desk import in_desk_look
from leads.forms import CleanCharField
from mail import clock
from mail.text import one_line

NAME_NEEDED = "Enter the student’s name."
ABROAD = "Outside the US, begin with + and the country code."


class StudentDetailsForm(EditForm):
    """The student's part of a call, as staff put it right. Answers that nobody has given yet may stay empty."""

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        asked = list(booking.event_type.intake_questions.all())
        super().__init__(*args, booking=booking, questions=asked, **kwargs)
        self.was_phoned = booking.location_kind == LocationKind.PHONE
        # A name that was longer than the booking page takes now must not stand in the way of a new number.
        limit = max(NAME_LIMIT, len(booking.attendee_name))
        self.fields["name"] = CleanCharField(
            label="Name",
            max_length=limit,
            initial=booking.attendee_name,
            help_text="As both calendars and every mail show it; another spelling is mailed to both sides.",
            error_messages={"required": NAME_NEEDED, "max_length": f"Use at most {limit} characters."},
        )
        for each in asked:
            self.fields[intake.field_name(each)].required = False
        phone = self.fields["phone"]
        phone.help_text = ABROAD
        # Whether a number is needed is asked when it is known where the call happens.
        phone.required = False
        if self.was_phoned:
            phone.help_text = f"The coach dials it; another number is mailed to both sides. {ABROAD}"
        self.fields["place"] = forms.ChoiceField(
            label="Where it happens",
            choices=LocationKind.choices,
            initial=booking.location_kind,
            widget=UnfoldAdminSelectWidget,
        )
        self.fields["place_detail"] = CleanCharField(
            label="Link or address",
            max_length=500,
            required=False,
            initial=booking.location_detail,
            help_text="For this call only; another place is mailed to both sides. Not needed where the coach phones.",
            error_messages={"max_length": "Use at most 500 characters."},
        )
        self.fields["questions"].label = "What the student would like to talk about"
        self.fields["questions"].help_text = ""
        self.fields["access_needs"].label = "Anything that would make this call easier for the student?"
        self.order_fields(["name", "phone", "place", "place_detail"])
        in_desk_look(self)

    def clean_name(self) -> str:
        """One line with something in it."""
        name = one_line(self.cleaned_data["name"], limit=self.fields["name"].max_length)  # type: ignore[attr-defined]
        if not any(map(str.isalnum, name)):
            raise forms.ValidationError(NAME_NEEDED, code="required")
        return name

    def clean(self) -> dict[str, Any]:
        """With what the verb asks for, under `details`."""
        data = super().clean() or {}
        kind, detail = data.get("place"), one_line(data.get("place_detail") or "", limit=500)
        if kind == LocationKind.PHONE and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Enter the number that the coach dials.")
        if kind and kind != LocationKind.PHONE and not detail and "place_detail" not in self.errors:
            self.add_error(
                "place_detail", "Enter the video link." if kind == LocationKind.VIDEO else "Enter the address."
            )
        if not self.errors:
            # A link that stays in the box when the coach is to phone instead is no link of this call any more.
            detail = "" if kind == LocationKind.PHONE and not self.was_phoned else detail
            data["details"] = {
                "name": data["name"],
                "phone": self.phone_number(),
                "questions": data["questions"],
                "access_needs": data["access_needs"],
                "answers": self.answers(),
                "place": (kind, detail),
            }
        return data


def edit(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """The details as they are; a good POST writes them in the name of this member of staff."""

    def act(given: dict[str, Any]) -> str:
        services.edit_details(
            booking=booking, actor_kind=STAFF, actor=actor(request), now=clock.now(), **given["details"]
        )
        return f"The details of {booking.title} are saved."

    form = partial(StudentDetailsForm, booking=booking)
    return ask(admin, request, booking, "edit_details", form, act, title="Edit the details", button="Save the details")
