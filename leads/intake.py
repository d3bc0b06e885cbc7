"""From a valid form to its verb: for the view that got it, and for the quarantine that held it."""

from datetime import datetime
from typing import Any, TypeVar

from django.http import QueryDict

from leads import quarantine, services
from leads.errors import NotPossible
from leads.forms import ContactForm, SubscribeForm, VisitorForm
from leads.models import Lead

Form = TypeVar("Form", bound=VisitorForm)
CHANGED = "The form has changed since this was sent, and it cannot be used any more: write to the person instead."


def register() -> None:
    """Tell the quarantine how this room's forms are taken in."""
    quarantine.register("subscribe", label="Guide by email", take_in=_held_subscribe)
    quarantine.register("contact", label="Contact form", take_in=_held_contact)


def subscribe(form: SubscribeForm, *, now: datetime, address: str) -> Lead:
    """A valid form becomes a subscription; `address` is the client's network address or its hash."""
    data = form.cleaned_data
    return services.subscribe(
        email=data["email"],
        name=data["name"],
        role_of_interest=data["role_of_interest"],
        phone=form.phone_number(),
        best_time_to_call=data["best_time_to_call"],
        wants_list=data["wants_list"],
        wants_call=data["wants_call"],
        heard_of=data["heard_of"],
        page=data["page"],
        came_from=data["came_from"],
        address=address,
        now=now,
    )


def contact(form: ContactForm, *, now: datetime) -> Lead:
    """A valid form becomes a message to staff."""
    data = form.cleaned_data
    return services.contact(
        name=data["name"],
        email=data["email"],
        phone=form.phone_number(),
        message=data["message"],
        page=data["page"],
        came_from=data["came_from"],
        now=now,
    ).lead


def _held_subscribe(posted: QueryDict, facts: dict[str, Any], now: datetime) -> Lead:
    return subscribe(_valid(SubscribeForm(posted, now=now)), now=now, address=str(facts.get("address_hash", "")))


def _held_contact(posted: QueryDict, facts: dict[str, Any], now: datetime) -> Lead:
    return contact(_valid(ContactForm(posted, now=now)), now=now)


def _valid(form: Form) -> Form:
    if not form.is_valid():
        raise NotPossible(CHANGED)
    return form
