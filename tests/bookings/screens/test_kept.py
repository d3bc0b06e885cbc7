"""Pages of open times kept for a crowd: one page for everybody, never an old one, never somebody else's token."""

import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking, EventType
from bookings.views import kept
from tests.bookings.house import TUESDAY_TEN, book
from tests.bookings.screens.visit import choose_path, page, post_hold

pytestmark = pytest.mark.django_db
TEN = "2027-01-12T16:00:00Z"


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_a_second_visitor_costs_one_query_and_gets_a_token_of_their_own(kind: EventType, clock: object) -> None:
    path, alice, bob = choose_path(kind), Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    assert queries(alice, path) > queries(bob, path) == 1
    tokens = [page(each.get(path)).hidden["csrfmiddlewaretoken"] for each in (alice, bob)]
    assert len(set(tokens)) == 2
    assert not any(kept.TOKEN in token for token in tokens)
    for client, token in zip((alice, bob), tokens, strict=True):
        sent = {"csrfmiddlewaretoken": token, "tz": "America/Chicago", "start": TEN}
        assert client.post("/book/consultation/", sent).status_code in (303, 409)
    assert Client(enforce_csrf_checks=True).post("/book/consultation/", sent).status_code == 403


def test_what_somebody_takes_is_gone_for_everybody_at_once(kind: EventType, clock: object) -> None:
    path = choose_path(kind, day="2027-01-12")
    before = page(Client().get(path)).times()
    assert page(Client().get(path)).times() == before
    assert post_hold(Client(), kind, TEN).status_code == 303
    assert page(Client().get(path)).times() == [each for each in before if each != "10:00 AM"]


def test_every_loser_sees_the_nearest_times_without_what_is_taken(kind: EventType, clock: object) -> None:
    assert post_hold(Client(), kind, TEN).status_code == 303
    shown = [page(post_hold(Client(REMOTE_ADDR=f"203.0.113.{n}"), kind, TEN)) for n in range(1, 4)]
    assert shown[0].times() == shown[1].times() == shown[2].times()
    assert len(shown[0].times()) == 6
    assert TEN not in re.findall(r'name="start" value="([^"]+)"', shown[0].source)


def test_a_page_is_kept_for_seconds_only(kind: EventType, clock: time_machine.Traveller) -> None:
    path = choose_path(kind)
    first = queries(Client(), path)
    clock.shift(4)
    assert queries(Client(), path) == 1
    clock.shift(1)
    assert 1 < queries(Client(), path) <= first
    clock.shift(-3)
    assert queries(Client(), path) > 1


def test_who_holds_a_time_is_shown_a_page_of_their_own(kind: EventType, clock: object) -> None:
    holder, path = Client(), choose_path(kind, day="2027-01-12")
    assert post_hold(holder, kind, TEN).status_code == 303
    assert "10:00 AM" not in page(Client().get(path)).times()
    assert "10:00 AM" in page(holder.get(path)).times(), "one's own hold is no obstacle to oneself"
    assert "10:00 AM" not in page(Client().get(path)).times()


def test_staff_who_are_signed_in_get_no_kept_page(kind: EventType, clock: object) -> None:
    visitor = Client()
    visitor.cookies["sessionid"] = "something"
    assert queries(visitor, choose_path(kind)) > 1 < queries(visitor, choose_path(kind))


def test_only_so_many_pages_are_kept(kind: EventType, clock: object) -> None:
    for number in range(kept.MOST + 5):
        Client().get(choose_path(kind, topic=f"topic {number}"))
        if number == 3:
            assert queries(Client(), choose_path(kind, topic="topic 0")) == 1
    assert len(kept._pages) == kept.MOST
    assert queries(Client(), choose_path(kind, topic="topic 0")) > 1


def test_a_call_that_was_booked_elsewhere_leaves_the_page(kind: EventType, clock: object) -> None:
    path = choose_path(kind, day="2027-01-12")
    assert "9:00 AM" in page(Client().get(path)).times()
    from bookings.services import gate

    gate.changed(book(kind, TUESDAY_TEN).coach_id)
    assert Booking.objects.count() == 1
    assert "9:00 AM" not in page(Client().get(path)).times()
