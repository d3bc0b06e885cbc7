"""Time off is entered under the coach's lock."""

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
