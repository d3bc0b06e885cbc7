"""The mails of the guide: one renderer a kind, three templates a stem."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from content.models import Guide
from mail import identity, registry
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered, Skip, Stream


def register() -> None:
    """Tell the mail room which kinds the guide sends."""
    registry.register("content.refused", stream=Stream.STAFF, render=refused, label="Guide not published at its time")


def refused(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To staff: a planned publication did not happen, and why."""
    guide = Guide.objects.filter(pk=message.context["guide"]).first()
    if guide is None:
        return Skip("The guide is gone.")
    if not guide.publish_refused:
        return Skip("It has been published or planned anew since.")
    at = timezone.localtime(datetime.fromisoformat(str(message.context["at"])), identity.current().default_time_zone)
    return from_templates(
        "content/refused",
        {
            "guide": guide.title,
            "at": f"{at:%A, %B %-d, %Y, %-I:%M %p} ({at.tzname()})",
            "why": guide.publish_refused,
            "publish_url": absolute(reverse("admin:content_guide_publish_guide", args=[guide.pk])),
        },
    )
