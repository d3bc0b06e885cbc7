"""Nobody learns from a form whether an address is known here: same status, same words, same length. `make bench ARGS=answers` times it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from bookings import links
from leads.models import Lead, RateWindow
from leads.people import ensure_lead
from mail.models import Message
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, book, hold
from tests.institute.everywhere import World, world
from tests.institute.test_limits import Door, doors, fill, send

# As long as each other.
KNOWN = "grace.known@example.org"


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def there(clock: time_machine.Traveller) -> World:
    """Known: a confirmed lead with a coming call, whose name and number we have."""
    made = world()
    with transaction.atomic():
        lead = ensure_lead(email=KNOWN, name="Grace Known", phone="+12155550199", now=NOW)
        lead.confirmed_at = NOW
        lead.save()
    book(made.kind, TUESDAY_TEN + 6 * DAY, email=KNOWN)
    return made


def asked(there: World, door: Door, email: str, n: int) -> list[tuple[Any, ...]]:
    """The answer to the form and the page it leads to, with what belongs to this visitor alone left out."""
    client = Client(REMOTE_ADDR=f"198.51.100.{n}")
    if door.limit == "booking":
        start = TUESDAY_TEN + DAY + 4 * HOUR + n * HOUR / 2
        token = links.mint_hold(booking=hold(there.kind, start), now=NOW)
        door = Door("booking", f"/book/consultation/details/{token}/")
    form = fill(client, door, email)
    if door.limit == "booking":
        form["start"] = f"{start:%Y-%m-%dT%H:%M:%SZ}"
    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        first = send(client, door, form, f"198.51.100.{n}")
        assert first.status_code == 303, (door.limit, first.content.decode()[-2000:])
        place = first["Location"].partition("#")[0]
        answers = [first, client.get(place)]
        if door.limit == "subscribe":
            answers += [client.post("/subscribe/thanks/"), client.get("/subscribe/thanks/?again=1")]
    found = [
        (answer.status_code, _masked(answer.get("Location", ""), email), _masked(answer.content.decode(), email))
        for answer in answers
    ]
    # Two calls are at two times, written with as many digits.
    return [
        (status, place, re.sub(r"\d", "0", text) if door.limit == "booking" else text) for status, place, text in found
    ]


def _masked(text: str, email: str) -> str:
    """Without address and tokens, which are everybody's own; with as many letters as before."""
    text = text.replace(email, "x" * len(email)).replace(email.replace("@", "%40"), "x")
    return re.sub(r"[A-Za-z0-9_-]{32,}", lambda found: "t" * len(found[0]) if len(found[0]) in (32, 64) else "t", text)


def test_known_and_unknown_addresses_are_answered_alike(there: World) -> None:
    tried = [door for door in doors(there) if door.limit not in ("hold", "quiz")]
    for door in tried:
        # The form before has made the last one known.
        never_seen = f"{door.limit.replace('_', '')}{'x' * 11}"[:11] + "@example.org"
        known, unknown = asked(there, door, KNOWN, 1), asked(there, door, never_seen, 2)
        for one, other in zip(known, unknown, strict=True):
            assert (door.limit, *one) == (door.limit, *other)
        # A limit of the mailbox is not what is looked at here.
        RateWindow.objects.all().delete()
    assert Lead.objects.get(email=KNOWN).name == "Grace Known"
    told = Message.objects.filter(kind__in=("bookings.links", "leads.my_data"))
    assert set(told.values_list("recipient", flat=True)) == {KNOWN}
