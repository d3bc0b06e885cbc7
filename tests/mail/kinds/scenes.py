"""How every registered kind of mail comes to be: a story told with the real verbs, ending in one row of the ledger.

A room that registers a kind adds its story here; a test fails until it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from bookings import services
from bookings.models import Answer, Booking, BookingEvent, Coach, EventType
from content import telling
from content.models import Guide
from content.quiz import edition as editions
from content.quiz import first as first_quiz
from content.quiz import publishing as quiz_publishing
from content.quiz import services as quiz
from leads import consents, first_sequence, people, sequences
from leads import services as leads
from leads.models import LIST
from mail import incoming, trials
from mail.models import Message
from mail.reports import Fate, Report
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel

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


@story("bookings.confirmed")
def _() -> None:
    call()


@story("bookings.confirmed", "the coach phones")
def _() -> None:
    call(house(location_kind="phone", location_detail=""))


@story("bookings.confirmed", "in person, after the clocks change")
def _() -> None:
    kind = house(
        location_kind="in_person", location_detail="12 Main Street, Room 4, Springfield", booking_window=100 * DAY
    )
    call(kind, start=datetime(2027, 3, 16, 15, tzinfo=NOW.tzinfo))


@story("bookings.confirmed", "the coach said yes")
def _() -> datetime:
    services.approve(booking=asked(), actor_kind=Actor.STAFF, actor="ada", now=NOW + HOUR)
    return NOW + HOUR


@story("bookings.confirmed", "a new number")
def _() -> datetime:
    edit(call(house(location_kind="phone", location_detail="")))
    return NOW + HOUR


@story("bookings.pending")
def _() -> None:
    asked()


@story("bookings.declined")
def _() -> datetime:
    services.decline(booking=asked(), actor_kind=Actor.STAFF, actor="ada", why="I am away that day.", now=NOW + HOUR)
    return NOW + HOUR


@story("bookings.declined", "nobody answered")
def _() -> datetime:
    asked()
    services.decline_unanswered(now=NOW + 2 * DAY)
    return NOW + 2 * DAY


@story("bookings.rescheduled")
def _() -> datetime:
    move(call())
    return NOW + HOUR


@story("bookings.rescheduled", "by staff")
def _() -> datetime:
    move(call(), actor_kind=Actor.STAFF, actor="ada", why="The room is taken.")
    return NOW + HOUR


@story("bookings.rescheduled", "to another coach")
def _() -> datetime:
    give_away(call())
    return NOW + HOUR


@story("bookings.cancelled")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, why="I found a job.")
    return NOW + HOUR


@story("bookings.cancelled", "by staff")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, actor_kind=Actor.STAFF, actor="ada", why="Ada is ill.")
    return NOW + HOUR


@story("bookings.reminder")
def _() -> datetime:
    call()
    return START - DAY


@story("bookings.reminder", "too late to cancel")
def _() -> datetime:
    call(house(location_kind="phone", location_detail=""))
    return LATE


@story("bookings.follow_up")
def _() -> datetime:
    record(call())
    return OVER


@story("bookings.follow_up", "without a next step")
def _() -> datetime:
    record(call(), next_step="")
    return OVER


@story("bookings.no_show")
def _() -> datetime:
    record(call(), "no_show", next_step="")
    return OVER


@story("bookings.links")
def _() -> None:
    kind = house()
    address = call(kind).attendee_email
    call(kind, start=START + DAY, email=address)
    kind.needs_approval = True
    kind.save()
    call(kind, start=START + 2 * DAY, email=address)
    services.mail_links(email=address, now=NOW)


@story("bookings.coach_confirmed")
def _() -> None:
    call(access_needs="Captions, please")


@story("bookings.coach_confirmed", "taken over, by phone")
def _() -> datetime:
    give_away(call(house(location_kind="phone", location_detail="")))
    return NOW + HOUR


@story("bookings.coach_pending")
def _() -> None:
    asked()


@story("bookings.coach_rescheduled")
def _() -> datetime:
    move(call())
    return NOW + HOUR


@story("bookings.coach_rescheduled", "by staff")
def _() -> datetime:
    move(call(), actor_kind=Actor.STAFF, actor="olga", why="The room is taken.")
    return NOW + HOUR


@story("bookings.coach_moved_away")
def _() -> datetime:
    give_away(call())
    return NOW + HOUR


@story("bookings.coach_reminder")
def _() -> datetime:
    known(call())
    return START - DAY


@story("bookings.coach_reminder", "nothing is known")
def _() -> datetime:
    Booking.objects.filter(pk=call(questions="", answers=[]).pk).update(lead=None)
    return START - DAY


@story("bookings.coach_updated")
def _() -> datetime:
    edit(call())
    return NOW + HOUR


@story("bookings.coach_updated", "a new number to phone")
def _() -> datetime:
    edit(call(house(location_kind="phone", location_detail="")))
    return NOW + HOUR


@story("bookings.coach_cancelled")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, why="I found a job.")
    return NOW + HOUR


@story("bookings.coach_cancelled", "by staff")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, actor_kind=Actor.STAFF, actor="olga", why="The office is closed.")
    return NOW + HOUR


@story("bookings.late_request")
def _() -> datetime:
    services.ask_late_change(booking=call(), text="My train is late. Could we start at eleven?", now=LATE)
    return LATE


def subscribe(**changes: Any) -> None:
    usual: dict[str, Any] = {
        "email": student(), "name": "Grace Visitor", "role_of_interest": "tpm", "phone": "+12155550100",
        "best_time_to_call": "Mornings", "wants_list": True, "wants_call": True, "page": "/subscribe/",
        "address": "203.0.113.9", "now": NOW,
    }  # fmt: skip
    leads.subscribe(**(usual | changes))


@story("leads.confirm")
def _() -> None:
    subscribe()


@story("leads.confirm", "known already")
def _() -> datetime:
    subscribe(wants_list=False, wants_call=False)
    people.Lead.objects.update(confirmed_at=NOW)
    return NOW


@story("leads.enquiry")
def _() -> None:
    leads.contact(
        name="Grace Visitor", email=student(), phone="+12155550100", page="/contact/", now=NOW,
        message="Do you coach in the evening?\n\nI work until six.",
    )  # fmt: skip


def came_back(status: str, fate: Fate, detail: str) -> None:
    address = call().attendee_email
    message = Message.objects.get(kind="bookings.confirmed", recipient=address)
    Message.objects.filter(pk=message.pk).update(status="sent", sent_at=NOW)
    report = Report(fate, message.message_id, address, status, detail, message.message_id)
    assert incoming.note(report, source="file", now=NOW + HOUR) is incoming.Noted.NEW


@story(incoming.NOTICE)
def _() -> datetime:
    came_back("5.1.1", Fate.HARD, "550 5.1.1 No such user here")
    return NOW + HOUR


@story(incoming.NOTICE, "spam")
def _() -> datetime:
    came_back("", Fate.COMPLAINT, "")
    return NOW + HOUR


@story(trials.KIND)
def _() -> None:
    trials.send(
        address="olga@institute.example", asked_by=User.objects.create_user(f"olga{User.objects.count()}"), now=NOW
    )


def take_quiz() -> None:
    call_command("first_guide", verbosity=0, stdout=StringIO())
    edition = first_quiz.ensure(now=NOW) or quiz_publishing.live()
    assert edition is not None
    questions = editions.read(edition.snapshot).questions
    answers = {question.key: (question.options[0].key,) for question in questions}
    token = quiz.record(edition=edition, answers=answers, seed="seed", key="", came_from="/guides/a/", now=NOW)
    quiz.email(token=token, email=student(), name="Grace Visitor", wants_list=True, now=NOW, address="203.0.113.9")


@story("content.quiz_result")
def _() -> None:
    take_quiz()


@story("content.quiz_result", "known already")
def _() -> None:
    take_quiz()
    people.Lead.objects.update(confirmed_at=NOW)


@story(sequences.KIND)
def _() -> None:
    first_sequence.write()
    with transaction.atomic():
        lead = people.ensure_lead(email=student(), name="Grace Visitor", now=NOW)
        consents.give(lead=lead, purpose=LIST, how="Preferences page", address="203.0.113.9", now=NOW)


@story("content.refused")
def _() -> None:
    call_command("first_guide", verbosity=0, stdout=StringIO())
    said = "The comparison table says nothing for Product Manager under “Common KPI”."
    Guide.objects.update(publish_refused=said)
    with transaction.atomic():
        telling.staff_of_refusal(Guide.objects.all()[0], at=NOW, now=NOW)
