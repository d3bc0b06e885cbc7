"""What strangers can do with a victim's address or a coach's day through suspicious bookings: next to nothing."""

import pytest
from django.contrib.auth.models import User

from bookings import links, services
from bookings import privacy as held
from bookings.errors import (
    ProofAskedLately,
    SlotTaken,
    TooManyRequests,
    TooManyUnproven,
)
from bookings.models import Booking, Coach, EventType
from mail import sender, tokens
from mail.errors import LinkUnknown
from mail.models import Message
from tests.bookings.house import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    book_unproven,
    history_replays,
    hold,
    race,
)

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY
SOON = NOW + MINUTE
LATE = NOW + 30 * MINUTE


@pytest.fixture
def ada() -> Coach:
    return a_coach("ada", user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, reminder_offsets=[24 * 60])


@pytest.fixture
def waiting(kind: EventType, ada: Coach) -> Booking:
    return book_unproven(kind, START, ada, hold=hold(kind, START, ada), idempotency_key="k" * 32)


def test_an_address_is_asked_once_a_day_and_twice_more_on_request(kind: EventType, ada: Coach) -> None:
    """A hundred forms with a victim's address, over a day, from people and robots who ask for every resend."""
    first = book_unproven(kind, START, ada, email="Victim@Example.org ")
    for _ in range(2):
        services.ask_again(booking=first, now=SOON)
    with pytest.raises(TooManyRequests):
        services.ask_again(booking=first, now=SOON)
    for n in range(1, 100):
        with pytest.raises(ProofAskedLately):
            book_unproven(kind, START + DAY, ada, email="victim@example.org", now=NOW + n * 14 * MINUTE)
    assert list(Message.objects.values_list("recipient", flat=True)) == ["victim@example.org"] * 3
    assert Booking.objects.count() == 1
    assert book_unproven(kind, START, ada, email="victim@example.org", now=NOW + DAY).status == "pending"


def test_a_refused_booking_does_not_use_up_the_mail_of_the_day(kind: EventType, ada: Coach) -> None:
    book(kind, START, ada, email="other@example.org")
    with pytest.raises(SlotTaken):
        book_unproven(kind, START, ada)
    assert book_unproven(kind, START + DAY, ada).status == "pending"


def test_robots_with_many_addresses_keep_two_times_of_a_coach_and_no_more(kind: EventType, ada: Coach) -> None:
    for n in range(2):
        book_unproven(kind, START + n * HOUR, ada, email=f"robot{n}@example.org")
    with pytest.raises(TooManyUnproven):
        book_unproven(kind, START + 2 * HOUR, ada, email="robot2@example.org")
    assert (Booking.objects.count(), Message.objects.count()) == (2, 2)
    assert book(kind, START + 2 * HOUR, ada).status == "confirmed", "people are not refused"
    assert book_unproven(kind, START, ada, email="robot2@example.org", now=LATE).status == "pending"


def test_the_mail_says_nothing_that_was_typed_and_opens_one_page(kind: EventType, ada: Coach) -> None:
    book_unproven(
        kind,
        START,
        ada,
        name="Buy http://evil.example",
        questions="zqx-typed",
        phone="+12155550199",
        access_needs="zqx",
    )
    assert sender.drain(clock=lambda: SOON).sent == 1
    said = bytes(Message.objects.get().masked or b"").decode()
    assert "Tue 19 January 2027" in said.replace("=\n", "") or "Tuesday 19 January" in said
    assert [word for word in ("evil.example", "Buy", "zqx", "5550199", "grace@example.org<") if word in said] == []
    assert "/confirm/" in said
    assert "/cancel/" not in said


def test_a_mail_that_waited_too_long_is_not_sent(waiting: Booking) -> None:
    services.release_unproven(booking=waiting, actor_kind="attendee", actor="", why="", now=SOON)
    assert sender.drain(clock=lambda: SOON).sent == 0
    assert Message.objects.get().status == "cancelled"


def test_the_links_of_an_address_die_with_it(waiting: Booking) -> None:
    raw = tokens.mint(
        purpose="prove", subject=waiting.topic_key, expires_at=None, now=NOW, detail=links.address_mark(waiting)
    )
    assert links.find_booking(raw, purpose="prove", now=NOW) == waiting
    Booking.objects.update(attendee_email="")
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose="prove", now=NOW)


def test_an_erasure_gives_the_time_free_without_a_word(waiting: Booking) -> None:
    assert [row["state"] for row in held.export("grace@example.org")] == ["Waiting for its address"]
    assert held.prepare("grace@example.org", SOON) == 0
    held.erase("grace@example.org", SOON)
    row = Booking.objects.get()
    assert (row.status, row.attendee_email, row.attendee_name) == ("expired", "", "")
    assert list(Message.objects.values_list("kind", "status")) == [("bookings.prove", "cancelled")]
    assert history_replays()


def test_who_never_confirmed_is_forgotten_after_a_week_and_a_call_is_not(
    kind: EventType, waiting: Booking, ada: Coach
) -> None:
    booked = book(kind, START + DAY, ada, email="other@example.org")
    services.decline_unanswered(now=LATE)
    assert services.forget_unproven(now=NOW + 7 * DAY) == 0
    assert services.forget_unproven(now=NOW + 7 * DAY + MINUTE) == 1
    assert services.forget_unproven(now=NOW + 8 * DAY) == 0
    row = Booking.objects.get(pk=waiting.pk)
    assert (row.attendee_email, row.attendee_name, row.questions) == ("", "", "")
    assert "grace" not in str(list(row.events.values_list("old", "new"))).lower()
    assert Booking.objects.get(pk=booked.pk).attendee_email == "other@example.org"
    assert history_replays()


@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_with_one_address_send_one_mail(kind: EventType, ada: Coach) -> None:
    kind.coaches.add(a_coach("bob"))
    bob = Coach.objects.get(slug="bob")
    answers = race(
        [
            lambda: book_unproven(kind, START, ada, idempotency_key="a" * 32),
            lambda: book_unproven(kind, START, bob, idempotency_key="b" * 32),
        ]
    )
    assert sorted(type(each).__name__ for each in answers) == ["Booking", "ProofAskedLately"]
    assert (Booking.objects.count(), Message.objects.count()) == (1, 1)
