"""Calls that are booked in a time in which the coach is away: each is given to somebody else, moved, cancelled or left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from bookings import services
from bookings.admin.calls import said
from bookings.admin.calls.decide import STAFF
from bookings.admin.calls.move import free_for
from bookings.errors import BookingError, NotOffered, SlotTaken
from bookings.models import Booking
from leads.forms import CleanCharField

GIVE, GIVE_OR_CANCEL, CANCEL, LEAVE = "give", "give-or-cancel", "cancel", "leave"
# What one press of a button does: each call is a transaction and mails of its own.
MOST = 40


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A call, and who else could take it at its own time; `who` says so in words for this reader."""

    booking: Booking
    begun: bool
    free: int
    who: str

    @property
    def title(self) -> str:
        """The call in a line."""
        name = self.booking.attendee_name or "a student"
        return f"{self.booking.event_type.title} with {name}, {said.when(self.booking.start)}"


def in_the_way(bookings: Iterable[Booking], *, now: datetime, names: bool) -> list[InTheWay]:
    """The calls with whom else is free; `names` False only says that somebody is, as coaches do not see each other."""
    found = []
    for booking in list(bookings)[:MOST]:
        coming = booking.start > now
        free = free_for(booking, now=now) if coming else []
        if not coming:
            who = "It has begun: it cannot be given away."
        elif not free:
            who = "Nobody else is free then."
        elif names:
            who = f"Free then: {', '.join(coach.name for coach in free)}."
        else:
            who = "A colleague is free then."
        found.append(InTheWay(booking, not coming, len(free), who))
    return found


class CallsForm(forms.Form):
    """A choice for each call, and one reason for the students whose call is cancelled."""

    why = CleanCharField(
        label="Reason",
        max_length=500,
        required=False,
        help_text="Students whose call is cancelled or given to another coach read it, for instance: Your coach is ill.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        error_messages={"max_length": "Use at most 500 characters."},
    )

    def __init__(self, *args: Any, calls: list[InTheWay], at_once: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calls = calls
        for call in calls:
            choices = [(CANCEL, "Cancel the call"), (LEAVE, "Leave it as it is")]
            if call.free:
                choices.insert(0, (GIVE, "Give it to whoever is free, else leave it"))
                choices.insert(0, (GIVE_OR_CANCEL, "Give it to whoever is free, else cancel it"))
            best = LEAVE if call.begun else GIVE_OR_CANCEL if call.free else CANCEL
            self.fields[_name(call.booking)] = forms.ChoiceField(
                label=call.title,
                help_text=call.who,
                choices=choices,
                initial=best if at_once else LEAVE,
                widget=UnfoldAdminRadioSelectWidget,
                error_messages={"required": "Choose what becomes of this call."},
            )
        self.order_fields([*(_name(call.booking) for call in calls), "why"])

    def rows(self) -> list[tuple[InTheWay, Any]]:
        """Each call with its field."""
        return [(call, self[_name(call.booking)]) for call in self.calls]

    def clean(self) -> dict[str, Any]:
        """A student whose call may be cancelled is told why."""
        data = super().clean() or {}
        risky = any(data.get(_name(call.booking)) in (CANCEL, GIVE_OR_CANCEL) for call in self.calls)
        if risky and not data.get("why") and "why" not in self.errors:
            self.add_error("why", "Give the reason: students whose call is cancelled read it.")
        return data

    def carry_out(self, request: HttpRequest, *, now: datetime, names: bool) -> bool:
        """Do what was chosen, call by call, and say of each what became of it; False where one could not be done."""
        actor, why, done = request.user.get_username(), self.cleaned_data["why"], True
        for call in self.calls:
            choice = self.cleaned_data[_name(call.booking)]
            if choice == LEAVE:
                messages.info(request, f"{call.title}: left as it is.")
                continue
            try:
                words = _deal(call, choice, actor=actor, why=why, now=now, names=names)
            except BookingError as error:
                done = False
                messages.error(request, f"{call.title}: {said.sentence(error)}")
            else:
                level = messages.WARNING if words.startswith("cancelled") else messages.SUCCESS
                messages.add_message(request, level, f"{call.title}: {words}")
        return done


def _deal(call: InTheWay, choice: str, *, actor: str, why: str, now: datetime, names: bool) -> str:
    """One call by its choice; raises what the verbs raise."""
    if choice in (GIVE, GIVE_OR_CANCEL):
        try:
            given = services.reassign(booking=call.booking, actor=actor, why=why, now=now)
        except (SlotTaken, NotOffered):
            if choice == GIVE:
                raise
        else:
            return f"given to {given.coach.name if names else 'a colleague'}; everybody gets a mail."
    services.cancel(booking=call.booking, actor_kind=STAFF, actor=actor, why=why, now=now)
    return "cancelled; the student gets a mail with the reason."


def _name(booking: Booking) -> str:
    return f"call-{booking.pk}"
