"""A coach's calendars elsewhere: looked at once more while somebody fills the form, and asked again when it comes."""

import time_machine
from django.test import Client

from bookings.models import Booking, Coach, EventType
from bookings.services import gate
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN
from tests.bookings.screens.conftest import SHORTLY, TEN
from tests.bookings.screens.visit import PERSON, held_page, page


def test_a_hold_asks_the_worker_for_a_fresh_look(visitor: Client, kind: EventType, ada: Coach) -> None:
    calendar = ada.outside_calendars.create(
        name="Work", url="https://calendar.example.org/x.ics", tried_at=NOW - HOUR, wanted_at=NOW - DAY
    )
    held_page(visitor, kind, TEN)
    calendar.refresh_from_db()
    assert calendar.wanted_at == NOW


def test_what_has_come_by_then_takes_the_time_and_keeps_the_form(
    visitor: Client, clock: time_machine.Traveller, kind: EventType, ada: Coach
) -> None:
    details = held_page(visitor, kind, TEN)
    calendar = ada.outside_calendars.create(name="Work", url="https://calendar.example.org/x.ics")
    calendar.busy.create(start=TUESDAY_TEN, end=TUESDAY_TEN + HOUR)
    gate.changed(ada.pk)
    form = page(visitor.get(details)).hidden
    clock.shift(SHORTLY)
    answer = visitor.post(details, form | PERSON)
    assert answer.status_code == 409
    assert "taken now" in page(answer).text
    assert page(answer).fields["name"] == "Grace Hopper"
    assert not Booking.objects.filter(status="confirmed").exists()
