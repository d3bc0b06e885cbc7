"""Hours that would offer nothing are refused, and a coach is in one zone at a time."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bookings.models import AvailabilityRule, DateOverrideWindow, Schedule, TimeOff
from tests.bookings.house import NOW, a_coach

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("opens", "closes", "allowed"),
    [("09:00", "17:00", True), ("09:00", "00:00", True), ("00:00", "00:00", True), ("17:00", "09:00", False), ("09:00", "09:00", False)],
)  # fmt: skip
def test_closing_comes_after_opening_or_at_midnight(opens: str, closes: str, allowed: bool) -> None:
    hours = {"opens": time.fromisoformat(opens), "closes": time.fromisoformat(closes)}
    for row in (AvailabilityRule(weekday=0, **hours), DateOverrideWindow(**hours)):
        if allowed:
            row.clean()
        else:
            with pytest.raises(ValidationError, match="Closing must be later"):
                row.clean()


@pytest.mark.parametrize(
    ("first", "last", "clash"),
    [
        (None, None, True),
        ("2027-06-30", None, True),
        (None, "2027-06-01", True),
        ("2027-06-10", "2027-06-12", True),
        ("2027-07-01", None, False),
        (None, "2027-05-31", False),
    ],
)
def test_two_schedules_of_a_coach_are_never_valid_on_the_same_day(
    first: str | None, last: str | None, clash: bool
) -> None:
    ada = a_coach()
    ada.schedules.update(valid_from=date(2027, 6, 1), valid_until=date(2027, 6, 30))
    other = Schedule(
        coach=ada,
        valid_from=date.fromisoformat(first) if first else None,
        valid_until=date.fromisoformat(last) if last else None,
    )
    if clash:
        with pytest.raises(ValidationError, match="already valid"):
            other.full_clean()
    else:
        other.full_clean()
    ada.schedules.get().full_clean()


def test_a_schedule_does_not_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.create(coach=a_coach(), valid_from=date(2027, 6, 2), valid_until=date(2027, 6, 1))


def test_time_off_ends_after_it_starts() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeOff.objects.create(coach=a_coach(), start=NOW, end=NOW)
