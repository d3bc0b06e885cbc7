"""What happens to readers' questions: asked, answered in public, or not shown; one verb a function."""

from datetime import datetime
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from content import telling
from content.errors import NoAnswer
from content.kept import shelf
from content.models import Guide, ReaderQuestion
from content.publishing import name_of
from leads.people import ensure_lead, own_path, record_activity, record_touch
from mail.text import one_line, plain

Status = ReaderQuestion.Status


@transaction.atomic(durable=True)
def ask(
    *, guide: Guide, question: str, name: str, email: str, now: datetime, page: str = "", came_from: str = ""
) -> ReaderQuestion:
    """Keep a reader's question for staff and tell them; nobody else sees it until it has an answer."""
    lead = ensure_lead(email=email, name=name, now=now)
    record_touch(lead=lead, page=page, referrer_page=came_from, now=now)
    row = ReaderQuestion.objects.create(
        guide=guide,
        question=plain(question, limit=500),
        name=one_line(name, limit=80),
        email=lead.email or email,
        asked_at=now,
    )
    record_activity(
        lead=lead,
        kind="question",
        summary=f"Asked a question under the guide at {urlsplit(own_path(page)).path or guide.slug}",
        now=now,
        data={"question": row.question},
        actor="visitor",
    )
    telling.staff_of_question(row, now=now)
    return row


def answer(*, question: ReaderQuestion, text: str, by: User | None, now: datetime) -> ReaderQuestion:
    """Show a question with its answer under the guide, and mail the reader the first time; raises NoAnswer."""
    said = plain(text, limit=3000)
    if not said:
        raise NoAnswer
    with transaction.atomic(durable=True):
        row = _locked(question)
        row.answer, row.status = said, Status.ANSWERED
        row.answered_by, row.answerer_name, row.answered_at = by, name_of(by), now
        row.save(update_fields=["answer", "status", "answered_by", "answerer_name", "answered_at"])
        telling.reader_of_answer(row, now=now)
        transaction.on_commit(shelf.look_again)
    return row


def hide(*, question: ReaderQuestion, now: datetime) -> ReaderQuestion:
    """Keep a question, answered or not, from readers; nobody is mailed."""
    with transaction.atomic(durable=True):
        row = _locked(question)
        row.status = Status.HIDDEN
        row.save(update_fields=["status"])
        transaction.on_commit(shelf.look_again)
    return row


def _locked(question: ReaderQuestion) -> ReaderQuestion:
    return ReaderQuestion.objects.select_for_update(no_key=True).get(pk=question.pk)


def export(email: str) -> list[dict[str, str]]:
    """Every question of this address."""
    return [
        {"asked_at": row.asked_at.isoformat(), "question": row.question, "name": row.name, "answer": row.answer}
        for row in _of(email)
    ]


def erase(email: str) -> int:
    """Take away the questions of this address, the public ones too; the number erased. Needs an open transaction."""
    number = _of(email).delete()[1].get("content.ReaderQuestion", 0)
    if number:
        transaction.on_commit(shelf.look_again)
    return number


def _of(email: str) -> QuerySet[ReaderQuestion]:
    return ReaderQuestion.objects.filter(email=email).exclude(email="").order_by("asked_at", "pk")
