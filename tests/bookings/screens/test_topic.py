"""A link may say what the call is to be about; the words land in the form, where the visitor can change them."""

from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking, EventType
from tests.bookings.screens.visit import TZ, page

TOPIC = "My quiz result is between Project Manager & TPM. <b>Which one?</b>"


def test_the_topic_goes_along_from_page_to_page_into_the_form(visitor: Client, kind: EventType, clock: Any) -> None:
    start = page(visitor.get("/book/", {"topic": TOPIC})).links["Choose a time for Career consultation"]
    asked = page(visitor.get(start))  # first the question which zone
    assert asked.hidden["topic"] == TOPIC
    times = page(visitor.get(start, asked.hidden | {"tz": TZ}))
    assert [value for name, value in times.hidden.items() if name == "topic"] == [TOPIC]
    held = visitor.post(start, times.hidden | {"start": str(times.radios[0]["value"])})
    form = page(visitor.get(held["Location"]))
    assert form.fields["questions"].strip() == TOPIC
    assert "<b>" not in form.source
    clock.shift(5)
    typed = {"name": "Grace", "email": "grace@example.org", "questions": "Something else"}
    assert visitor.post(held["Location"], form.hidden | typed).status_code == 303
    assert Booking.objects.get().questions == "Something else"


@pytest.mark.parametrize("topic", ["\x00", "a\u2028b\u202e", "x" * 20_000, "\U0001f469\u200d\U0001f680" * 200])
def test_a_hostile_topic_becomes_one_harmless_line(visitor: Client, kind: EventType, topic: str) -> None:
    for path in ("/book/", f"/book/{kind.slug}/"):
        assert visitor.get(path, {"topic": topic}).status_code == 200
    found = page(visitor.get(f"/book/{kind.slug}/", {"topic": topic, "tz": TZ})).hidden.get("topic", "")
    assert len(found) <= 300
    assert found.isprintable() or "\u200d" in found
