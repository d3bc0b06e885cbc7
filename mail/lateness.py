"""How late the mail is: what operators watch and staff see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Min, QuerySet

from mail.breaker import outage
from mail.models import Message
from mail.registry import Stream

# A beat comes every 15 seconds and a sender's loop every minute: later than this is trouble, not rhythm.
TROUBLE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many messages wait although they are due, by how much the oldest is late, and the trouble they wait for."""

    number: int
    oldest: timedelta
    trouble: str

    @property
    def is_trouble(self) -> bool:
        """True where the oldest is later than the senders' rhythm explains."""
        return self.oldest > TROUBLE


def overdue(rows: QuerySet[Message], *, now: datetime) -> QuerySet[Message]:
    """Those of the rows that are due, still of use, still true, and not out; letters that wait for good reason are not."""
    late = rows.filter(status__in=Message.OPEN, due_at__lte=now, expires_at__gt=now, topic_version=F("topic__version"))
    if settings.MAIL_A_MINUTE or settings.MAIL_A_DAY:
        # The provider takes so many and no more.
        return late.exclude(stream=Stream.LIST)
    # It is night where the reader is.
    return late.exclude(stream=Stream.LIST, next_try_at__gt=now, status=Message.Status.DUE)


def lateness(*, now: datetime) -> Lateness:
    """What is overdue at this instant: one query, and a second where something is."""
    late = overdue(Message.objects.order_by(), now=now).aggregate(number=Count("pk"), first=Min("due_at"))
    if not late["number"]:
        return Lateness(0, timedelta(), "")
    row = outage()
    return Lateness(late["number"], now - late["first"], row.last_error if row is not None else "")
