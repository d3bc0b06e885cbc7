"""What is asked of a site's database, or done to it, from inside: each is done in a process of its own by the nursery."""

import itertools
import random
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Min, QuerySet
from django.test import Client

from bookings import emails, services
from bookings.models import AvailabilityRule, Booking, BookingEvent, Coach, EventType, Schedule
from bookings.services import gate, notices, rows
from leads import people
from leads.models import Activity, Lead, Touch
from mail import breaker, clock, ledger, nudge
from mail.lateness import lateness
from mail.models import LinkToken, Message, Outage, Topic
from tests.bookings.house import a_type
from tests.faults import invariants
from tests.faults.mail.kinds import BROKEN_ADDRESS, BROKEN_TEMPLATE, TOO_LARGE

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


def calls(*, number: int, first: float, over: float, offsets: list[int]) -> float:
    """Book so many calls two weeks ago, each with a coach of its own, whose reminders fall due one after the other.

    The first reminder (the longest of `offsets`, minutes before) of the first call falls due `first` seconds from now,
    the others evenly within `over` seconds. Confirmations count as sent. The instant of the first, in seconds.
    """
    settings.MAIL_NUDGES = False
    now = clock.now()
    then = now - AGO
    start = now + timedelta(seconds=first, minutes=max(offsets))
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
    notices.booked(booking, lead=lead, visit=("", ""), actor="visitor", now=then)


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


def _open() -> QuerySet[Message]:
    """What still waits of these calls' mails; people who book meanwhile have other addresses."""
    return Message.objects.filter(
        status__in=Message.OPEN, topic_version=F("topic__version"), recipient__startswith="ada"
    )


def unfinished() -> int:
    """How many messages of the present version still wait."""
    return _open().count()


def unfinished_now() -> int:
    """The same, without what falls due later."""
    return _open().filter(due_at__lte=clock.now()).count()


def wait_for(*, what: str, at_most: int, seconds: float) -> int:
    """Count until there are no more than so many; how many there are in the end."""
    count = {"unfinished": unfinished, "unfinished_now": unfinished_now}[what]
    until = time.monotonic() + seconds
    while (number := count()) > at_most and time.monotonic() < until:
        time.sleep(0.1)
    return number


def waits() -> dict[str, float]:
    """How many messages are open, how many in somebody's hands, and seconds until the next may be tried.

    While somebody is at it, it takes up to a few seconds to answer.
    """
    rows, until = _open(), time.monotonic() + 3
    while rows.filter(status=Status.SENDING).exists() and time.monotonic() < until:
        time.sleep(0.05)
    now, first = clock.now(), rows.aggregate(first=Min("next_try_at"))["first"]
    outage = breaker.outage()
    moment = max([each for each in (first, outage and outage.open_until) if each], default=now)
    flying = rows.filter(status=Status.SENDING).count()
    return {"open": rows.count(), "in_flight": flying, "seconds": (moment - now).total_seconds()}


def trouble(*, seconds: float = 0) -> dict[str, Any]:
    """What staff are told of the mail server, within so many seconds, and how often it was asked in vain."""
    until = time.monotonic() + seconds
    while not (why := lateness(now=clock.now()).trouble) and time.monotonic() < until:
        time.sleep(0.1)
    row = breaker.outage()
    return {"why": why, "failures": row.failures if row else 0}


def poison(*, number: int, first: float, over: float) -> None:
    """Write so many messages that can never be sent, in three ways, evenly due within `over` seconds."""
    settings.MAIL_NUDGES = False
    now = clock.now()
    ways = (
        (BROKEN_TEMPLATE, "ada@example.org"),
        (TOO_LARGE, "ada@example.org"),
        (BROKEN_ADDRESS, "ada@@exa mple..org"),
    )
    with transaction.atomic():
        for n, (kind, recipient) in zip(range(number), itertools.cycle(ways), strict=False):
            ledger.enqueue(
                kind=kind,
                dedupe_key=f"poison:{n}",
                topic=ledger.topic(f"poison:{n}"),
                recipient=recipient,
                due_at=now + timedelta(seconds=first + over * n / number),
                expires_at=now + timedelta(days=2),
                now=now,
            )


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


def change_around(*, around: float, moved: float, part: int = 0, of: int = 1) -> list[dict[str, Any]]:
    """Cancel each call, or move it in this share of the cases, at a random instant so near to its reminder's due time.

    Several hands may share the calls: each does its part. Each change with its topic, the instant at which its commit
    had come back, and how long after the due time that was.
    """
    settings.MAIL_NUDGES = False
    dice, done = random.Random(part), []
    rows = {each.topic_id: each for each in Message.objects.filter(kind=emails.REMINDER).select_related("topic")}
    bookings = {each.topic_key: each for each in Booking.objects.select_related("coach", "event_type", "lead")}
    day = (clock.now() + timedelta(days=9)).replace(hour=12, minute=0, second=0, microsecond=0)
    mine = {key: row for key, row in rows.items() if key % of == part}
    plan = sorted((row.due_at.timestamp() + dice.uniform(-around, around), key) for key, row in mine.items())
    for moment, topic in plan:
        time.sleep(max(0.0, moment - clock.now().timestamp()))
        booking = bookings[rows[topic].topic.key]
        who = {"actor_kind": BookingEvent.ActorKind.ATTENDEE, "actor": "", "why": ""}
        how = "moved" if dice.random() < moved else "cancelled"
        if how == "moved":
            services.reschedule(booking=booking, start=day, coach=booking.coach, now=clock.now(), **who)
        else:
            services.cancel(booking=booking, now=clock.now(), **who)
        at = clock.now()
        done.append(
            {"topic": topic, "at": at.timestamp(), "how": how, "off": (at - rows[topic].due_at).total_seconds()}
        )
    return done


def ring() -> bool:
    """Have one hint published, and wait for it."""
    nudge.ring()
    return nudge.settle(5)


def commit_and_ring() -> float:
    """Seconds that a commit takes which has the worker told; what a web request would wait."""
    began = time.monotonic()
    with transaction.atomic():
        nudge.nudge_on_commit()
    return time.monotonic() - began


def multiply(*, times: int) -> int:
    """So many rows for each reminder that waits: a backlog without as many calls; how many there are then."""
    now = clock.now()
    for row in list(_open()):
        copies = []
        for n in range(1, times):
            copy = Message(
                **{f.attname: getattr(row, f.attname) for f in Message._meta.concrete_fields if f.name != "id"}
            )
            copy.dedupe_key, copy.message_id, copy.created_at = f"{row.dedupe_key}:{n}", ledger.fresh_message_id(), now
            copies.append(copy)
        Message.objects.bulk_create(copies)
    _look_again()
    return _open().count()


def status_of(*, path: str) -> int:
    """The status with which the site answers there."""
    return int(Client().get(path, headers={"host": "127.0.0.1"}).status_code)
