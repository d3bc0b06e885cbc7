"""What must be true of bookings, history and mail after any fault: one list of sentences, empty when all is well.

In a test with a database, call `broken()`; of a running site, ask `tests.faults.inside` (a process of its own).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from bookings import emails, reminders
from bookings.models import BLOCKING, Booking
from bookings.models.history import replay, snapshot
from mail.models import Message, Topic

Status = Booking.Status
OPEN = (Message.Status.DUE, Message.Status.SENDING)
OVER = (Status.COMPLETED, Status.NO_SHOW)
GONE = (Message.Status.CANCELLED,)
AGREED = {emails.CONFIRMED, emails.RESCHEDULED}


def broken(*, now: datetime, accepted: Iterable[str] | None = None) -> list[str]:
    """Every promise that is broken, one sentence each; `accepted` are the Message-IDs that a mail server has taken."""
    return [*overlapping(), *forgotten(), *unfinished(), *mails(now=now), *sent(accepted)]


def overlapping() -> Iterator[str]:
    """No two bookings take the same time of a coach, buffers included."""
    taking = defaultdict(list)
    for row in Booking.objects.filter(status__in=BLOCKING).order_by("busy_start"):
        taking[row.coach_id].append(row)
    for rows in taking.values():
        latest = None
        for row in rows:
            if latest is not None and row.busy_start < latest.busy_end:
                yield f"Booking {row.pk} overlaps booking {latest.pk}."
            if latest is None or row.busy_end > latest.busy_end:
                latest = row


def forgotten() -> Iterator[str]:
    """The history of every booking replays to its row."""
    for row in Booking.objects.prefetch_related("events"):
        if replay(sorted(row.events.all(), key=lambda event: event.pk)) != snapshot(row):
            yield f"The history of booking {row.pk} does not replay to its row."


def unfinished() -> Iterator[str]:
    """Nothing stands half-way: a call has its person, its key is used once, a hold has an end."""
    for row in Booking.objects.filter(status__in=(Status.CONFIRMED, Status.PENDING), unproven=False).select_related(
        "lead"
    ):
        if row.lead is None or not row.attendee_email:
            yield f"Booking {row.pk} is a call without a person."
        elif not row.lead.activities.filter(data__booking=str(row.uid)).exists():
            yield f"Booking {row.pk} is not in its lead's timeline."
    keys = Counter(Booking.objects.exclude(idempotency_key=None).values_list("idempotency_key", flat=True))
    yield from (f"The key of one form made {number} bookings." for number in keys.values() if number > 1)


def mails(*, now: datetime) -> Iterator[str]:
    """A call has exactly the mails of its present version, and nothing older waits to be sent."""
    topics = {topic.key: topic.version for topic in Topic.objects.filter(key__startswith="booking:")}
    told = defaultdict(list)
    for message in Message.objects.filter(topic__key__startswith="booking:").select_related("topic"):
        told[message.topic.key].append(message)
        if message.topic_version != message.topic.version and message.status in OPEN and message.data_at is None:
            yield f"Message {message.pk} ({message.kind}) waits, though something newer took its place."
    for row in Booking.objects.select_related("event_type", "coach__user"):
        live = [each for each in told[row.topic_key] if each.topic_version == row.version and each.status not in GONE]
        # An outcome makes what was said before untrue, and is no new version of the call.
        if row.status not in OVER and topics.get(row.topic_key, row.version) != row.version:
            yield f"Booking {row.pk} is of version {row.version}, its mails of {topics[row.topic_key]}."
        if row.start > now:
            yield from _of_one(row, live)


def _of_one(row: Booking, live: list[Message]) -> Iterator[str]:
    kinds = Counter(message.kind for message in live)
    reminding = kinds[emails.REMINDER] + kinds[emails.COACH_REMINDER]
    if row.status in (Status.CANCELLED, Status.DECLINED, Status.HELD, Status.EXPIRED) and reminding:
        yield f"Booking {row.pk} is {row.status} and has reminders."
    if row.status == Status.CONFIRMED:
        if sum(kinds[kind] for kind in AGREED) != 1:
            yield f"Booking {row.pk} has {dict(kinds)} instead of one confirmation."
        planned = reminders.plan(start=row.start, offsets=row.event_type.reminder_offsets, now=row.version_at)
        for kind, recipient in (
            (emails.REMINDER, row.attendee_email),
            (emails.COACH_REMINDER, row.coach.notice_address),
        ):
            there = sorted((each.due_at, each.expires_at, each.recipient) for each in live if each.kind == kind)
            if there != [(each.due_at, each.expires_at, recipient) for each in planned if recipient]:
                yield f"Booking {row.pk} has {len(there)} rows {kind} of {len(planned)}, or at other times or addresses."
    if row.unproven:
        if kinds.keys() - {emails.PROVE}:
            yield f"Booking {row.pk} waits for its address, or did in vain, and has {dict(kinds)}."
        return
    if row.status == Status.PENDING and (kinds[emails.PENDING], kinds[emails.COACH_PENDING]) != (1, 1):
        yield f"Booking {row.pk} waits for an answer and has {dict(kinds)}."
    if row.status == Status.PENDING and (reminding or any(kinds[kind] for kind in AGREED)):
        yield f"Booking {row.pk} is not agreed on and was confirmed."
    if {message.recipient for message in live if message.kind in (*AGREED, emails.REMINDER)} - {row.attendee_email}:
        yield f"Booking {row.pk} is confirmed to somebody else."


def sent(accepted: Iterable[str] | None) -> Iterator[str]:
    """What the mail server took and what the ledger says it took are the same."""
    if accepted is None:
        return
    taken = Counter(accepted)
    ours = set(Message.objects.filter(status=Message.Status.SENT).values_list("message_id", flat=True))
    yield from (f"{number} copies of one message were accepted." for number in taken.values() if number > 1)
    yield from (f"{each} is marked as sent and was never accepted." for each in sorted(ours - taken.keys()))
    yield from (f"{each} was accepted and is not marked as sent." for each in sorted(taken.keys() - ours))
