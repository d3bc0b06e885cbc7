"""The mail with a link to a result."""

from datetime import datetime, timedelta

from django.urls import reverse

from content import selectors
from content.models import QuizResult
from content.quiz import links, pages
from leads import consents, mailbox
from leads.models import Lead
from mail import registry
from mail.compose import from_templates
from mail.links import absolute
from mail.models import Message
from mail.registry import Minter, Rendered, Skip, Stream

PREFERENCES_FOR = timedelta(days=365)


def register() -> None:
    """Tell the mail room which kind this room sends."""
    registry.register("content.quiz_result", stream=Stream.LEADS, render=quiz_result, label="Quiz result")


def quiz_result(message: Message, mint: Minter, now: datetime) -> Rendered | Skip:
    """The result for an address that was proven; for one that was not, the link and the question whether it is theirs.

    It repeats nothing that was typed: the words are the quiz's own.
    """
    result = QuizResult.objects.select_related("edition").filter(pk=message.context["result"]).first()
    if result is None:
        return Skip("The visitor deleted this result.")
    lead: Lead | None = result.leads.filter(pk=message.context["lead"]).first()
    if lead is None or lead.email != message.recipient:
        return Skip("The lead has another address now, or is gone.")
    pending = [consent.text for consent in consents.pending(lead, now=now)]
    mailed_to = mailbox.subject(lead)
    ask = lead.confirmed_at is None or bool(pending)
    revision = selectors.first_live()
    said = pages.explain(result, revision)
    return from_templates(
        "content/quiz_result",
        {
            "report": said,
            "known": lead.confirmed_at is not None,
            "pending": [text.get_purpose_display() for text in pending],
            "result_url": _link(
                "content:quiz_result", mint(links.PURPOSE, links.subject(result), now + links.MAILED_FOR)
            ),
            "confirm_url": _link("leads:confirm", mint("confirm", mailed_to, now + consents.PENDING_FOR))
            if ask
            else "",
            "preferences_url": _link("leads:preferences", mint("preferences", mailed_to, now + PREFERENCES_FOR)),
            "book_url": absolute(pages.booking_path(said)),
        },
    )


def _link(view: str, token: str) -> str:
    return absolute(reverse(view, kwargs={"token": token}))
