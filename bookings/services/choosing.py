"""Which coach: the one asked for, or the first of a fair order whom the gate admits."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from bookings import selectors
from bookings.errors import BookingError, NotOffered, SlotTaken
from bookings.models import Booking, Coach, EventType
from bookings.scheduling import Reason, in_order, why_not
from bookings.services import gate

ASKED_FOR = "The visitor chose this coach."


def with_a_coach(
    *,
    event_type: EventType,
    start: datetime,
    coach: Coach | None,
    now: datetime,
    without: Booking | None,
    attempt: Callable[[int, str], Booking],
) -> Booking:
    """Call `attempt(coach id, reason)` inside the gate: for the coach asked for, or for each free one until it works.

    Every attempt has a transaction of its own, so no two coaches are ever locked at once for a choice.
    Raises what the attempt raised, SlotTaken where everybody was taken.
    """
    if coach is not None:
        chosen = coach.pk
        return gate.run(lambda: attempt(chosen, ASKED_FOR))
    failure: BookingError = SlotTaken()
    for choice in in_order(selectors.candidates(_free(event_type, start, now, without), now=now)):
        coach_id, reason = choice.coach_id, choice.reason
        try:
            return gate.run(lambda: attempt(coach_id, reason))  # noqa: B023 - called before the next turn
        except (SlotTaken, NotOffered) as problem:
            failure = problem
    raise failure


def _free(event_type: EventType, start: datetime, now: datetime, without: Booking | None) -> list[Coach]:
    """The eligible coaches who look free from outside the gate; raises SlotTaken or NotOffered where nobody does."""
    eligible = list(selectors.coaches(event_type)) if event_type.enabled else []
    if not eligible:
        raise NotOffered(Reason.TYPE_DISABLED)
    if not settings.BOOKING_GATE_CHECK:
        return eligible
    until = start + gate.MOMENT
    reasons = {
        diary.coach: why_not(diary.question(event_type, since=start, until=until, now=now), start)
        for diary in selectors.diaries(eligible, event_type, since=start, until=until, now=now, without=without)
    }
    free = [coach for coach, reason in reasons.items() if reason is None]
    if not free:
        if any(reason in gate.TAKEN for reason in reasons.values()):
            raise SlotTaken
        gate.refuse(next(iter(reasons.values())))
    return free
