"""The mails of the guide: one renderer a kind, three templates a stem."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from content.models import Guide, ReaderQuestion
from mail import identity, registry
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered, Skip, Stream
from mail.text import delinked


def register() -> None:
    """Tell the mail room which kinds the guide sends."""
    registry.register("content.question_asked", stream=Stream.STAFF, render=asked, label="Question from a reader")
    registry.register(
        "content.question_answered", stream=Stream.LEADS, render=answered, label="Answer to a reader’s question"
    )
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


def asked(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To staff: a reader's question; an answer is written in the admin, for it is public."""
    row = ReaderQuestion.objects.select_related("guide").filter(pk=message.context["question"]).first()
    if row is None:
        return Skip("The question was erased.")
    if row.status != ReaderQuestion.Status.NEW:
        return Skip("Somebody has dealt with it already.")
    return from_templates(
        "content/question_asked",
        {
            "guide": row.guide.title,
            "name": delinked(row.name) or "A reader",
            "question": row.question,
            "answer_url": absolute(reverse("admin:content_readerquestion_answer_question", args=[row.pk])),
        },
    )


def answered(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """To the reader: our answer and where it stands. The address was never proven, so nothing typed with it is repeated."""
    row = ReaderQuestion.objects.select_related("guide__live").filter(pk=message.context["question"]).first()
    if row is None or row.email != message.recipient:
        return Skip("The question was erased.")
    if row.status != ReaderQuestion.Status.ANSWERED or row.guide.live is None:
        return Skip("The answer is not shown any longer.")
    path = reverse("content:guide", args=[row.guide.live.slug])
    return from_templates(
        "content/question_answered",
        {
            "guide": row.guide.live.title,
            "answer": row.answer,
            "answer_url": f"{absolute(path)}#{row.anchor}",
            "book_url": absolute(reverse("bookings:book")),
        },
    )
