from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client

from bookings.models import Booking, Coach, DateOverride, DateOverrideWindow, EventType, Schedule, TimeOff
from institute.desk import groups
from tests.bookings.house import DAY, NOW, TUESDAY_TEN, a_coach, a_type, book


@dataclass
class Own:
    """What belongs to one coach."""

    coach: Coach
    schedule: Schedule
    override: DateOverride
    time_off: TimeOff
    booking: Booking

    def ids(self) -> dict[str, int]:
        """Model name → the id of this coach's row."""
        return {
            "coach": self.coach.pk,
            "schedule": self.schedule.pk,
            "dateoverride": self.override.pk,
            "timeoff": self.time_off.pk,
            "booking": self.booking.pk,
        }


def staff(name: str, group: str) -> User:
    """Somebody who can sign in, in one of the desk's groups."""
    user = User.objects.create_user(name, f"{name}@institute.example", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    """Monday 11 January 2027, 10:00 at the desk; it moves only when a test moves it."""
    groups.ensure()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(clock: time_machine.Traveller) -> EventType:
    return a_type(slug="consultation")


def _own(kind: EventType, slug: str, name: str, attendee: str, user: User | None) -> Own:
    coach = a_coach(slug, name=name, user=user)
    kind.coaches.add(coach)
    schedule = Schedule.objects.get(coach=coach)
    override = DateOverride.objects.create(schedule=schedule, date=NOW.date() + 9 * DAY, note=f"{name} away")
    DateOverrideWindow.objects.create(override=override, opens=time(10), closes=time(12))
    time_off = TimeOff.objects.create(coach=coach, start=NOW + 30 * DAY, end=NOW + 31 * DAY, note=f"{name} rests")
    email = f"{attendee.lower()}@example.org"
    booking = book(kind, start=TUESDAY_TEN + 2 * DAY, coach=coach, name=attendee, email=email)
    return Own(coach, schedule, override, time_off, booking)


@pytest.fixture
def alices(kind: EventType) -> Own:
    """Alice coaches Grace."""
    return _own(kind, "alice", "Alice Ames", "Grace", staff("alice", "Coach"))


@pytest.fixture
def bobs(kind: EventType) -> Own:
    """Bob coaches Zelda."""
    return _own(kind, "bob", "Bob Bones", "Zelda", staff("bob", "Coach"))


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice(alices: Own) -> Client:
    assert alices.coach.user is not None
    return _signed_in(alices.coach.user)


@pytest.fixture
def owner(clock: time_machine.Traveller) -> Client:
    return _signed_in(staff("olga", "Owner"))


@pytest.fixture
def advisor(clock: time_machine.Traveller) -> Client:
    return _signed_in(staff("ada", "Advisor"))
