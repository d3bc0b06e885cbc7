"""What the stories of scenes.py are told with: who is in them, the usual verbs, and how a story is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from bookings import services
from bookings.models import Answer, Booking, BookingEvent, Coach, EventType
from leads import people
from mail.models import Message
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, book_unproven

START = TUESDAY_TEN + 7 * DAY
LATE = START - HOUR
OVER = START + HOUR
Actor = BookingEvent.ActorKind
QUESTIONS = "I have tested software for seven years.\nShould I aim at TPM, or is project management the shorter way?"
ANSWERS = [
    Answer(1, "Years of experience", "7"),
    Answer(2, "What have you tried so far?", "Two courses.\nOne interview."),
]
STORIES: dict[tuple[str, str], Callable[[], "Told"]] = {}


@dataclass(frozen=True)
class Told:
    """The row that the sender would claim, and when it would."""

    message: Message
    now: datetime


def story(kind: str, name: str = "") -> Callable[[Callable[[], datetime | None]], None]:
    """Register how a kind comes to be; the function returns when the mail is written, or nothing for at once."""

    def keep(tell: Callable[[], datetime | None]) -> None:
        def told() -> Told:
            before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            now = tell() or NOW
            new = Message.objects.filter(pk__gt=before, kind=kind, status="due", expires_at__gt=now)
            message = new.order_by("-topic_version", "due_at")[0]
            return Told(message, max(now, message.due_at))

        assert (kind, name) not in STORIES
        STORIES[kind, name] = told

    return keep


def house(**fields: Any) -> EventType:
    """A coach and a kind of call of their own, so that many stories can be told in one database."""
    mark = str(Coach.objects.count() or "")
    user = User.objects.create_user(f"ada{mark}", f"ada{mark}@institute.example")
    ada = a_coach(f"ada{mark}", user=user, name="Ada Ferreira")
    return a_type(ada, slug=f"consultation{mark}", cancel_window=24 * HOUR, **fields)


def student() -> str:
    """The address of this story's visitor."""
    return f"grace{people.Lead.objects.count() or ''}@example.org"


def call(kind: EventType | None = None, **changes: Any) -> Booking:
    usual = {
        "name": "Grace Visitor", "email": student(), "questions": QUESTIONS, "answers": ANSWERS,
        "phone": "+12155550100",
    }  # fmt: skip
    return book(kind or house(), changes.pop("start", START), **(usual | changes))


def asked(**changes: Any) -> Booking:
    return call(house(needs_approval=True), **changes)


def unproven(kind: EventType) -> Booking:
    """A call whose form looked like a robot's."""
    usual = {"name": "Grace http://evil.example", "email": student(), "questions": QUESTIONS, "answers": ANSWERS}
    return book_unproven(kind, START, phone="+12155550100", **usual)


def other_coach(kind: EventType) -> Coach:
    mark = str(Coach.objects.filter(slug__startswith="bob").count() or "")
    user = User.objects.create_user(f"bob{mark}", f"bob{mark}@institute.example")
    bob = a_coach(f"bob{mark}", user=user, name="Bob Okafor")
    kind.coaches.add(bob)
    return bob


def move(booking: Booking, **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor_kind": Actor.ATTENDEE, "actor": "booking link", "why": "", "now": NOW + HOUR}
    return services.reschedule(booking=booking, **({"start": START + 2 * HOUR, "coach": None} | usual | changes))


def give_away(booking: Booking) -> None:
    other_coach(booking.event_type)
    services.reassign(booking=booking, actor="ada", why="Ada is ill.", now=NOW + HOUR)


def edit(booking: Booking) -> None:
    services.edit_details(
        booking=booking, phone="+12155550199", questions="Just the shorter way, please.", access_needs="Captions, please",
        answers=ANSWERS, actor_kind=Actor.ATTENDEE, actor="booking link", now=NOW + HOUR,
    )  # fmt: skip


def known(booking: Booking) -> None:
    """The lead took the quiz, wrote to us and had a call before."""
    assert booking.lead is not None
    with transaction.atomic():
        people.record_touch(
            lead=booking.lead, page="/subscribe/", referrer_page="/guides/tpm-vs-product-vs-project-manager/", now=NOW
        )
        for kind, summary in (
            ("quiz", "Took the role-fit quiz. Between Technical Program Manager and Project Manager."),
            ("enquiry", "Wrote through the contact form"),
        ):
            people.record_activity(lead=booking.lead, kind=kind, summary=summary, now=NOW, actor="visitor")
    earlier = book(booking.event_type, TUESDAY_TEN, email=booking.attendee_email)
    record(earlier, now=TUESDAY_TEN + HOUR)


def record(booking: Booking, outcome: str = "completed", **changes: Any) -> Booking:
    usual: dict[str, Any] = {"actor": "ada", "now": OVER, "next_step": "Practise two system design stories aloud."}
    return services.record_outcome(booking=booking, outcome=outcome, **(usual | changes))
