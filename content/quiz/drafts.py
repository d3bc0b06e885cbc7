"""The draft rows as one plain JSON value: what publishing stores and the gate is asked about."""

from dataclasses import asdict
from typing import Any

from content.models import QuizQuestion
from content.quiz.edition import FORMAT, Rule

Json = dict[str, Any]


def take() -> Json:
    """Everything a visitor may see of the draft, in two queries."""
    rows = QuizQuestion.objects.order_by("order", "id").prefetch_related("options")
    return {"format": FORMAT, "rule": asdict(Rule()), "questions": [question(row) for row in rows]}


def question(row: QuizQuestion) -> Json:
    """One question with its answers; `row` is the primary key of its source."""
    options = [
        {
            "key": each.key,
            "label": each.label.strip(),
            "role": each.role,
            "facts": each.facts.split(),
            "advice": each.advice.strip(),
            "step": each.step,
        }
        for each in sorted(row.options.all(), key=lambda each: (each.order, each.pk))
    ]
    return {"row": row.pk, "key": row.key, "prompt": row.prompt.strip(), "scored": row.scored, "options": options}
