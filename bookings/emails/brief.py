"""What a coach should know before a call, read from the lead's own rows: the role-fit result, what led here, what was said before."""

from typing import Any

from bookings.models import Booking
from bookings.scheduling import moment
from bookings.selectors import coach_zone
from leads.models import Lead, Touch
from mail.text import one_line

# The room of the quiz writes its result down to the lead; rooms beside each other never ask each other.
QUIZ, TOOK = "quiz", "Took the role-fit quiz. "
PASSED_ON = 3


def of(booking: Booking) -> dict[str, Any]:
    """The brief's own part: nothing for a call without a lead."""
    lead = booking.lead
    if lead is None:
        return {}
    held = Booking.objects.filter(lead=lead, status=Booking.Status.COMPLETED, start__lt=booking.start)
    last = held.order_by("-start").first()
    return {
        "role": lead.get_role_of_interest_display(),
        "role_fit": _role_fit(lead),
        "led_here": _led_here(lead),
        "calls_before": held.count(),
        "last_call": moment(last.start, coach_zone(booking.coach, at=last.start)) if last else None,
        "last_next_step": one_line(last.next_step, limit=300) if last else "",
    }


def _role_fit(lead: Lead) -> str:
    """What the quiz told the lead last, in its own words; "" where it was not taken, or not kept with their consent."""
    summary = lead.activities.filter(kind=QUIZ).values_list("summary", flat=True).first() or ""
    return one_line(summary, limit=300).removeprefix(TOOK)


def _led_here(lead: Lead) -> list[str]:
    """First where they came from, then what they did, oldest first; the newest of each, a visit named once."""
    first, last = lead.touches.first(), lead.touches.filter(direct=False).last()
    lines = [f"First came {_visit(first)}"] if first is not None else []
    if last is not None and last != first:
        lines.append(f"Later came {_visit(last)}")
    # Only what the visitor did: what advisors noted is for advisors.
    steps = lead.activities.filter(actor="visitor").exclude(kind="booking").exclude(kind=QUIZ)
    lines += [one_line(step) for step in steps.values_list("summary", flat=True)[:PASSED_ON]][::-1]
    return [one_line(line, limit=300) for line in lines]


def _visit(touch: Touch) -> str:
    """One visit in words; what was not seen is called unknown."""
    page = f"to {touch.page}" if touch.page else "to an unknown page"
    campaign = " / ".join(filter(None, (touch.utm_source, touch.utm_medium, touch.utm_campaign)))
    origin = campaign or touch.referrer_page
    return f"{page} from {origin}" if origin else f"{page}, directly" if touch.direct else f"{page} from unknown"
