"""The mails of this room: one renderer a kind, three templates a stem."""

from datetime import datetime, timedelta

from django.urls import reverse

from leads import consents, mailbox
from leads.models import Activity, Lead
from mail import registry
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered, Skip, Stream
from mail.text import delinked

CONFIRM_FOR = consents.PENDING_FOR
PREFERENCES_FOR = timedelta(days=365)
# Rooms meet by URL name: the first guide is the one that is asked for.
GUIDE_SLUG = "tpm-vs-product-vs-project-manager"


def register() -> None:
    """Tell the mail room which kinds this room sends."""
    registry.register("leads.confirm", stream=Stream.LEADS, render=confirm, label="Confirm the address")
    registry.register("leads.enquiry", stream=Stream.STAFF, render=enquiry, label="Message from the contact form")


def guide_path() -> str:
    """The path of the guide that visitors ask for."""
    return reverse("content:guide", kwargs={"slug": GUIDE_SLUG})


def confirm(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The link that proves an address; it goes to an address nobody has proven, so it repeats nothing that was typed."""
    lead = Lead.objects.filter(pk=message.context["lead"]).first()
    if lead is None or lead.email != message.recipient:
        return Skip("The lead has another address now, or is gone.")
    pending = [consent.text for consent in consents.pending(lead, now=now)]
    subject = mailbox.subject(lead)
    return from_templates(
        "leads/confirm",
        {
            "known": lead.confirmed_at is not None and not pending,
            "pending": [text.get_purpose_display() for text in pending],
            "confirm_url": _link("leads:confirm", mint("confirm", subject, now + CONFIRM_FOR)),
            "preferences_url": _link("leads:preferences", mint("preferences", subject, now + PREFERENCES_FOR)),
            "guide_url": absolute(guide_path()),
        },
    )


def enquiry(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """A visitor's message, to staff; an answer goes to the visitor."""
    activity = Activity.objects.select_related("lead").filter(pk=message.context["activity"]).first()
    if activity is None or not activity.lead.email:
        return Skip("The message was erased.")
    rendered = from_templates(
        "leads/enquiry",
        {
            "name": delinked(str(activity.data.get("name", ""))),
            "email": activity.lead.email,
            "phone": activity.data.get("phone", ""),
            "message": activity.data.get("message", ""),
            "lead_url": absolute(reverse("admin:leads_lead_change", args=[activity.lead.pk])),
        },
    )
    return Rendered(subject=rendered.subject, text=rendered.text, html=rendered.html, reply_to=activity.lead.email)


def _link(view: str, token: str) -> str:
    return absolute(reverse(view, kwargs={"token": token}))
