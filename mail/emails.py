"""The mails of this room itself: what came back, and the test mail."""

from datetime import datetime

from django.urls import reverse

from mail import incoming, registry, trials
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Bounce, Message, Trial
from mail.registry import Minter, Rendered, Skip, Stream
from mail.reports import Fate


def register() -> None:
    """Tell the registry which kinds this room sends."""
    registry.register(incoming.NOTICE, stream=Stream.STAFF, render=bounced, label="Mail came back")
    registry.register(trials.KIND, stream=Stream.STAFF, render=trial, label="Test mail")


def bounced(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To staff: whom they have to reach another way, and why."""
    bounce = Bounce.objects.select_related("message").filter(pk=message.context.get("bounce")).first()
    if bounce is None or not bounce.message.recipient:
        return Skip("The person was erased.")
    about = bounce.message
    return from_templates(
        "mail/bounced",
        {
            "address": about.recipient,
            "what": registry.label(about.kind),
            "said": bounce.detail,
            "gone": bounce.kind == Fate.HARD,
            "spam": bounce.kind == Fate.COMPLAINT,
            "phone": about.stream in (Stream.BOOKING, Stream.LEADS),
            "desk_url": absolute(reverse("admin:mail_message_change", args=[about.pk])),
        },
    )


def trial(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The test mail: one link, behind it one button."""
    asked = Trial.objects.filter(pk=message.context.get("trial")).first()
    if asked is None or asked.way != trials.way():
        return Skip("The mail settings have changed since.")
    raw = mint(trials.PURPOSE, f"trial:{asked.pk}", now + trials.GOOD_FOR)
    return from_templates("mail/trial", {"confirm_url": absolute(reverse("test_mail", kwargs={"token": raw}))})
