"""Time off is entered under the coach's lock."""

from datetime import UTC, datetime

import pytest

from bookings import services
from bookings.errors import SlotTaken
from bookings.models import TimeOff
from tests.bookings.house import HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book

pytestmark = pytest.mark.django_db


def test_time_off_blocks_new_calls_and_keeps_booked_ones() -> None:
    ada = a_coach()
    kind = a_type(ada)
    booked = book(kind, coach=ada)
    off = services.add_time_off(coach=ada, start=TUESDAY_TEN, end=TUESDAY_TEN + 2 * HOUR, note="ill\x00", now=NOW)
    booked.refresh_from_db()
    assert (booked.status, off.note) == ("confirmed", "ill")
    with pytest.raises(SlotTaken):
        book(kind, TUESDAY_TEN + HOUR, ada)
    services.remove_time_off(time_off=off)
    assert book(kind, TUESDAY_TEN + HOUR, ada).status == "confirmed"


def test_time_off_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        services.add_time_off(coach=a_coach(), start=NOW, end=NOW, note="", now=NOW)
    assert TimeOff.objects.count() == 0


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("America/New_York", datetime(2027, 1, 12, 5, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2027, 1, 12, 15, tzinfo=UTC)),
        ("UTC", datetime(2027, 1, 12, tzinfo=UTC)),
    ],
)
def test_unavailable_today_lasts_until_the_coachs_own_midnight(zone: str, midnight: datetime) -> None:
    off = services.unavailable_today(coach=a_coach(zone=zone), note="ill\x00", now=NOW)
    assert (off.start, off.end, off.note) == (NOW, midnight, "ill")


def test_unavailable_today_said_twice_is_one_time_off() -> None:
    ada = a_coach()
    first = services.unavailable_today(coach=ada, note="ill", now=NOW)
    assert services.unavailable_today(coach=ada, note="still ill", now=NOW + HOUR) == first
    assert TimeOff.objects.count() == 1


def test_unavailable_today_keeps_booked_calls_and_leaves_tomorrow_free() -> None:
    ada = a_coach()
    kind = a_type(ada)
    booked = book(kind, NOW + 3 * HOUR, ada)
    services.unavailable_today(coach=ada, note="ill", now=NOW)
    booked.refresh_from_db()
    assert booked.status == "confirmed"
    with pytest.raises(SlotTaken):
        book(kind, NOW + 4 * HOUR, ada)
    assert book(kind, TUESDAY_TEN, ada).status == "confirmed"
