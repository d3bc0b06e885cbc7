"""Demo data comes and goes with one command."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from bookings import selectors
from bookings.models import AvailabilityRule, Booking, Coach, EventType, IntakeQuestion, Schedule
from leads.models import Lead
from tests.bookings.house import DAY, NOW, a_coach, book

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command("demo_data", *args, stdout=out)
    return out.getvalue()


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Coach, EventType, Schedule, AvailabilityRule, Booking))


def test_the_demo_is_three_coaches_in_three_zones_with_three_kinds_of_call() -> None:
    assert run() == "Added 6 demo coaches and kinds of call.\n"
    assert sorted(map(str, Schedule.objects.values_list("time_zone", flat=True))) == [
        "America/Los_Angeles",
        "America/New_York",
        "Europe/London",
    ]
    kinds = list(selectors.event_types().values_list("slug", "duration", "location_kind"))
    assert kinds == [
        ("career-consultation", DAY / 48, "video"),
        ("mock-tpm-interview", DAY / 24, "phone"),
        ("resume-review", DAY / 32, "video"),
    ]
    assert User.objects.count() == 0, "no default account"
    for kind in EventType.objects.all():
        kind.full_clean()
        month = selectors.month_of_slots(event_type=kind, coach=None, since=NOW, until=NOW + 30 * DAY, now=NOW)
        assert {slug for slot in month for slug in slot.coaches} == {"demo-dana", "demo-sam", "demo-toni"}


def test_the_demo_shows_a_second_length_questions_approval_and_holidays() -> None:
    run()
    kinds = {kind.slug: kind for kind in EventType.objects.all()}
    assert kinds["career-consultation"].durations == (DAY / 48, DAY / 32)
    assert [kind.slug for kind in kinds.values() if kind.needs_approval] == ["resume-review"]
    asked = {slug: [question.kind for question in kind.intake_questions.all()] for slug, kind in kinds.items()}
    assert asked == {"career-consultation": ["choice"], "mock-tpm-interview": [], "resume-review": ["line"]}
    for question in IntakeQuestion.objects.all():
        question.full_clean()
    keeping = Coach.objects.exclude(holiday_country="").values_list("slug", "holiday_country", "holiday_subdivision")
    assert list(keeping) == [("demo-dana", "US", "NY")]


def test_a_second_run_adds_nothing_and_keeps_what_staff_changed() -> None:
    run()
    Coach.objects.filter(slug="demo-dana").update(name="Renamed")
    before = counts()
    assert run() == "The demo data is there.\n"
    assert (counts(), Coach.objects.get(slug="demo-dana").name) == (before, "Renamed")


def test_removing_takes_everything_but_the_people_who_tried_it() -> None:
    run()
    slots = selectors.month_of_slots(
        event_type=EventType.objects.get(slug="career-consultation"),
        coach=None,
        since=NOW,
        until=NOW + 7 * DAY,
        now=NOW,
    )
    book(EventType.objects.get(slug="career-consultation"), slots[0].start)
    assert run("--remove") == "Removed 6 demo coaches and kinds of call.\n"
    assert (counts(), Lead.objects.count()) == ((0, 0, 0, 0, 0), 1)
    assert run("--remove") == "Removed 0 demo coaches and kinds of call.\n"


def test_a_real_coach_who_took_a_demo_call_keeps_it() -> None:
    run()
    real = a_coach("real", weekdays=range(7))
    kind = EventType.objects.get(slug="career-consultation")
    kind.coaches.add(real)
    kept = book(kind, NOW + 2 * DAY, real)
    assert run("--remove") == "Removed 5 demo coaches and kinds of call.\n"
    kind.refresh_from_db()
    assert (Booking.objects.get(), list(Coach.objects.all())) == (kept, [real])
    assert (kind.enabled, kind.is_demo) == (False, False)


def test_on_a_public_site_the_command_says_that_nothing_can_be_booked(settings: Settings) -> None:
    settings.DEBUG, settings.SITE_IS_PUBLIC = False, True
    assert run().endswith("They cannot be booked here: DEBUG is off and SITE_URL is public.\n")
    assert list(selectors.event_types()) == []
