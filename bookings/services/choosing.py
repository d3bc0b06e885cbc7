"""Which coach: the one asked for, or the first of a fair order whom the gate admits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from bookings import selectors
from bookings.errors import BookingError, NotOffered, SlotTaken
from bookings.models import Booking, Coach, EventType
from bookings.scheduling import Reason, in_order, why_not
from bookings.services import gate

ASKED_FOR = "The visitor chose this coach."
ASKED_FOR_BY_STAFF = "Staff chose this coach."


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: a kind of call, a start, a length (None: the usual one) and a coach (None: any).

    `own` is the coach of a returning student, who comes first among those free; `not_with` is left out.
    """

    event_type: EventType
    start: datetime
    coach: Coach | None = None
    duration: timedelta | None = None
    own: Coach | None = None
    not_with: Coach | None = None
    by_staff: bool = False


def with_a_coach(
    wish: Wish, *, now: datetime, without: Booking | None, attempt: Callable[[int, str], Booking]
) -> Booking:
    """Call `attempt(coach id, reason)` inside the gate: for the coach asked for, or for each free one until it works.

    Every attempt has a transaction of its own, so no two coaches are ever locked at once for a choice.
    Raises what the attempt raised, SlotTaken where everybody was taken.
    """
    if wish.coach is not None:
        chosen, why = wish.coach.pk, ASKED_FOR_BY_STAFF if wish.by_staff else ASKED_FOR
        slot = gate.Slot(wish.coach, wish.event_type, wish.start, wish.duration or wish.event_type.duration)
        # A call that is there already stays, even where its coach has gone away since: a repeated form moves nothing.
        if without is None or (without.coach_id, without.start) != (wish.coach.pk, wish.start):
            gate.not_taken(slot, now=now, without=without)
        return gate.run(lambda: attempt(chosen, why))
    failure: BookingError = SlotTaken()
    for choice in in_order(selectors.candidates(_free(wish, now, without), now=now, own=wish.own)):
        coach_id, reason = choice.coach_id, choice.reason
        try:
            return gate.run(lambda: attempt(coach_id, reason))  # noqa: B023 - called before the next turn
        except (SlotTaken, NotOffered) as problem:
            failure = problem
    raise failure


def _free(wish: Wish, now: datetime, without: Booking | None) -> list[Coach]:
    """The eligible coaches who look free from outside the gate; raises SlotTaken or NotOffered where nobody does."""
    kind, start = wish.event_type, wish.start
    eligible = [each for each in selectors.who_takes(kind) if each != wish.not_with] if kind.enabled else []
    if not eligible:
        raise NotOffered(Reason.COACH_NOT_ELIGIBLE if kind.enabled else Reason.TYPE_DISABLED)
    if not settings.BOOKING_GATE_CHECK:
        return eligible
    until = start + gate.MOMENT
    books = selectors.diaries(
        eligible, kind, since=start, until=until, now=now, without=without, duration=wish.duration
    )
    reasons = {
        book.coach: why_not(
            book.question(kind, since=start, until=until, now=now, duration=wish.duration, by_staff=wish.by_staff),
            start,
        )
        for book in books
    }
    free = [coach for coach, reason in reasons.items() if reason is None]
    if not free:
        if any(reason in gate.TAKEN for reason in reasons.values()):
            raise SlotTaken
        gate.refuse(next(iter(reasons.values())))
    return free
