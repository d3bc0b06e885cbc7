"""How often anybody may send what: each public form for one client, one mailbox and all together, with the real limits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from pytest_django import Settings

from institute.limits import ABUSE_LIMITS
from mail import sender
from mail.models import Message
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, book
from tests.institute.everywhere import Controls, World, world

VICTIM = "victim@example.org"
FIRST, SECOND = "198.51.100.1", "198.51.100.2"
Send = Callable[[Client, str, str], Any]


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def there(clock: time_machine.Traveller) -> World:
    return world()


@dataclass(frozen=True)
class Door:
    """A form of the site: where it is fetched and where it is sent, the limit it counts against, what it holds."""

    limit: str
    page: str
    to: str = ""
    more: tuple[tuple[str, str], ...] = ()


def doors(there: World) -> list[Door]:
    """Every form that counts against a client's address, by the name of its limit."""
    pages = {page.name: page.path for page in there.pages()}
    answers = tuple((f"pick-q{n}", "tpm") for n in range(1, 7))
    return [
        Door("subscribe", pages["leads:subscribe"]),
        Door("contact", pages["leads:contact"]),
        Door("my_data", pages["leads:my_data_ask"]),
        Door("find", pages["bookings:find"]),
        Door("ask", pages["content:ask"]),
        Door("quiz", pages["content:quiz"], more=answers),
        Door("quiz_email", pages["content:quiz_result"], pages["content:quiz_email"]),
        Door("booking", pages["bookings:details"]),
        Door("hold", pages["bookings:event_type"]),
    ]


def fill(client: Client, door: Door, email: str, **other: str) -> dict[str, str]:
    """The form of the door as a person fills it in."""
    answer = client.get(door.page, {"tz": "America/Chicago"})
    found = Controls(answer.content.decode()).forms
    form = next((each for each in found if "email" in each or "pick-q1" in each), {})
    form = {name: value for name, value in form.items() if name not in ("wants_list", "do", "csrfmiddlewaretoken")}
    form = {name: "" if name.startswith("question_") else value for name, value in form.items()}
    if door.limit == "hold":
        form = {"tz": "America/Chicago", "start": "2027-01-14T18:00:00Z"}
    if door.limit == "booking":
        form |= {"start": "2027-01-12T16:00:00Z"}
    return form | dict(door.more) | ({"email": email} if "email" in form else {}) | other


def send(client: Client, door: Door, form: dict[str, str], address: str) -> Any:
    return client.post(door.to or door.page, form, REMOTE_ADDR=address)


def test_every_limit_of_a_client_has_a_door(there: World) -> None:
    """A new entry point is tried here before it opens."""
    named = {name.removesuffix(":address") for name in ABUSE_LIMITS if name.endswith(":address")}
    assert {door.limit for door in doors(there)} == named - {"token", "sign_in"}
    assert {name: ABUSE_LIMITS[f"{name}:address"] for name in ("booking", "subscribe", "contact", "find", "my_data")} == {
        "booking": "10/hour", "subscribe": "20/hour", "contact": "20/hour", "find": "20/hour", "my_data": "20/hour",
    }  # fmt: skip
    assert (ABUSE_LIMITS["email"], site.OPEN_CALLS_PER_PERSON) == ("5/hour", 3)


def test_one_client_is_paused_and_another_is_not(
    there: World, clock: time_machine.Traveller, settings: Settings
) -> None:
    for door in doors(there):
        most = int(ABUSE_LIMITS[f"{door.limit}:address"].partition("/")[0])
        # Counting to 120 shows nothing that counting to 6 does not.
        settings.ABUSE_LIMITS = ABUSE_LIMITS | (
            {"quiz:address": "6/hour", "hold:address": "6/hour"} if most > 20 else {}
        )
        most = min(most, 6) if most > 20 else most
        client = Client()
        form = fill(client, door, "nobody@example.org")
        clock.shift(timedelta(seconds=5))
        sent = [send(client, door, form | unique(form, door, n), FIRST).status_code for n in range(most + 3)]
        # A time can be held and booked once; who tries again counts all the same.
        assert (door.limit, sent[0], set(sent[1:most]) - {303, 409}) == (door.limit, 303, set())
        assert (door.limit, sent[most:]) == (door.limit, [429] * 3)
        refused = send(client, door, form | unique(form, door, 98), FIRST)
        assert 0 < int(refused["Retry-After"]) <= 3600, door.limit
        assert send(client, door, form | unique(form, door, 99), SECOND).status_code != 429, door.limit
        clock.shift(HOUR)


def unique(form: dict[str, str], door: Door, n: int) -> dict[str, str]:
    """A mailbox and a key of its own for each."""
    own = {"email": f"{door.limit}{n}@example.org"} if "email" in form else {}
    return own | ({"idempotency_key": f"{door.limit}{n:03}" + "k" * 24} if "idempotency_key" in form else {})


def test_one_mailbox_is_spared_from_everywhere_together(there: World, clock: time_machine.Traveller) -> None:
    """Five forms an hour that name it, through whichever door and from whichever address."""
    named = [
        door for door in doors(there) if door.limit in ("subscribe", "contact", "my_data", "find", "ask", "quiz_email")
    ]
    client = Client()
    forms = [fill(client, door, VICTIM) for door in named]
    clock.shift(timedelta(seconds=5))
    sent = [
        send(client, door, form, f"198.51.100.{n}").status_code
        for n, (door, form) in enumerate(zip(named * 2, forms * 2, strict=True))
    ]
    assert sent == [303] * 5 + [429] * 7


def unlimited() -> dict[str, str]:
    """Only the limits that count mails."""
    return ABUSE_LIMITS | {
        name: "1000000/hour" for name in ABUSE_LIMITS if name == "email" or name.endswith((":address", ":all"))
    }


# What a stranger may make us send to an address that nobody has proven, in a day, by the kind of mail: with the two
# resends that a page offers. A booking is a matter of its own each time, and a person has three of them at most.
MOST = {"leads.confirm": 3, "content.quiz_result": 3, "bookings.confirmed": 3, "bookings.links": 3, "bookings.prove": 3,
        "leads.my_data": 1, "bookings.reminder": 6}  # fmt: skip


def test_a_hundred_forms_with_a_victims_address_are_hardly_a_mail(
    there: World, clock: time_machine.Traveller, settings: Settings
) -> None:
    """The limits are off: what stands behind them has to hold by itself."""
    settings.ABUSE_LIMITS = unlimited()
    # Known here, with a coming call: there is something that every form could mail.
    book(there.kind, TUESDAY_TEN + 6 * DAY, email=VICTIM)
    for door in doors(there):
        if door.limit in ("hold", "quiz"):
            continue
        client = Client()
        form = fill(client, door, VICTIM, name="Click http://evil.example")
        clock.shift(timedelta(seconds=5))
        for n in range(100 if door.limit == "subscribe" else 12):
            own = {"idempotency_key": f"victim{n:03}" + "k" * 24} if "idempotency_key" in form else {}
            send(client, door, form | own, f"198.51.100.{n}")
            clock.shift(timedelta(seconds=1))
    client.post("/subscribe/thanks/")
    counted = {
        kind: Message.objects.filter(recipient=VICTIM, kind=kind).count()
        for kind in Message.objects.filter(recipient=VICTIM).values_list("kind", flat=True)
    }
    assert {kind: number for kind, number in counted.items() if number > MOST.get(kind, 0)} == {}
    assert counted["leads.confirm"] + counted.get("content.quiz_result", 0) == 1, "one question a day, whoever asked"


def test_what_was_typed_never_reaches_the_mailbox_it_was_typed_for(
    there: World, clock: time_machine.Traveller, settings: Settings, tmp_path: Any
) -> None:
    settings.MAIL_FILE_DIR, settings.ABUSE_LIMITS = tmp_path, unlimited()
    words = "zqx-free-text"
    typed = {"message": words, "question": words, "questions": words, "access_needs": words, "best_time_to_call": words}
    for door in doors(there):
        client = Client()
        form = fill(client, door, VICTIM, name="Click http://evil.example " + "x" * 40)
        clock.shift(timedelta(seconds=5))
        send(client, door, form | {name: text for name, text in typed.items() if name in form}, FIRST)
    assert sender.drain(clock=lambda: NOW + timedelta(minutes=2)).sent > 3
    said = {
        row.kind: bytes(row.masked or b"").decode().replace("=\r\n", "").replace("=\n", "")
        for row in Message.objects.filter(recipient=VICTIM, status="sent")
    }
    assert {"bookings.confirmed", "leads.confirm"} <= set(said)
    assert [kind for kind, text in said.items() if words in text] == []
    assert [kind for kind, text in said.items() if re.search(r"https?://evil|evil\.example", text)] == []
