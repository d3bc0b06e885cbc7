"""What the quiz holds of a person, and how it lets go of it; asked by the id of the lead."""

from datetime import datetime
from typing import Any

from content.models import QuizResult
from content.quiz import edition as editions
from content.quiz import services
from leads import merging
from leads.models import Lead
from mail.rows import require_transaction


def register() -> None:
    """Tell the leads room how results go along when two rows turn out to be one person."""
    merging.register_mover("quiz results", move)


def export(lead_id: int) -> list[dict[str, Any]]:
    """Every result that was given together with the address of this lead, in words."""
    rows = QuizResult.objects.filter(leads=lead_id).select_related("edition").order_by("taken_at", "pk")
    return [
        {
            "taken_at": row.taken_at.isoformat(),
            "edition": row.edition.version,
            "result": str(row),
            "product_manager": row.product_manager,
            "project_manager": row.project_manager,
            "tpm": row.tpm,
            "came_from": row.came_from,
            "answers": _in_words(row),
        }
        for row in rows
    ]


def erase(lead_id: int, now: datetime) -> int:
    """Take away the lead's results with their links and waiting mail; the number of results it changed.

    A result that somebody else gave an address for stays theirs. Needs an open transaction with the lead locked.
    """
    require_transaction()
    rows = list(QuizResult.objects.select_for_update(no_key=True, of=("self",)).filter(leads=lead_id).order_by("pk"))
    for row in rows:
        if row.leads.exclude(pk=lead_id).exists():
            row.leads.remove(lead_id)
        else:
            services.remove(row, now=now)
    return len(rows)


def move(source: Lead, target: Lead, only: list[int] | None, actor: str, now: datetime) -> list[int]:
    """Two leads become one person, or are parted again: results of `source` (or those of `only`) go to `target`.

    The keys of what went; a result that `target` has already stays where it is. Needs an open transaction.
    """
    require_transaction()
    rows = QuizResult.objects.filter(leads=source.pk).exclude(leads=target.pk).order_by("pk")
    moved = list(rows if only is None else rows.filter(pk__in=only))
    for row in moved:
        row.leads.remove(source)
        row.leads.add(target)
    return [row.pk for row in moved]


def _in_words(row: QuizResult) -> dict[str, list[str]]:
    edition = editions.read(row.edition.snapshot)
    answers = {key: tuple(picks) for key, picks in row.answers.items()}
    return {
        question.prompt: [option.label for option in edition.chosen(answers, question)]
        for question in edition.questions
        if question.key in answers
    }
