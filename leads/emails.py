"""The mails of this room: one renderer a kind, three templates a stem."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.safestring import mark_safe

from leads import alarm, consents, erasing, letters, magnet, mailbox, placeholders, sequences
from leads.models import Activity, Enrolment, Lead, SequenceStep, StopReason
from mail import quiet, registry
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Later, Minter, Rendered, Skip, Stream
from mail.text import delinked

CONFIRM_FOR = consents.PENDING_FOR
PREFERENCES_FOR = timedelta(days=365)
# Rooms meet by URL name: the first guide is the one that is asked for.
GUIDE_SLUG = "tpm-vs-product-vs-project-manager"


def register() -> None:
    """Tell the mail room which kinds this room sends."""
    registry.register("leads.confirm", stream=Stream.LEADS, render=confirm, label="Confirm the address")
    registry.register(erasing.KIND, stream=Stream.LEADS, render=my_data, label="Link to one's own data")
    registry.register(magnet.KIND, stream=Stream.LEADS, render=guide, label="The guide as a file")
    registry.register(sequences.KIND, stream=Stream.LIST, render=sequence_step, label="Interview preparation")
    registry.register("leads.enquiry", stream=Stream.STAFF, render=enquiry, label="Message from the contact form")
    registry.register(alarm.KIND, stream=Stream.STAFF, render=alarm.render, label="Unusually many forms")


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


def my_data(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The link with which a person sees, takes along or erases what we hold."""
    lead = Lead.objects.filter(pk=message.context["lead"]).first()
    if lead is None or lead.email != message.recipient:
        return Skip("The lead has another address now, or is gone.")
    token = mint(erasing.PURPOSE, mailbox.subject(lead), now + erasing.LINK_LASTS)
    return from_templates("leads/my_data", {"my_data_url": _link("leads:my_data", token)})


def guide(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The guide's file by a link that expires, to an address that was confirmed."""
    lead = Lead.objects.filter(pk=message.context["lead"]).first()
    if lead is None or lead.email != message.recipient:
        return Skip("The lead has another address now, or is gone.")
    offer = magnet.offered()
    if offer is None:
        return Skip("The guide is not offered as a file now.")
    subject = mailbox.subject(lead)
    text, html = offer.excerpt()
    return from_templates(
        "leads/guide",
        {
            "excerpt_text": mark_safe(text),  # noqa: S308  plain text, in the text part only
            "excerpt_html": mark_safe(html),  # noqa: S308  rendered by the room that offers the file
            "file_url": _link(offer.url_name, mint(magnet.PURPOSE, subject, now + magnet.LINK_LASTS)),
            "guide_url": absolute(guide_path()),
            "book_url": absolute(reverse("bookings:book")),
            "preferences_url": _link("leads:preferences", mint("preferences", subject, now + PREFERENCES_FOR)),
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


def sequence_step(message: Message, mint: Minter, now: datetime) -> Rendered | Skip | Later:
    """One mail of a sequence; whether the person should still get it is decided here, as it is sent."""
    rows = Enrolment.objects.select_related("lead", "sequence")
    enrolment = rows.filter(pk=message.context["enrolment"]).first()
    step = SequenceStep.objects.filter(pk=message.context["step"]).first()
    if enrolment is None or enrolment.lead.email != message.recipient:
        return Skip(StopReason.ERASED.label)
    if step is None or not step.active:
        return Skip("The step was taken out of the sequence.")
    reason = sequences.why_not(enrolment, now=now)
    if reason is not None:
        return Skip(f"Sequence stopped: {reason.label}.")
    # Due by day, and late: an outage of the mail server must not push it into the night.
    if (morning := quiet.next_allowed(now, sequences.zone_of(enrolment.lead))) > now:
        return Later(morning)
    subject = mailbox.subject(enrolment.lead)
    unsubscribe_url = _link("leads:unsubscribe", mint("unsubscribe", subject, None))
    preferences_url = _link("leads:preferences", mint("preferences", subject, now + PREFERENCES_FOR))
    rendered = letter(step, enrolment.lead, {"unsubscribe_url": unsubscribe_url, "preferences_url": preferences_url})
    return replace(rendered, list_unsubscribe=unsubscribe_url)


def letter(step: SequenceStep, lead: Lead | None, links: dict[str, str]) -> Rendered:
    """A step as the mail it becomes; for a preview without a lead, and with links that lead nowhere."""
    filled = letters.values(
        lead, guide_path=guide_path(), book_path=reverse("bookings:book"), quiz_path=reverse("content:quiz")
    )
    subject = placeholders.fill(step.subject, filled)
    return from_templates("leads/letter", {"subject": subject, "blocks": letters.blocks(step.body, filled), **links})


def preview(step: SequenceStep, lead: Lead | None = None) -> Rendered:
    """What staff see before they save: nothing in it opens anything."""
    nowhere = absolute("/")
    return letter(step, lead, {"unsubscribe_url": nowhere, "preferences_url": nowhere})


def _link(view: str, token: str) -> str:
    return absolute(reverse(view, kwargs={"token": token}))
