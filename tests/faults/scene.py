"""What the site of the fault tests has: two coaches with long hours, and kinds of call that are quick to sell out."""

from datetime import timedelta

from django.contrib.auth.models import User

from bookings.models import OutsideCalendar
from tests.bookings.house import DAY, MINUTE, a_coach, a_type

COACHES = ("fault-ada", "fault-bob")
OPENS, CLOSES = 8, 18  # UTC, every day: twenty half hours
DISJOINT, OVERLAPPING, ASKED = "fault-disjoint", "fault-overlapping", "fault-asked"


def make() -> None:
    """Write it into the database of this process."""
    coaches = [
        a_coach(
            slug,
            zone="UTC",
            hours=(OPENS, CLOSES),
            weekdays=range(7),
            user=User.objects.create_user(slug, f"{slug}@institute.example"),
        )
        for slug in COACHES
    ]
    for coach in coaches:
        OutsideCalendar.objects.create(coach=coach, name="Private", url="https://calendar.example/x.ics")
    anytime = {"minimum_notice": timedelta(), "cancel_window": timedelta(), "booking_window": 365 * DAY}
    half = {"duration": 30 * MINUTE, "slot_interval": 30 * MINUTE}
    close = {"slot_interval": 15 * MINUTE, "buffer_after": 10 * MINUTE}
    a_type(*coaches, slug=DISJOINT, title="Half an hour", **anytime, **half)
    a_type(*coaches, slug=OVERLAPPING, title="Half an hour at any quarter", **anytime, **half | close)
    a_type(*coaches, slug=ASKED, title="Half an hour on request", needs_approval=True, **anytime, **half)
