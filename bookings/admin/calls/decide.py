"""Short pages of one call: approve, decline, cancel, correct the address, record the outcome."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from bookings import services
from bookings.admin.calls import said
from bookings.admin.calls.possible import REFUSALS, possible
from bookings.admin.desk_form import desk_form
from bookings.errors import BookingError, Busy, PhoneNeeded
from bookings.models import Booking, BookingEvent
from leads.forms import CleanCharField, CleanEmailField
from mail import clock

Status = Booking.Status
STAFF = BookingEvent.ActorKind.STAFF


class ReasonForm(forms.Form):
    """Why staff cancel; the attendee reads it in the mail."""

    why = CleanCharField(
        label="Reason",
        max_length=500,
        help_text="It is kept in the history and told to both sides.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": "Give the reason.", "max_length": "Use at most 500 characters."},
    )


class DeclineForm(ReasonForm):
    """A word to the student, who reads it in the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = False
        self.fields["why"].label = "A word to the student"
        self.fields["why"].help_text = "The student reads it in the mail that says no. It may stay empty."


class AddressForm(forms.Form):
    """The right address."""

    email = CleanEmailField(
        label="Email address",
        help_text="The confirmation goes there at once. Links and reminders that went to the old address stop working.",
        widget=UnfoldAdminEmailInputWidget,
        error_messages={"required": "Enter the address."},
    )


class OutcomeForm(forms.Form):
    """What became of the call, and what comes next."""

    outcome = forms.ChoiceField(
        label="The call",
        choices=[(Status.COMPLETED, "was held"), (Status.NO_SHOW, "was not held: the attendee did not come")],
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": "Choose what became of the call."},
    )
    next_step = CleanCharField(
        label="Next step",
        max_length=300,
        required=False,
        help_text="The student reads it in the mail that follows. For instance: send us your résumé by Friday.",
        widget=UnfoldAdminTextInputWidget,
        error_messages={"max_length": "Use at most 300 characters."},
    )
    programme = CleanCharField(
        label="Enrolled in",
        max_length=120,
        required=False,
        help_text="The programme; empty where the person has not enrolled.",
        widget=UnfoldAdminTextInputWidget,
        error_messages={"max_length": "Use at most 120 characters."},
    )
    programme_value = forms.DecimalField(
        label="Value of the programme",
        max_digits=10,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="In the institute’s currency; may stay empty.",
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}),
    )

    def clean(self) -> dict[str, Any]:
        """A value belongs to a programme, and a programme to a call that was held."""
        data = super().clean() or {}
        if data.get("programme") and data.get("outcome") == Status.NO_SHOW:
            self.add_error("programme", "Somebody who did not come cannot have enrolled on this call.")
        if data.get("programme_value") is not None and not data.get("programme") and "programme" not in self.errors:
            self.add_error("programme", "Say which programme this is the value of.")
        return data


def page_of(booking: Booking) -> str:
    """The path of the call's own page."""
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def refused(request: HttpRequest, booking: Booking, verb: str) -> HttpResponse | None:
    """The way back with a sentence where the verb makes no sense for the call as it is, else None."""
    if verb in possible(booking, now=clock.now()):
        return None
    messages.error(request, REFUSALS[verb])
    return HttpResponseRedirect(page_of(booking))


def approve(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Say yes to a request."""

    def act(given: dict[str, Any]) -> str:
        services.approve(booking=booking, actor_kind=STAFF, actor=actor(request), now=clock.now())
        return f"Approved: {booking.title}. The student gets the confirmation."

    words = [*said.about(booking), "The time is kept until you answer."]
    return ask(admin, request, booking, "approve_call", forms.Form, act, title="Approve the call", words=words)


def decline(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Say no to a request, and give the time free."""

    def act(given: dict[str, Any]) -> str:
        services.decline(booking=booking, actor_kind=STAFF, actor=actor(request), why=given["why"], now=clock.now())
        return f"Declined: {booking.title}. The student hears it and is shown the way to another time."

    return ask(admin, request, booking, "decline_call", DeclineForm, act, title="Decline the call", danger=True)


def confirm_address(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Say what the button in the mail would say, for somebody whom staff have spoken with."""

    def act(given: dict[str, Any]) -> str:
        page = reverse("bookings:event_type", args=[booking.event_type.slug])
        services.prove(booking=booking, actor_kind=STAFF, actor=actor(request), page=page, now=clock.now())
        return f"Confirmed for the student: {booking.title}. All its mails start now."

    words = [
        *said.about(booking),
        f"Address: {booking.attendee_email}. Phone: {booking.attendee_phone or 'none given'}.",
        "The form looked like a robot’s, so the address was asked to confirm the call. Confirm it only where you have"
        " spoken with the student: from then on every mail about the call goes to this address.",
    ]
    return ask(
        admin, request, booking, "confirm_address", forms.Form, act, title="Confirm for the student", words=words
    )


def release(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Give a time free that waits for its address; nobody is told."""

    def act(given: dict[str, Any]) -> str:
        services.release_unproven(
            booking=booking, actor_kind=STAFF, actor=actor(request), why="Given free by staff.", now=clock.now()
        )
        return "The time is free again. Nobody was told, because nobody knew of the call."

    return ask(admin, request, booking, "release_call", forms.Form, act, title="Give the time free", danger=True)


def cancel(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask for the reason, then cancel; both sides get a mail."""

    def act(given: dict[str, Any]) -> str:
        services.cancel(booking=booking, actor_kind=STAFF, actor=actor(request), why=given["why"], now=clock.now())
        return f"Cancelled: {booking.title}. Both sides get a mail."

    return ask(admin, request, booking, "cancel_call", ReasonForm, act, title="Cancel the call", danger=True)


def correct_address(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Put the attendee's address right."""

    def act(given: dict[str, Any]) -> str:
        services.change_email(booking=booking, email=given["email"], actor=actor(request), now=clock.now())
        return f"The address is {given['email']} now. A confirmation is on its way there."

    initial = {"email": booking.attendee_email}
    return ask(
        admin, request, booking, "correct_address", AddressForm, act, title="Correct the address", initial=initial
    )


def record_outcome(admin: ModelAdmin, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask what became of the call; a person says it, never the clock."""

    def act(given: dict[str, Any]) -> str:
        services.record_outcome(
            booking=booking,
            outcome=given["outcome"],
            next_step=given["next_step"],
            programme=given["programme"],
            programme_value=given["programme_value"],
            actor=actor(request),
            now=clock.now(),
        )
        return f"Recorded: {booking.title}."

    initial = {
        "outcome": booking.status if booking.status != Status.CONFIRMED else None,
        "next_step": booking.next_step,
        "programme": booking.programme,
        "programme_value": booking.programme_value,
    }
    return ask(admin, request, booking, "record_outcome", OutcomeForm, act, title="Record the outcome", initial=initial)


def actor(request: HttpRequest) -> str:
    """Who does it, as the history names them."""
    return request.user.get_username()


def ask(
    admin: ModelAdmin,
    request: HttpRequest,
    booking: Booking,
    verb: str,
    form_class: Callable[..., forms.Form],
    act: Callable[[dict[str, Any]], str],
    *,
    title: str,
    button: str = "",
    words: list[str] | None = None,
    initial: dict[str, Any] | None = None,
    danger: bool = False,
) -> HttpResponse:
    """The form of a verb; a good POST does it, says so and goes back to the call. What can be tried again stays typed."""
    no = refused(request, booking, verb)
    if no is not None:
        return no
    form = form_class(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data))
            return HttpResponseRedirect(page_of(booking))
        except (Busy, PhoneNeeded) as error:
            form.add_error(None, said.sentence(error))
        except BookingError as error:
            messages.error(request, said.sentence(error, not_active=REFUSALS[verb]))
            return HttpResponseRedirect(page_of(booking))
    return desk_form(
        admin,
        request,
        form=form,
        title=title,
        button=button or title,
        back=page_of(booking),
        words=words or said.about(booking),
        danger=danger,
        obj=booking,
    )
