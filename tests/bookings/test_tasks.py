"""Tasks are doorbells."""

import pytest

from bookings import tasks
from bookings.errors import Busy
from bookings.models import Booking
from tests.bookings.house import MINUTE, NOW, a_coach, a_type, hold


@pytest.mark.django_db
def test_tidying_marks_the_holds_that_ran_out(monkeypatch: pytest.MonkeyPatch) -> None:
    held = hold(a_type(a_coach()))
    monkeypatch.setattr("mail.clock.now", lambda: NOW + 11 * MINUTE)
    tasks.tidy_holds()
    assert Booking.objects.get(pk=held.pk).status == "expired"


def test_a_busy_calendar_is_left_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(**_: object) -> int:
        raise Busy

    monkeypatch.setattr("bookings.services.expire_holds", busy)
    tasks.tidy_holds()
