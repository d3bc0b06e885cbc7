"""What became of a call, said by a person: nobody is completed by the clock."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from bookings.errors import NotActive
from bookings.models import Booking
from bookings.services import gate, notices, rows
from bookings.services.rows import Actor, Status
from leads import people
from leads.models import Stage
from mail.text import one_line

OUTCOMES = (Status.COMPLETED, Status.NO_SHOW)


def record_outcome(
    *,
    booking: Booking,
    outcome: str,
    actor: str,
    now: datetime,
    next_step: str = "",
    programme: str = "",
    programme_value: Decimal | None = None,
) -> Booking:
    """Record "completed" or "no_show" of a call that is over, what comes next, and what the person enrolled in.

    May be corrected later; the value is in the institute's currency.

    Raises NotActive (not over yet, or never was a call), ValueError for any other outcome, Busy.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"Not an outcome: {outcome}")

    wanted: dict[str, Any] = {
        "status": outcome,
        "next_step": one_line(next_step, limit=300),
        "programme": one_line(programme, limit=120),
        "programme_value": programme_value,
    }

    def work() -> Booking:
        rows.lock_person(booking)
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if row.status not in (Status.CONFIRMED, *OUTCOMES) or now < row.end:
            raise NotActive
        changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not changes:
            return row
        rows.change(row, name="outcome", now=now, actor_kind=Actor.STAFF, actor=actor, **changes)
        said = [row.get_status_display(), row.next_step, f"enrolled in {row.programme}" if row.programme else ""]
        summary = f"{row.title}: {', '.join(word for word in said if word)}"
        notices.tell(row, summary, actor=actor, now=now)
        if {"status", "next_step"} & changes.keys():
            notices.outcome(row, now=now)
        if row.lead is not None and outcome == Status.COMPLETED:
            stage = Stage.ENROLLED if row.programme else Stage.CALL_DONE
            people.advance_stage(lead=row.lead, stage=stage, now=now, actor=actor)
        return row

    return gate.run(work)
