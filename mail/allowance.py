"""What the mail provider takes in a minute and in a day, kept to by all senders together.

Counted in slots of a sixth of a minute and a 24th of a day, over one slot more than the span has: never more than the limit
goes out in any stretch that long, wherever it begins.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from mail.models import Allowance

# Span → (seconds of a slot, slots of the span).
SPANS = {"minute": (10, 6), "day": (3600, 24)}
# Letters leave a fifth of every span to mail that somebody waits for.
LETTERS_OF, PARTS = 4, 5


def limits() -> dict[str, int]:
    """Span → how many messages, for the spans that are limited."""
    given = {"minute": settings.MAIL_A_MINUTE, "day": settings.MAIL_A_DAY}
    return {span: most for span, most in given.items() if most}


def take(*, now: datetime, letters: bool = False) -> bool:
    """Count one message that is about to go out; False, and nothing counted, where a span has none left."""
    wanted = limits()
    with transaction.atomic():
        rows = _locked(wanted)
        for row in rows:
            slot, count = _slot(row, now), SPANS[row.span][1]
            row.slots = {key: used for key, used in row.slots.items() if slot - count <= int(key) <= slot}
            most = wanted[row.span]
            if sum(row.slots.values()) >= (max(1, most * LETTERS_OF // PARTS) if letters else most):
                return False
        for row in rows:
            key = str(_slot(row, now))
            row.slots[key] = row.slots.get(key, 0) + 1
        Allowance.objects.bulk_update(rows, ["slots"])
    return True


def give_back(*, now: datetime) -> None:
    """There was nothing to send after all."""
    with transaction.atomic():
        rows = _locked(limits())
        for row in rows:
            key = str(_slot(row, now))
            row.slots[key] = max(0, row.slots.get(key, 0) - 1)
        Allowance.objects.bulk_update(rows, ["slots"])


def _locked(spans: dict[str, int]) -> list[Allowance]:
    """In one order, so that two senders never wait for each other."""
    Allowance.objects.bulk_create([Allowance(span=span) for span in spans], ignore_conflicts=True)
    return list(Allowance.objects.select_for_update().filter(span__in=spans).order_by("span"))


def _slot(row: Allowance, now: datetime) -> int:
    return int(now.timestamp()) // SPANS[row.span][0]
