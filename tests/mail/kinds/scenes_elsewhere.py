"""The stories of the mails that are not about a call: leads, the guide and the quiz, the mail room itself."""

from datetime import datetime
from io import StringIO
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from content import questions, telling
from content.models import Guide, QuizResult, ReaderQuestion
from content.quiz import edition as editions
from content.quiz import first as first_quiz
from content.quiz import publishing as quiz_publishing
from content.quiz import services as quiz
from leads import alarm, consents, erasing, first_sequence, magnet, people, sequences
from leads import services as leads
from leads.models import LIST
from mail import incoming, trials
from mail.models import Message
from mail.reports import Fate, Report
from tests.bookings.house import HOUR, NOW
from tests.mail.kinds.stage import (
    call,
    story,
    student,
)


def subscribe(**changes: Any) -> None:
    usual: dict[str, Any] = {
        "email": student(), "name": "Grace Visitor", "role_of_interest": "tpm", "phone": "+12155550100",
        "best_time_to_call": "Mornings", "wants_list": True, "wants_call": True, "page": "/subscribe/",
        "address": "203.0.113.9", "now": NOW,
    }  # fmt: skip
    leads.subscribe(**(usual | changes))


@story("leads.confirm")
def _() -> None:
    subscribe()


@story("leads.confirm", "known already")
def _() -> datetime:
    subscribe(wants_list=False, wants_call=False)
    people.Lead.objects.update(confirmed_at=NOW)
    return NOW


@story("leads.enquiry")
def _() -> None:
    leads.contact(
        name="Grace Visitor", email=student(), phone="+12155550100", page="/contact/", now=NOW,
        message="Do you coach in the evening?\n\nI work until six.",
    )  # fmt: skip


@story("leads.flood")
def _() -> None:
    alarm.flood(entry="subscribe", most=2000, now=NOW)


def came_back(status: str, fate: Fate, detail: str) -> None:
    address = call().attendee_email
    message = Message.objects.get(kind="bookings.confirmed", recipient=address)
    Message.objects.filter(pk=message.pk).update(status="sent", sent_at=NOW)
    report = Report(fate, message.message_id, address, status, detail, message.message_id)
    assert incoming.note(report, source="file", now=NOW + HOUR) is incoming.Noted.NEW


@story(incoming.NOTICE)
def _() -> datetime:
    came_back("5.1.1", Fate.HARD, "550 5.1.1 No such user here")
    return NOW + HOUR


@story(incoming.NOTICE, "spam")
def _() -> datetime:
    came_back("", Fate.COMPLAINT, "")
    return NOW + HOUR


@story(trials.KIND)
def _() -> None:
    trials.send(
        address="olga@institute.example", asked_by=User.objects.create_user(f"olga{User.objects.count()}"), now=NOW
    )


def take_quiz() -> None:
    call_command("first_guide", verbosity=0, stdout=StringIO())
    edition = first_quiz.ensure(now=NOW) or quiz_publishing.live()
    assert edition is not None
    questions = editions.read(edition.snapshot).questions
    answers = {question.key: (question.options[0].key,) for question in questions}
    quiz.record(edition=edition, answers=answers, seed="seed", key="", came_from="/guides/a/", now=NOW)
    result = QuizResult.objects.latest("pk")
    quiz.email(result=result, email=student(), name="Grace Visitor", wants_list=True, now=NOW, address="203.0.113.9")


@story("content.quiz_result")
def _() -> None:
    take_quiz()


@story("content.quiz_result", "known already")
def _() -> None:
    take_quiz()
    people.Lead.objects.update(confirmed_at=NOW)


@story(sequences.KIND)
def _() -> None:
    first_sequence.write()
    with transaction.atomic():
        lead = people.ensure_lead(email=student(), name="Grace Visitor", now=NOW)
        consents.give(lead=lead, purpose=LIST, how="Preferences page", address="203.0.113.9", now=NOW)


@story("content.refused")
def _() -> None:
    call_command("first_guide", verbosity=0, stdout=StringIO())
    said = "The comparison table says nothing for Product Manager under “Common KPI”."
    Guide.objects.update(publish_refused=said)
    with transaction.atomic():
        telling.staff_of_refusal(Guide.objects.all()[0], at=NOW, now=NOW)


def proven() -> people.Lead:
    """A lead whose address is confirmed; needs an open transaction."""
    lead = people.ensure_lead(email=student(), name="Grace Visitor", now=NOW)
    lead.confirmed_at = NOW
    lead.save(update_fields=["confirmed_at"])
    return lead


@story(erasing.KIND)
def _() -> None:
    with transaction.atomic():
        lead = proven()
    erasing.mail_link(email=lead.email or "", now=NOW)


@story(magnet.KIND)
def _() -> None:
    with transaction.atomic():
        assert magnet.deliver(lead=proven(), now=NOW)


def ask_under_the_guide() -> ReaderQuestion:
    call_command("first_guide", verbosity=0, stdout=StringIO())
    return questions.ask(
        guide=Guide.objects.all()[0],
        question="Does a TPM need a degree in computer science?",
        name="Grace",
        email=student(),
        page="/guides/a/ask/",
        came_from="/guides/a/",
        now=NOW,
    )


@story("content.question_asked")
def _() -> None:
    ask_under_the_guide()


@story("content.question_answered")
def _() -> datetime:
    words = "No. What counts is that you can follow an architecture discussion."
    questions.answer(question=ask_under_the_guide(), text=words, by=None, now=NOW + HOUR)
    return NOW + HOUR
