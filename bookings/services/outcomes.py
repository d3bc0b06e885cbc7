"""What became of a call, said by a person: nobody is completed by the clock."""

from datetime import datetime

from bookings.errors import NotActive
from bookings.models import Booking
from bookings.services import gate, notices, rows
from bookings.services.rows import Actor, Status
from leads import people
from leads.models import Stage

OUTCOMES = (Status.COMPLETED, Status.NO_SHOW)


def record_outcome(*, booking: Booking, outcome: str, actor: str, now: datetime) -> Booking:
    """Record "completed" or "no_show" of a call that is over; may be corrected later.

    Raises NotActive (not over yet, or never was a call), ValueError for any other outcome, Busy.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"Not an outcome: {outcome}")

    def work() -> Booking:
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if row.status not in (Status.CONFIRMED, *OUTCOMES) or now < row.end:
            raise NotActive
        if row.status == outcome:
            return row
        rows.change(row, name="outcome", now=now, actor_kind=Actor.STAFF, actor=actor, status=outcome)
        notices.tell(row, f"{row.get_status_display()}: {row.title}", actor=actor, now=now)
        if row.lead is not None and outcome == Status.COMPLETED:
            people.advance_stage(lead=row.lead, stage=Stage.CALL_DONE, now=now, actor=actor)
        return row

    return gate.run(work)
