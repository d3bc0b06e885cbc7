"""What is asked of a site's database, or done to it, from inside: each is done in a process of its own by the nursery."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from bookings import emails
from bookings.models import AvailabilityRule, Booking, BookingEvent, Coach, EventType, Schedule
from bookings.services import gate, notices, rows
from leads import people
from leads.models import Activity, Lead, Touch
from mail import clock
from mail.models import LinkToken, Message, Outage, Topic
from tests.bookings.house import a_type
from tests.faults import invariants

Status = Message.Status
KIND = "mail-fault"
AGO = timedelta(days=14)


def clean() -> None:
    """No calls, no people, no mail; the kinds of call and other people's coaches stay."""
    with transaction.atomic():
        for model in (BookingEvent, Booking, Activity, Touch, Lead, Message, Topic, LinkToken, Outage):
            model.objects.all().delete()
        ours = Coach.objects.filter(slug__startswith=KIND)
        AvailabilityRule.objects.filter(schedule__coach__in=ours).delete()
        Schedule.objects.filter(coach__in=ours).delete()
        EventType.objects.filter(slug__startswith=KIND).delete()
        ours.delete()


def calls(
    *, number: int, first: float, over: float, offsets: list[int], before: int = 0, age_days: float = 14
) -> float:
    """Book so many calls, each with a coach of its own, whose reminders fall due one after the other.

    The reminder so many minutes `before` (the longest of `offsets` where 0) of the first call falls due `first` seconds
    from now, the others evenly within `over` seconds. Confirmations count as sent. The instant of the first, in seconds.
    """
    settings.MAIL_NUDGES = False
    now = clock.now()
    then = now - timedelta(days=age_days)
    start = now + timedelta(seconds=first, minutes=before or max(offsets))
    with transaction.atomic():
        kind = a_type(
            slug=f"{KIND}-{EventType.objects.count()}",
            reminder_offsets=offsets,
            minimum_notice=timedelta(),
            cancel_window=timedelta(),
            booking_window=timedelta(days=365),
        )
        coaches = Coach.objects.bulk_create(
            Coach(slug=f"{KIND}-{kind.pk}-{n}", name=f"Coach {n}") for n in range(number)
        )
        kind.coaches.set(coaches)
        for n, coach in enumerate(coaches):
            with transaction.atomic():
                _book(kind, coach, start + timedelta(seconds=over * n / number), f"ada{n}@example.org", then)
        Message.objects.filter(kind=emails.CONFIRMED, status=Status.DUE).update(status=Status.SENT, sent_at=then)
    _look_again()
    return (now + timedelta(seconds=first)).timestamp()


def _book(kind: EventType, coach: Coach, start: datetime, email: str, then: datetime) -> None:
    lead = people.ensure_lead(email=email, name="Ada Example", time_zone="America/Chicago", now=then)
    slot = gate.Slot(coach=coach, event_type=kind, start=start, duration=kind.duration)
    booking = rows.place(
        slot,
        status=Booking.Status.CONFIRMED,
        name="confirmed",
        now=then,
        reason="",
        lead=lead,
        attendee_name="Ada Example",
        attendee_email=email,
        attendee_time_zone="America/Chicago",
    )
    notices.booked(booking, lead=lead, page="", actor="visitor", now=then)


def open_all_day(*, days: list[int] = list(range(7))) -> None:  # noqa: B006 - read only
    """Give the coaches of these calls hours, so that calls can be moved."""
    coaches = list(Coach.objects.filter(slug__startswith=KIND))
    schedules = Schedule.objects.bulk_create(Schedule(coach=coach, time_zone="UTC") for coach in coaches)
    midnight = datetime.min.time()
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(schedule=schedule, weekday=day, opens=midnight, closes=midnight)
        for schedule, day in itertools.product(schedules, days)
    )


def _look_again() -> None:
    """What autovacuum would do within a minute: a queue that has just been filled looks empty to the planner."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE mail_message, mail_topic, bookings_booking")


def sent_before() -> list[str]:
    """The Message-IDs of what counts as sent already."""
    return list(Message.objects.filter(status=Status.SENT).values_list("message_id", flat=True))


def unfinished() -> int:
    """How many messages of the present version still wait."""
    return Message.objects.filter(status__in=Message.OPEN, topic_version=F("topic__version")).count()


def in_flight() -> list[str]:
    """The Message-IDs of what some sender has in hand."""
    return list(Message.objects.filter(status=Status.SENDING).values_list("message_id", flat=True))


def messages() -> list[dict[str, Any]]:
    """Every message as the tests need it; instants in seconds."""
    return [
        {
            "id": each.message_id,
            "kind": each.kind,
            "status": each.status,
            "reason": each.reason,
            "error": each.last_error,
            "attention": each.needs_attention,
            "attempts": each.attempts,
            "renders": each.renders,
            "topic": each.topic_id,
            "version": each.topic_version,
            "recipient": each.recipient,
            "due": each.due_at.timestamp(),
            "expires": each.expires_at.timestamp(),
        }
        for each in Message.objects.order_by("id")
    ]


def broken(*, accepted: list[str] | None = None) -> list[str]:
    """The promises that are broken."""
    return invariants.broken(now=clock.now(), accepted=accepted)
