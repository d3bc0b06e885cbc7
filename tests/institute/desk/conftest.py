"""Staff of every kind, and rows for the staff home to count."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from bookings.models import Booking, Coach, EventType
from leads.models import Lead

HOUR = timedelta(hours=1)
_numbers = itertools.count(1)


@pytest.fixture
def member(db: None) -> Callable[..., User]:
    """Make a member of staff in one of the groups."""

    def make(group: str, name: str = "") -> User:
        user = User.objects.create_user(name or f"{group.lower()}-{next(_numbers)}", is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return user

    return make


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this member of staff is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def event_type(db: None) -> EventType:
    """A bookable kind of call."""
    return EventType.objects.create(
        title="Career consultation", slug="career-consultation", duration=HOUR, slot_interval=HOUR
    )


@pytest.fixture
def coach(member: Callable[..., User]) -> Coach:
    """Alice, who signs in."""
    return Coach.objects.create(name="Alice", slug="alice", user=member("Coach", "alice"))


@pytest.fixture
def other_coach(member: Callable[..., User]) -> Coach:
    """Bob, who signs in too."""
    return Coach.objects.create(name="Bob", slug="bob", user=member("Coach", "bob"))


@pytest.fixture
def call(event_type: EventType) -> Callable[..., Booking]:
    """Write a call of a coach down, as it would stand after the booking services."""

    def make(coach: Coach, *, start: datetime, created: datetime, status: str, attendee: str = "Cy") -> Booking:
        held_until = created + timedelta(minutes=10) if status == Booking.Status.HELD else None
        return Booking.objects.create(
            coach=coach,
            event_type=event_type,
            status=status,
            start=start,
            end=start + HOUR,
            busy_start=start,
            busy_end=start + HOUR,
            created_at=created,
            version_at=created,
            held_until=held_until,
            approve_by=start if status == Booking.Status.PENDING else None,
            location_kind="video",
            attendee_name=attendee,
        )

    return make


@pytest.fixture
def lead(db: None) -> Callable[..., Lead]:
    """Write a lead down."""

    def make(created: datetime, stage: str = "new") -> Lead:
        return Lead.objects.create(email=f"lead{next(_numbers)}@example.org", created_at=created, stage=stage)

    return make
