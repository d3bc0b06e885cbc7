"""Demo data: three invented coaches and three kinds of call, to try things out with; never bookable on a public site.

Every row of it carries `is_demo` or hangs on one that does, so that one call takes it all away again.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.db import transaction

from bookings.models import AvailabilityRule, Booking, Coach, EventType, IntakeQuestion, LocationKind, Schedule


@dataclass(frozen=True, slots=True)
class _Person:
    slug: str
    name: str
    headline: str
    bio: str
    zone: str
    hours: dict[int, tuple[tuple[time, time], ...]]
    holidays: tuple[str, str] = ("", "")


def _days(days: range, *windows: tuple[time, time]) -> dict[int, tuple[tuple[time, time], ...]]:
    return dict.fromkeys(days, windows)


PEOPLE = (
    _Person(
        "demo-dana",
        "Dana Demo",
        "Program management, from first plan to launch",
        "Dana is an invented coach for trying out this site. Real coaches are added at the desk.",
        "America/New_York",
        _days(range(5), (time(9), time(12)), (time(13), time(17))),
        ("US", "NY"),
    ),
    _Person(
        "demo-sam",
        "Sam Sample",
        "Interview practice for technical program managers",
        "Sam is an invented coach for trying out this site. Real coaches are added at the desk.",
        "America/Los_Angeles",
        _days(range(1, 6), (time(8, 30), time(15))),
    ),
    _Person(
        "demo-toni",
        "Toni Testwell",
        "From engineering into product work",
        "Toni is an invented coach for trying out this site. Real coaches are added at the desk.",
        "Europe/London",
        _days(range(4), (time(10), time(18))),
    ),
)
TYPES: tuple[dict[str, Any], ...] = (
    {
        "slug": "career-consultation",
        "title": "Career consultation",
        "summary": "Find out which of the three careers fits you, and what to do next.",
        "description": "We look at where you stand, which role suits you, and agree on your next two or three steps.",
        "duration": timedelta(minutes=30),
        "other_durations": [45],
        "slot_interval": timedelta(minutes=30),
        "buffer_after": timedelta(minutes=10),
        "minimum_notice": timedelta(hours=2),
        "booking_window": timedelta(days=60),
        "cancel_window": timedelta(hours=2),
        "location_kind": LocationKind.VIDEO,
        "location_detail": "https://video.example/demo-room",
        "price_text": "Free",
        "order": 1,
    },
    {
        "slug": "mock-tpm-interview",
        "title": "Mock TPM interview",
        "summary": "A practice interview for technical program managers, with honest feedback.",
        "description": "Forty minutes of questions as they are asked, then twenty minutes of feedback you can act on.",
        "duration": timedelta(minutes=60),
        "slot_interval": timedelta(minutes=30),
        "buffer_before": timedelta(minutes=10),
        "buffer_after": timedelta(minutes=10),
        "minimum_notice": timedelta(hours=12),
        "booking_window": timedelta(days=60),
        "cancel_window": timedelta(hours=24),
        "limit_per_day": 3,
        "location_kind": LocationKind.PHONE,
        "price_text": "Free for students of the institute",
        "order": 2,
    },
    {
        "slug": "resume-review",
        "title": "Résumé review",
        "summary": "A coach reads your résumé beforehand and talks it through with you.",
        "description": "The coach looks at your request first and says yes or no within a day; until then the time is yours.",
        "duration": timedelta(minutes=45),
        "slot_interval": timedelta(minutes=30),
        "buffer_before": timedelta(minutes=15),
        "minimum_notice": timedelta(hours=48),
        "booking_window": timedelta(days=30),
        "cancel_window": timedelta(hours=24),
        "limit_per_week": 4,
        "needs_approval": True,
        "location_kind": LocationKind.VIDEO,
        "location_detail": "https://video.example/demo-room",
        "price_text": "Free",
        "order": 3,
    },
)
QUESTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "career-consultation": (
        {
            "label": "Which role are you most curious about?",
            "kind": IntakeQuestion.Kind.CHOICE,
            "choices": "Product Manager\nProject Manager\nTechnical Program Manager\nI am not sure yet",
        },
    ),
    "resume-review": (
        {
            "label": "Where can the coach read your résumé?",
            "help_text": "A link that opens without a sign-in.",
            "kind": IntakeQuestion.Kind.LINE,
            "required": True,
        },
    ),
}


@transaction.atomic(durable=True)
def load() -> int:
    """Add what is missing of the demo data and leave the rest as staff left it; returns how many rows were added.

    A slug that a real coach or kind of call has already is left alone.
    """
    added = 0
    people = []
    for person in PEOPLE:
        coach, new = Coach.objects.get_or_create(
            slug=person.slug,
            defaults={
                "name": person.name,
                "headline": person.headline,
                "bio": person.bio,
                "holiday_country": person.holidays[0],
                "holiday_subdivision": person.holidays[1],
                "is_demo": True,
            },
        )
        if new:
            schedule = Schedule.objects.create(coach=coach, time_zone=person.zone)
            AvailabilityRule.objects.bulk_create(
                AvailabilityRule(schedule=schedule, weekday=weekday, opens=opens, closes=closes)
                for weekday, windows in person.hours.items()
                for opens, closes in windows
            )
        added += new
        if coach.is_demo:
            people.append(coach)
    for values in TYPES:
        kind, new = EventType.objects.get_or_create(
            slug=values["slug"], defaults=values | {"enabled": True, "is_demo": True}
        )
        if new:
            kind.coaches.set(people)
            IntakeQuestion.objects.bulk_create(
                IntakeQuestion(event_type=kind, order=order, **question)
                for order, question in enumerate(QUESTIONS.get(kind.slug, ()))
            )
        added += new
    return added


@transaction.atomic(durable=True)
def remove() -> int:
    """Take away every demo coach and kind of call with their bookings; returns how many coaches and kinds it took.

    Leads and their timelines stay: a person who tried the demo is a person all the same. A real coach's calls of a
    demo kind stay too, and with them the kind, switched off and no demo any more.
    """
    Booking.objects.filter(coach__is_demo=True).delete()
    people = Coach.objects.filter(is_demo=True)
    kinds = EventType.objects.filter(is_demo=True)
    unused = kinds.filter(bookings=None)
    number = people.count() + unused.count()
    people.delete()
    unused.delete()
    kinds.update(enabled=False, is_demo=False)
    return number
