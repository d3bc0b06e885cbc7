"""Row-writers for the mails of the guide; every one needs an open transaction."""

from datetime import datetime, timedelta

from content.models import Guide, ReaderQuestion
from mail import ledger
from mail.identity import staff_address

KEEP_TRYING = timedelta(days=3)


def staff_of_refusal(guide: Guide, *, at: datetime, now: datetime) -> None:
    """Tell staff that a planned publication did not happen, and why."""
    ledger.enqueue(
        kind="content.refused",
        dedupe_key=f"content.refused:{guide.pk}:{at.isoformat()}",
        topic=ledger.topic(f"guide:{guide.pk}"),
        recipient=staff_address(),
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
        context={"guide": guide.pk, "at": at.isoformat()},
    )


def staff_of_question(question: ReaderQuestion, *, now: datetime) -> None:
    """Tell staff that a reader asks something."""
    ledger.enqueue(
        kind="content.question_asked",
        dedupe_key=f"content.question_asked:{question.pk}",
        topic=ledger.topic(f"question:{question.pk}"),
        recipient=staff_address(),
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
        context={"question": question.pk},
    )


def reader_of_answer(question: ReaderQuestion, *, now: datetime) -> None:
    """Tell the reader of the answer, once, however often it is mended later."""
    ledger.enqueue(
        kind="content.question_answered",
        dedupe_key=f"content.question_answered:{question.pk}",
        topic=ledger.topic(f"question:{question.pk}"),
        recipient=question.email,
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
        context={"question": question.pk},
    )
