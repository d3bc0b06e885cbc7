"""What the page of a lead shows above its details: facts, what can be done, tasks, sequences, merges and the timeline."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format

from leads import calling, merging, score, sequences, timeline
from leads.models import Enrolment, Lead
from leads.office import is_daytime

MOST = 20


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is for the lead."""

    words: str
    zone: str
    known: bool
    daytime: bool


def their_clock(lead: Lead, now: datetime) -> Clock:
    """By the lead's own zone, or the institute's where theirs is not known."""
    zone = calling.zone_of(lead.time_zone)
    words = date_format(now.astimezone(zone), "D g:i A")
    return Clock(words, zone.key.replace("_", " "), bool(lead.time_zone), is_daytime(now, zone))


def lasting(span: timedelta) -> str:
    """A time span as people say it: 3 h 20 min."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min"


def response(lead: Lead, now: datetime) -> str:
    """The first-response clock in office hours, in words."""
    span = lasting(calling.waited(lead, now=now, hours=calling.hours_for(lead)))
    if lead.first_response_at is not None:
        return f"First answered after {span} of office hours"
    return f"Waiting for a first answer: {span} of office hours so far"


def why(lead: Lead, now: datetime) -> list[str]:
    """Why this lead comes next, in sentences."""
    reasons = []
    if lead.call_back_at is not None and lead.call_back_at <= now:
        reasons.append(f"A call back was agreed for {_desk(lead.call_back_at)}.")
    elif lead.call_wanted_at is not None:
        reasons.append(f"Asked for a call on {_desk(lead.call_wanted_at)}.")
    if lead.last_worked_at is None:
        reasons.append("Nobody has worked on this lead yet.")
    else:
        reasons.append(f"Last worked on at {_desk(lead.last_worked_at)}.")
    told = their_clock(lead, now)
    where = f"in {told.zone}" if told.known else f"in {told.zone}, our own zone, because theirs is not known"
    reasons.append(f"It is {told.words} {where}.")
    return reasons


def book_url(lead: Lead, user: Any) -> str:
    """The desk's own page for booking a call, with this person filled in; rooms meet by URL name."""
    if not user.has_perm("bookings.change_booking") or not lead.email:
        return ""
    try:
        page = reverse("admin:bookings_booking_book_call")
    except NoReverseMatch:
        return ""
    return f"{page}?{urlencode({'lead': lead.pk, **({'zone': lead.time_zone} if lead.time_zone else {})})}"


def panel(lead: Lead, *, user: Any, now: datetime) -> dict[str, Any]:
    """Everything for staff who work with leads."""
    tasks = list(lead.tasks.select_related("owner").order_by("done_at", "due_at", "pk")[: 2 * MOST])
    twins = [] if lead.merged_into_id or lead.erased_at else merging.possible_twins(lead)
    return {
        "lead": lead,
        "now": now,
        "alive": lead.merged_into_id is None and lead.erased_at is None and lead.erasing_since is None,
        "clock": their_clock(lead, now),
        "response": response(lead, now),
        "book_url": book_url(lead, user),
        "reasons": score.explained(lead),
        "tasks": [(task, task.is_overdue(now)) for task in tasks if task.done_at is None],
        "done": [task for task in tasks if task.done_at is not None],
        "enrolments": [(row, _state(row)) for row in lead.enrolments.select_related("sequence", "lead")],
        "merges": list(lead.merges.filter(undone_at__isnull=True).select_related("gone")),
        "twins": twins,
        "first_touch": timeline.first_touch(lead),
        "last_touch": timeline.last_touch(lead),
        "entries": timeline.of(lead, mails=user.has_perm("mail.view_message")),
        "form_key": uuid.uuid4().hex,
        "may_erase": user.has_perm("leads.delete_lead"),
    }


# What a coach reads before a call: what the person told us, nothing about other calls, money or mail.
FOR_COACHES = ("quiz", "question", "enquiry")


def brief(lead: Lead, *, now: datetime) -> dict[str, Any]:
    """What a coach sees of a lead of an own call."""
    return {"lead": lead, "clock": their_clock(lead, now), "entries": timeline.told_by(lead, FOR_COACHES)}


def _state(row: Enrolment) -> str:
    left = len(sequences.unsent(row))
    to_go = f"{left} {'mail' if left == 1 else 'mails'} to go"
    if row.stopped_at is None:
        return f"Running, {to_go}" if left else "Finished"
    return f"Stopped on {_desk(row.stopped_at)}: {row.get_stop_reason_display()}; {to_go}"


def _desk(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, g:i A")
