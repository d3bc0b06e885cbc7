"""The whole way in one go with real transactions: nothing of ours opens one around a durable verb."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking, EventType
from mail.models import Message
from tests.bookings.house import history_replays
from tests.bookings.screens.visit import TZ, page

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_stranger_books_and_cancels_by_following_what_the_pages_offer(
    visitor: Client, kind: EventType, clock: Any
) -> None:
    start = page(visitor.get("/book/")).links["Choose a time for Career consultation"]
    assert page(visitor.get(start)).radios == []
    times = page(visitor.get(start, {"tz": TZ, "day": "2027-01-14"}))
    chosen = str(times.radios[0]["value"])
    held = visitor.post(start, times.hidden | {"start": chosen})
    assert held.status_code == 303
    form = page(visitor.get(held["Location"])).hidden
    clock.shift(timedelta(seconds=30))
    sent = visitor.post(
        held["Location"], form | {"name": "Grace", "email": "grace@example.org", "wants_list": "on", "do": ""}
    )
    assert sent.status_code == 303
    booked = page(visitor.get(sent["Location"]))
    assert "Your call is booked" in booked.text
    assert visitor.get(booked.links["Add to my calendar"])["Content-Type"].startswith("text/calendar")
    asked = booked.links["Cancel this call"]
    gone = visitor.post(asked, page(visitor.get(asked)).hidden)
    assert gone.status_code == 303
    over = page(visitor.get(gone["Location"]))
    assert "This call is cancelled" in over.text
    assert over.links["Book a new call with Ada Lovelace"] == f"{start}?tz=America%2FChicago&coach=ada"
    assert over.links["With any coach"] == f"{start}?tz=America%2FChicago"
    assert Booking.objects.get().status == "cancelled"
    assert set(Message.objects.filter(status="due").values_list("kind", flat=True)) == {
        "bookings.cancelled",
        "leads.confirm",
    }
    assert history_replays()
