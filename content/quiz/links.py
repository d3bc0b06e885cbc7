"""The private links of a result: whoever has one may read, mail and delete it."""

from datetime import datetime, timedelta

from content.models import QuizResult
from mail import tokens
from mail.errors import LinkUnknown

PURPOSE = "quiz"
PAGE_FOR, MAILED_FOR = timedelta(days=90), timedelta(days=365)


def subject(result: QuizResult) -> str:
    """What the tokens of a result are about."""
    return f"quiz:{result.pk}"


def mint(result: QuizResult, *, now: datetime) -> str:
    """A link for the visitor who has just sent the answers: 90 days."""
    return tokens.mint(purpose=PURPOSE, subject=subject(result), expires_at=now + PAGE_FOR, now=now)


def result_of(raw: str, *, now: datetime) -> QuizResult:
    """The result behind a link; LinkUnknown for unknown, expired, foreign links and deleted results alike."""
    kind, _, pk = tokens.find(raw, purpose=PURPOSE, now=now).subject.partition(":")
    if kind != "quiz" or not pk.isdigit():
        raise LinkUnknown
    result = QuizResult.objects.select_related("edition").filter(pk=int(pk)).first()
    if result is None:
        raise LinkUnknown
    return result
