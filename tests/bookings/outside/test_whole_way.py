"""A feed on loopback, all the way to the times on offer: weekly events across a clock change block exactly the right slots."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings import selectors
from bookings.models import Coach, EventType, OutsideCalendar
from bookings.outside import refreshing
from tests.bookings.house import HOUR, a_type
from tests.bookings.outside.feeds import answer, ics, serving

pytestmark = pytest.mark.django_db(transaction=True)
NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")


def offered(kind: EventType, ada: Coach, *, now: datetime, days: int) -> set[datetime]:
    slots = selectors.month_of_slots(event_type=kind, coach=ada, since=now, until=now + timedelta(days=days), now=now)
    return {slot.start for slot in slots}


@pytest.mark.parametrize(
    ("now", "tzid", "local"),
    [
        # New York changes on 14 March, London on 28 March: in between London's ten o'clock is New York's six, not five.
        (datetime(2027, 3, 7, 15, tzinfo=ZoneInfo("UTC")), "America/New_York", (10, NEW_YORK)),
        (datetime(2027, 3, 7, 15, tzinfo=ZoneInfo("UTC")), "Europe/London", (16, LONDON)),
        (datetime(2027, 10, 24, 15, tzinfo=ZoneInfo("UTC")), "America/New_York", (10, NEW_YORK)),
        (datetime(2027, 10, 24, 15, tzinfo=ZoneInfo("UTC")), "Europe/London", (16, LONDON)),
    ],
)
def test_a_weekly_event_across_a_clock_change_blocks_exactly_its_hour(
    ada: Coach,
    calendar_of: Callable[..., OutsideCalendar],
    now: datetime,
    tzid: str,
    local: tuple[int, ZoneInfo],
) -> None:
    kind = a_type(ada, booking_window=timedelta(days=60))
    hour, zone = local
    before = offered(kind, ada, now=now, days=35)
    weekly = f"DTSTART;TZID={tzid}:20270106T{hour}0000\nDTEND;TZID={tzid}:20270106T{hour + 1}0000\nRRULE:FREQ=WEEKLY"
    with serving(answer(ics(weekly))) as feed:
        calendar_of(feed)
        refreshing.refresh_due(now=now)
    gone = before - offered(kind, ada, now=now, days=35)
    wednesdays = [now.date() + timedelta(days=3 + 7 * week) for week in range(5)]
    starts = [datetime(day.year, day.month, day.day, hour, tzinfo=zone) for day in wednesdays]
    expected = {start + part for start in starts for part in (timedelta(), HOUR / 2)}
    assert len(expected) == 10
    assert {each.timestamp() for each in gone} == {each.timestamp() for each in expected}
