"""A call's life as a chain of invitations, from the ledger through a mail server into calendars that obey RFC 5546."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from bookings import services
from bookings.models import Booking, BookingEvent
from mail.models import Message
from mail.sender import drain
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel
from tests.mail.kinds.ics import by_ical_js, by_icalendar
from tests.mail.sink import DROP, Sink

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY
STAFF = BookingEvent.ActorKind.STAFF
GRACE, ADA, BOB = "grace@example.org", "ada@institute.example", "bob@institute.example"
# Who gets what at each step, in the order of the names.
EXPECTED = [
    {GRACE: "REQUEST", ADA: "REQUEST"},
    {GRACE: "REQUEST", ADA: "REQUEST"},
    {GRACE: "REQUEST", ADA: "CANCEL", BOB: "REQUEST"},
    {GRACE: "CANCEL", BOB: "CANCEL"},
]


@dataclass
class Diary:
    """A calendar program of one reader, no wiser than RFC 5546, 3.2.2 and 3.2.5 ask for."""

    known: dict[str, tuple[int, float]] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)

    def take(self, message: dict[str, Any]) -> None:
        """Obey one message; what is older than what is known already (SEQUENCE, then DTSTAMP) changes nothing."""
        (event,) = message["events"]
        stamp = (event["sequence"], event["dtstamp"])
        if stamp < self.known.get(event["uid"], (0, 0.0)):
            return
        self.known[event["uid"]] = stamp
        if message["method"] == "CANCEL":
            self.shown.pop(event["uid"], None)
        else:
            self.shown[event["uid"]] = event["dtstart"]


def deliver(sink: Sink, now: datetime) -> list[tuple[str, bytes]]:
    """Send what is due, losing the answer to the first message; each new mail once, as recipient and calendar part."""
    before = len(sink.mails)
    sink.data.append(DROP)
    for minutes in range(0, 12, 3):
        drain(clock=lambda: now + minutes * MINUTE)  # noqa: B023 - called at once
    assert not Message.objects.filter(status__in=("due", "sending"), due_at__lte=now).exists()
    copies = defaultdict(list)
    for mail, envelope in list(zip(sink.mails, sink.accepted, strict=True))[before:]:
        copies[str(mail["Message-ID"])].append((mail, bytes(envelope.content or b"")))
    assert sorted(map(len, copies.values()), reverse=True)[:2] == [2, 1], "one was sent again"
    found = []
    for same in copies.values():
        assert len({content for _, content in same}) == 1, "the same bytes under the same Message-ID"
        mail = same[0][0]
        part = list(mail.walk())[-1]
        assert part.get_content_type() == "text/calendar"
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert part["Content-Type"].params["method"] == by_icalendar(content)["method"]
        found.append((str(mail["To"]), content))
    return found


def live(sink: Sink) -> tuple[Booking, list[list[tuple[str, bytes]]]]:
    """Book, move, give to another coach, cancel; what was delivered after each."""
    ada, bob = (
        a_coach(name, user=User.objects.create_user(name, f"{name}@institute.example")) for name in ("ada", "bob")
    )
    booking, delivered = book(a_type(ada), START), []
    delivered.append(deliver(sink, NOW))
    usual: dict[str, Any] = {"actor_kind": STAFF, "actor": "olga", "why": ""}
    services.reschedule(booking=booking, start=START + 2 * HOUR, coach=None, now=NOW + HOUR, **usual)
    delivered.append(deliver(sink, NOW + HOUR))
    booking.refresh_from_db()
    booking.event_type.coaches.add(bob)
    services.reassign(booking=booking, coach=bob, actor="olga", why="", now=NOW + 2 * HOUR)
    delivered.append(deliver(sink, NOW + 2 * HOUR))
    booking.refresh_from_db()
    cancel(booking, now=NOW + 3 * HOUR)
    delivered.append(deliver(sink, NOW + 3 * HOUR))
    return booking, delivered


@pytest.fixture
def lived(sink: Sink) -> tuple[Booking, list[list[tuple[str, bytes]]]]:
    return live(sink)


def check(booking: Booking, steps: list[list[tuple[str, dict[str, Any]]]]) -> None:
    """One UID, rising SEQUENCE, and every diary shows at each step what is true."""
    diaries: dict[str, Diary] = defaultdict(Diary)
    for number, step in enumerate(steps):
        assert {who: message["method"] for who, message in step} == EXPECTED[number]
        for who, message in step:
            (event,) = message["events"]
            assert (event["uid"], event["sequence"]) == (str(booking.uid), number + 1)
            assert event["dtstamp"] == (NOW + number * HOUR).timestamp(), "when this version came to be"
            assert event["attendee"] == f"mailto:{who}"
            assert event["status"] == ("CANCELLED" if message["method"] == "CANCEL" else "CONFIRMED")
            diaries[who].take(message)
        start = (START if number == 0 else START + timedelta(hours=2)).timestamp()
        showing = {who for who, method in EXPECTED[number].items() if method == "REQUEST"}
        assert {who: list(diary.shown.values()) for who, diary in diaries.items() if diary.shown} == {
            who: [start] for who in showing
        }
    # Mail overtakes mail: in the wrong order every diary ends at the same truth.
    late: dict[str, Diary] = defaultdict(Diary)
    for step in reversed(steps):
        for who, message in step:
            late[who].take(message)
    assert {who: diary.shown for who, diary in late.items()} == {GRACE: {}, ADA: {}, BOB: {}}


def test_a_calls_life_is_one_chain_for_icalendar(lived: tuple[Booking, list[list[tuple[str, bytes]]]]) -> None:
    booking, delivered = lived
    check(booking, [[(who, by_icalendar(content)) for who, content in step] for step in delivered])


def test_a_calls_life_is_one_chain_for_ical_js(
    lived: tuple[Booking, list[list[tuple[str, bytes]]]], page: Page
) -> None:
    booking, delivered = lived
    steps = []
    for step in delivered:
        read = by_ical_js(page, [content for _, content in step])
        steps.append([(who, message) for (who, _), message in zip(step, read, strict=True)])
    check(booking, steps)
