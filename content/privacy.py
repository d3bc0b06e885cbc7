"""What the content room holds of a person: quiz results that came with the address, and questions asked under a guide."""

from datetime import datetime
from typing import Any

from content import questions
from content.quiz import privacy as quiz
from leads import personal
from leads.models import Lead
from mail import privacy

NAME = "content"


def register() -> None:
    """Make this room known to the privacy registry and to merges."""
    privacy.register_holder(NAME, export=export, erase=erase)
    quiz.register()


def export(email: str) -> list[dict[str, Any]]:
    """Every result and every question of the person at this address; plain values."""
    people = personal.family(email)
    results = [{"what": "Quiz result", **row} for lead in people for row in quiz.export(lead.pk)]
    return results + [{"what": "Question under a guide", **row} for row in questions.export(email)]


def erase(email: str, now: datetime) -> int:
    """Take results and questions away, the public ones too; rows changed. Needs the caller's transaction."""
    keys = [lead.pk for lead in personal.family(email)]
    people = list(Lead.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    return sum(quiz.erase(lead.pk, now) for lead in people) + questions.erase(email)
