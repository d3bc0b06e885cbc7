"""The first edition: seeded once, then the editors' own."""

import tomllib
from datetime import datetime
from pathlib import Path

from django.db import transaction

from content.models import QuizEdition, QuizOption, QuizQuestion
from content.quiz import publishing

SOURCE = Path(__file__).with_name("first.toml")


def ensure(*, now: datetime) -> QuizEdition | None:
    """Seed and publish the first edition where there is none; None where there is one.

    Rows that were never published (the process died between the two transactions, or the guide was not yet there) are
    published now. Raises GateClosed.
    """
    if publishing.live() is not None:
        return None
    seed()
    return publishing.publish(by=None, now=now, note="First edition")


def seed() -> bool:
    """Write the rows of the first edition in one transaction; False where there are rows already."""
    source = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    with transaction.atomic():
        if QuizQuestion.objects.exists():
            return False
        for order, row in enumerate(source["questions"], start=1):
            own = {name: value for name, value in row.items() if name != "options"}
            question = QuizQuestion.objects.create(order=order, **own)
            QuizOption.objects.bulk_create(
                QuizOption(question=question, order=place, **option)
                for place, option in enumerate(row["options"], start=1)
            )
    return True
