"""The numbers of the staff home. Each comes from the rows its reader may see, and opens exactly the list it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from bookings.models import Booking
from leads.models import Lead, Stage
from mail.breaker import outage
from mail.lateness import lateness
from mail.models import Message

BOOKED = (
    Booking.Status.PENDING,
    Booking.Status.CONFIRMED,
    Booking.Status.DECLINED,
    Booking.Status.CANCELLED,
    Booking.Status.COMPLETED,
    Booking.Status.NO_SHOW,
)
UNTOUCHED = (Stage.NEW, Stage.CONFIRMED)


@dataclass(frozen=True)
class Month:
    """A calendar month, half-open, in the institute's zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Figure:
    """One thing counted in this month and the one before, with the two lists."""

    one: str
    many: str
    this: int
    last: int
    this_url: str
    last_url: str

    @property
    def words(self) -> str:
        """ "1 lead", "3 leads"."""
        return f"{self.this} {self.one if self.this == 1 else self.many}"


@dataclass(frozen=True)
class Waiting:
    """Something that somebody should do next, and where."""

    text: str
    button: str
    url: str


def months(now: datetime, zone: tzinfo) -> tuple[Month, Month]:
    """This month and the last, by the wall clock of the zone."""
    first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    previous = first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
    return Month(first, following), Month(previous, first)


def _within(field: str, month: Month) -> dict[str, datetime]:
    return {f"{field}__gte": month.start, f"{field}__lt": month.end}


def _list(model: type, **lookups: Any) -> str:
    """The admin list of the model with these lookups in its address."""
    meta = model._meta  # type: ignore[attr-defined]
    values = {
        name: value.astimezone(UTC).isoformat()
        if isinstance(value, datetime)
        else ",".join(value)
        if isinstance(value, tuple)
        else value
        for name, value in lookups.items()
    }
    return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?{urlencode(values)}"


def _count(rows: QuerySet[Any], **conditions: Mapping[str, Any]) -> dict[str, int]:
    """All the counts in one query; by distinct key, because an admin's own joins may repeat a row."""
    counts = {name: Count("pk", filter=Q(**lookups), distinct=True) for name, lookups in conditions.items()}
    return rows.order_by().aggregate(**counts)


def of_leads(rows: QuerySet[Lead], this: Month, last: Month) -> tuple[list[Figure], list[Waiting]]:
    """Leads of the months, and those nobody has contacted; one query."""
    new, before, untouched = _within("created_at", this), _within("created_at", last), {"stage__in": UNTOUCHED}
    count = _count(rows, this=new, last=before, untouched=untouched)
    figures = [Figure("lead", "leads", count["this"], count["last"], _list(Lead, **new), _list(Lead, **before))]
    number = count["untouched"]
    if not number:
        return figures, []
    text = "1 lead has not been contacted yet." if number == 1 else f"{number} leads have not been contacted yet."
    return figures, [Waiting(text, "Open these leads", _list(Lead, **untouched))]


def of_bookings(rows: QuerySet[Booking], this: Month, last: Month, now: datetime) -> tuple[list[Figure], list[Waiting]]:
    """Calls booked in the months and held in the months, and those whose outcome nobody has recorded; one query."""
    # What still waits for its address may be a robot's.
    booked = [{"status__in": BOOKED, "unproven": False, **_within("created_at", month)} for month in (this, last)]
    held = [{"status": Booking.Status.COMPLETED.value, **_within("start", month)} for month in (this, last)]
    over = {"status": Booking.Status.CONFIRMED.value, "end__lte": now}
    count = _count(rows, booked=booked[0], booked_last=booked[1], held=held[0], held_last=held[1], over=over)
    figures = [
        Figure(one, many, count[name], count[f"{name}_last"], *(_list(Booking, **lookups) for lookups in both))
        for one, many, name, both in (
            ("call booked", "calls booked", "booked", booked),
            ("call held", "calls held", "held", held),
        )
    ]
    number = count["over"]
    if not number:
        return figures, []
    text = (
        "1 call is over and waits for its outcome."
        if number == 1
        else f"{number} calls are over and wait for their outcome."
    )
    return figures, [Waiting(text, "Record the outcome", _list(Booking, **over))]


def of_messages(rows: QuerySet[Message], now: datetime) -> list[Waiting]:
    """What stops the mail, what is late, and who needs a phone call; three queries, and one more where something is late."""
    waiting: list[Waiting] = []
    late, down = lateness(now=now), outage()
    if down is not None and down.since is not None:
        since = date_format(timezone.localtime(down.since), "j F, g:i A")
        text = f"The mail server cannot be used since {since}: {down.last_error or 'it does not answer'}"
        text = f"{text.rstrip('.')}. Mail waits and goes out by itself once it is back."
        waiting.append(Waiting(text, "See what waits", _list(Message, status__in="due,sending")))
    if late.is_trouble:
        mails = "1 mail waits" if late.number == 1 else f"{late.number} mails wait"
        since = timesince(now - late.oldest, now, depth=1)
        text = f"{mails} to be sent, the oldest for {since}: tell your operator."
        waiting.append(Waiting(text, "See them", _list(Message, late="1")))
    number = rows.order_by().filter(needs_attention=True).count()
    if not number:
        return waiting
    text = "1 mail could not be delivered." if number == 1 else f"{number} mails could not be delivered."
    phone = f"{text} The people may need a phone call."
    return [*waiting, Waiting(phone, "See them", _list(Message, needs_attention__exact=1))]


def next_call(rows: QuerySet[Booking], now: datetime) -> Booking | None:
    """The next call that is agreed on and not over; one query."""
    agreed = rows.filter(status=Booking.Status.CONFIRMED, end__gt=now)
    return agreed.select_related("event_type", "coach").order_by("start", "pk").first()


def sentence(figures: list[Figure]) -> str:
    """ "This month: 12 leads, 5 calls booked and 3 calls held. Last month: 9, 4 and 2."; empty without figures."""
    if not figures:
        return ""

    def listed(words: list[str]) -> str:
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

    this, last = listed([figure.words for figure in figures]), listed([str(figure.last) for figure in figures])
    return f"This month: {this}. Last month: {last}."
