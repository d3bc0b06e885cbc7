"""Which coach takes a call when the visitor has no wish: a fair order, with its reason in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coach who is eligible and free: their coming calls, and when one was last booked with them."""

    coach_id: int
    upcoming: int = 0
    last_booked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A coach, and why they come at this place of the order."""

    coach_id: int
    reason: str


def in_order(candidates: Iterable[Candidate]) -> list[Choice]:
    """The order in which coaches are tried: fewest upcoming calls, then least recently booked, then id."""
    order = sorted(candidates, key=lambda each: (each.upcoming, each.last_booked_at or _NEVER, each.coach_id))
    return [Choice(each.coach_id, _reason(each, order)) for each in order]


def _reason(chosen: Candidate, order: list[Candidate]) -> str:
    others = [each for each in order if each.coach_id != chosen.coach_id]
    calls = f"{chosen.upcoming} upcoming call{'' if chosen.upcoming == 1 else 's'}"
    if not others:
        return f"Any coach: the only one free ({calls})."
    same = [each for each in others if each.upcoming == chosen.upcoming]
    if not same:
        return f"Any coach: fewest upcoming calls among those free ({calls})."
    if all(each.last_booked_at != chosen.last_booked_at for each in same):
        return f"Any coach: least recently booked among those with the same number of calls ({calls})."
    return f"Any coach: first by number among equals ({calls})."
