"""The numbers of the staff home, over rows that are known."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.models import Booking, Coach
from institute.desk import figures
from leads.models import Lead

NEW_YORK = ZoneInfo("America/New_York")


def utc(*parts: int) -> datetime:
    """An instant."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("now", "last", "this", "following"),
    [
        (utc(2027, 1, 11, 15), utc(2026, 12, 1, 5), utc(2027, 1, 1, 5), utc(2027, 2, 1, 5)),
        (utc(2026, 12, 31, 23), utc(2026, 11, 1, 4), utc(2026, 12, 1, 5), utc(2027, 1, 1, 5)),
        (utc(2027, 3, 20, 12), utc(2027, 2, 1, 5), utc(2027, 3, 1, 5), utc(2027, 4, 1, 4)),
        # Still December in New York, already January in London.
        (utc(2027, 1, 1, 4, 59), utc(2026, 11, 1, 4), utc(2026, 12, 1, 5), utc(2027, 1, 1, 5)),
    ],
)
def test_a_month_begins_and_ends_by_the_institutes_wall_clock(
    now: datetime, last: datetime, this: datetime, following: datetime
) -> None:
    assert figures.months(now, NEW_YORK) == (figures.Month(this, following), figures.Month(last, this))


@pytest.fixture
def month(now: datetime) -> tuple[figures.Month, figures.Month]:
    """January 2027 and December 2026."""
    return figures.months(now, NEW_YORK)


def test_leads_are_counted_by_the_month_they_came_in(
    lead: Callable[..., Lead], month: tuple[figures.Month, figures.Month]
) -> None:
    this, last = month
    for created in (this.start, this.end - timedelta(seconds=1), last.start):
        lead(created)
    for created in (this.end, last.start - timedelta(seconds=1)):
        lead(created, stage="contacted")
    (figure,), (waiting,) = figures.of_leads(Lead.objects.all(), this, last)
    assert (figure.words, figure.last) == ("2 leads", 1)
    assert waiting.text == "3 leads have not been contacted yet."


def test_a_hold_is_no_call_booked_and_a_no_show_is_no_call_held(
    coach: Coach, call: Callable[..., Booking], month: tuple[figures.Month, figures.Month], now: datetime
) -> None:
    this, last = month
    day = timedelta(days=1)
    for number, status in enumerate(Booking.Status.values):
        call(coach, start=this.start + number * day, created=last.start, status=status)
    (booked, held), (waiting,) = figures.of_bookings(Booking.objects.all(), this, last, now)
    assert (booked.this, booked.last) == (0, 6)
    assert (held.words, held.last) == ("1 call held", 0)
    assert waiting.text == "1 call is over and waits for its outcome."


def test_the_next_call_is_the_one_that_is_not_over(coach: Coach, call: Callable[..., Booking], now: datetime) -> None:
    hour = timedelta(hours=1)
    call(coach, start=now - 2 * hour, created=now - 5 * hour, status="confirmed", attendee="Over")
    call(coach, start=now + 9 * hour, created=now - 5 * hour, status="confirmed", attendee="Later")
    call(coach, start=now + hour, created=now - 5 * hour, status="cancelled", attendee="Cancelled")
    assert figures.next_call(Booking.objects.all(), now) is not None
    assert figures.next_call(Booking.objects.all(), now).attendee_name == "Later"  # type: ignore[union-attr]
    call(coach, start=now - timedelta(minutes=30), created=now - 5 * hour, status="confirmed", attendee="On the line")
    assert figures.next_call(Booking.objects.all(), now).attendee_name == "On the line"  # type: ignore[union-attr]


def test_the_sentence_reads_as_one() -> None:
    def figure(one: str, many: str, this: int, last: int) -> figures.Figure:
        return figures.Figure(one, many, this, last, "", "")

    three = [
        figure("lead", "leads", 12, 9),
        figure("call booked", "calls booked", 1, 4),
        figure("call held", "calls held", 0, 2),
    ]
    assert figures.sentence(three) == "This month: 12 leads, 1 call booked and 0 calls held. Last month: 9, 4 and 2."
    assert figures.sentence(three[:1]) == "This month: 12 leads. Last month: 9."
    assert figures.sentence([]) == ""
