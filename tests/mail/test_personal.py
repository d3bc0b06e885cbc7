"""What the mail room shows and forgets of a person."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from mail import claims, personal, privacy, registry
from mail.addresses import fingerprint
from mail.models import Message, Suppression
from mail.registry import Minter, Rendered, Stream
from mail.sender import drain

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status
NOTICE = "tests.notice"


def render_notice(message: Message, mint: Minter, now: datetime) -> Rendered:
    return Rendered("Alice booked", "Alice Liddell booked a call.\n", "<p>Alice Liddell booked a call.</p>")


@pytest.fixture(autouse=True)
def _notice(_kinds: None) -> None:
    registry.register(NOTICE, stream=Stream.STAFF, render=render_notice, label="Notice")


def everything() -> str:
    """All the mail room's rows of messages as text, the way a search through a dump would see them."""
    return " ".join(
        str(bytes(value) if isinstance(value, memoryview | bytes) else value)
        for row in Message.objects.values_list()
        for value in row
    ).lower()


def test_the_mail_room_is_a_holder() -> None:
    holder = next(holder for holder in privacy.holders() if holder.name == "mail")
    assert (holder.export, holder.erase) == (personal.export, personal.erase)


def test_an_export_tells_every_message_and_what_it_said(write: Write, now: datetime) -> None:
    write("sent")
    write("other", recipient="bob@example.org")
    drain(clock=lambda: now)
    write("waiting", due_at=now + timedelta(days=1), expires_at=now + timedelta(days=2))
    Suppression.objects.create(
        address_hash=fingerprint("alice@example.org"), stream=Stream.LIST, reason="asked", created_at=now
    )
    told = personal.export("Alice@Example.org")
    assert [(row.get("state"), row.get("subject")) for row in told] == [
        ("Sent", "Your note"),
        ("Waiting", ""),
        (None, None),
    ]
    assert told[0]["text"] == "Open http://testserver/booking/********/\n"
    assert told[2] == {
        "what": "No more mail",
        "stream": "interview-preparation",
        "reason": "asked",
        "at": now.isoformat(),
    }


def test_an_erased_person_is_in_no_message_any_more(write: Write, now: datetime) -> None:
    write("student", about="booking:7")
    write("coach", about="booking:7", kind=NOTICE, recipient="coach@example.org")
    write("bob", recipient="bob@example.org")
    drain(clock=lambda: now)
    write("later", about="booking:7", due_at=now + timedelta(days=1), expires_at=now + timedelta(days=2))
    Message.objects.filter(dedupe_key="student").update(last_error="550 alice@example.org unknown")
    with transaction.atomic():
        assert personal.erase("ALICE@example.org", now) == 3
    text = everything()
    assert ("alice" in text, fingerprint("alice@example.org") in text, "bob@example.org" in text) == (False,) * 2 + (
        True,
    )
    states = dict(Message.objects.values_list("dedupe_key", "status"))
    assert states == {"student": Status.SENT, "coach": Status.SENT, "bob": Status.SENT, "later": Status.CANCELLED}
    assert Message.objects.get(dedupe_key="later").reason == "Erased: the person asked for it."
    assert drain(clock=lambda: now + timedelta(days=1)).sent == 0
    assert personal.erase("alice@example.org", now) == 0


def test_a_coach_who_goes_takes_no_students_texts_along(write: Write, now: datetime) -> None:
    write("student", about="booking:7")
    write("coach", about="booking:7", kind=NOTICE, recipient="coach@example.org")
    drain(clock=lambda: now)
    assert personal.erase("coach@example.org", now) == 1
    assert Message.objects.get(dedupe_key="student").masked is not None


def test_what_was_told_to_staff_only_goes_with_its_topic(write: Write, now: datetime) -> None:
    write("enquiry", about="lead:5", kind=NOTICE, recipient="desk@example.org")
    drain(clock=lambda: now)
    assert personal.forget_topics(["lead:5", "lead:6"]) == 1
    row = Message.objects.get()
    assert (row.masked, row.recipient, "liddell" in everything()) == (None, "desk@example.org", False)


def test_a_message_in_a_senders_hands_is_taken_back(write: Write, now: datetime) -> None:
    write()
    taken = claims.claim(now=now)
    assert taken is not None
    personal.erase("alice@example.org", now)
    assert not claims.may_begin(taken, now=now, need=timedelta(seconds=1))
    assert Message.objects.get().status == Status.CANCELLED


def test_a_message_whose_content_is_on_the_wire_is_not_said_to_be_cancelled(write: Write, now: datetime) -> None:
    write()
    taken = claims.claim(now=now)
    assert taken is not None
    assert claims.may_begin(taken, now=now, need=timedelta(seconds=1))
    personal.erase("alice@example.org", now)
    row = Message.objects.get()
    assert (row.reason, row.recipient) == ("The sender stopped in the middle of sending it: it may have arrived.", "")


def test_what_is_due_can_be_waited_for(write: Write, now: datetime) -> None:
    write("due")
    write("later", due_at=now + timedelta(hours=1))
    write("bob", recipient="bob@example.org")
    assert personal.outstanding("alice@example.org", now=now) == 1
    drain(clock=lambda: now)
    assert personal.outstanding("alice@example.org", now=now) == 0
