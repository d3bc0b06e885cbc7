"""What can be put right without moving the call: the number, the questions, the answers."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from bookings.forms import intake
from bookings.forms.details import TALK_LIMIT, dialled, need_phone, phone_field, talk_field
from bookings.models import Answer, Booking, IntakeQuestion, LocationKind
from bookings.models.location import readable
from mail.text import plain


class EditForm(forms.Form):
    """The attendee's part of a booked call, filled in as it is."""

    phone = phone_field()
    questions = talk_field()
    access_needs = intake.access_needs()

    def __init__(self, *args: Any, booking: Booking, questions: Sequence[IntakeQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = questions
        self.earlier = [Answer(**each) for each in booking.answers]
        own = intake.fields(questions, self.earlier)
        self.fields.update(own)
        self.fields["phone"].initial = readable(booking.attendee_phone)
        self.fields["questions"].initial = booking.questions
        self.fields["access_needs"].initial = booking.access_needs
        names = ["phone", *own, "questions", "access_needs"]
        self.order_fields(names)
        if booking.location_kind == LocationKind.PHONE:
            need_phone(self.fields["phone"])
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*names)

    def clean_questions(self) -> str:
        """Lines stay, other controls go."""
        return plain(self.cleaned_data["questions"], limit=TALK_LIMIT)

    def clean_access_needs(self) -> str:
        """Lines stay, other controls go."""
        return intake.clean_access_needs(self.cleaned_data["access_needs"])

    def phone_number(self) -> str:
        """The phone number in E.164, or ""."""
        return dialled(self.cleaned_data.get("phone"))

    def answers(self) -> list[Answer]:
        """Every answer there is now."""
        return intake.answers(self.asked, self.cleaned_data, self.earlier)
