"""Which coach takes a call when the visitor has no wish: a fair order, with its reason in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coach who is eligible and free: their coming calls, and when one was last booked with them.

    No-shows count in neither. `is_own` marks the coach a returning student has had before.
    """

    coach_id: int
    upcoming: int = 0
    last_booked_at: datetime | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A coach, and why they come at this place of the order."""

    coach_id: int
    reason: str


def in_order(candidates: Iterable[Candidate]) -> list[Choice]:
    """The order in which coaches are tried: own coach, fewest upcoming calls, least recently booked, id.

    The reason of each is what put them before those who follow: whoever stood before was tried and could not.
    """
    order = sorted(candidates, key=_rank)
    return [Choice(each.coach_id, _reason(each, after)) for each, after in zip_longest(order, order[1:])]


def _rank(each: Candidate) -> tuple[bool, int, datetime, int]:
    return not each.is_own, each.upcoming, each.last_booked_at or _NEVER, each.coach_id


def _reason(chosen: Candidate, after: Candidate | None) -> str:
    calls = f"{chosen.upcoming} upcoming call{'' if chosen.upcoming == 1 else 's'}"
    if chosen.is_own and not (after and after.is_own):
        return f"Any coach: the student's own coach ({calls})."
    if after is None:
        return f"Any coach: the only one free ({calls})."
    if chosen.upcoming != after.upcoming:
        return f"Any coach: fewest upcoming calls among those free ({calls})."
    if chosen.last_booked_at != after.last_booked_at:
        return f"Any coach: least recently booked among those with the same number of calls ({calls})."
    return f"Any coach: first by number among equals ({calls})."
