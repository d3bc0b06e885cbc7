"""How late the mail is: what operators watch and staff see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min

from mail.breaker import outage
from mail.models import Message

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


def lateness(*, now: datetime) -> Lateness:
    """What is overdue at this instant: one query, and a second where something is."""
    late = Message.objects.filter(
        status__in=Message.OPEN, due_at__lte=now, expires_at__gt=now, topic_version=F("topic__version")
    ).aggregate(number=Count("pk"), first=Min("due_at"))
    if not late["number"]:
        return Lateness(0, timedelta(), "")
    row = outage()
    return Lateness(late["number"], now - late["first"], row.last_error if row is not None else "")
