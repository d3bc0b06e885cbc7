"""A call that waits for its address, at the desk: shown as that, confirmed for the student, or given free."""

import pytest
from django.test import Client

from bookings.models import Booking, EventType
from mail.models import Message
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import page_of, text
from tests.bookings.admin.test_booking import LIST, names
from tests.bookings.house import DAY, HOUR, TUESDAY_TEN, book_unproven, history_replays


@pytest.fixture
def waiting(alices: Own, kind: EventType) -> Booking:
    """Wanda's form looked like a robot's."""
    start = TUESDAY_TEN + DAY
    return book_unproven(kind, start, alices.coach, name="Wanda", email="wanda@example.org", phone="+12155550199")


def buttons(client: Client, booking: Booking) -> set[str]:
    return {str(each["title"]) for each in client.get(page_of(booking, "change")).context["actions_detail"]}


def test_it_is_listed_as_waiting_for_its_address_and_as_nothing_else(
    owner: Client, waiting: Booking, bobs: Own, alice: Client
) -> None:
    page = text(owner.get(page_of(waiting, "change")))
    assert "Waiting for its address" in page
    assert buttons(owner, waiting) == buttons(alice, waiting) == {"Confirm for the student", "Give the time free"}
    found = {which: names(owner.get(f"{LIST}?which={which}")) for which in ("address", "approval", "coming", "holds")}
    assert found == {"address": ["Wanda"], "approval": [], "coming": ["Grace", "Zelda"], "holds": []}
    assert bobs.coach.user is not None
    alice.force_login(bobs.coach.user)
    assert alice.get(page_of(waiting, "confirm_address")).status_code == 404


def test_it_is_no_call_in_the_figures_and_their_list(owner: Client, waiting: Booking, bobs: Own) -> None:
    (booked,) = [each for each in owner.get("/admin/").context["desk"]["figures"] if each.one == "call booked"]
    assert booked.this == 2
    assert names(owner.get(booked.this_url)) == ["Grace", "Zelda"]


def test_staff_confirm_for_somebody_they_have_spoken_with(alice: Client, waiting: Booking, alices: Own) -> None:
    path = page_of(waiting, "confirm_address")
    asked = text(alice.get(path))
    assert "Address: wanda@example.org. Phone: +12155550199." in asked
    assert "Confirm it only where you have spoken with the student" in asked
    assert Booking.objects.get(pk=waiting.pk).unproven, "a GET changes nothing"
    assert "Confirmed for the student: " in text(alice.post(path, follow=True))
    row = Booking.objects.get(pk=waiting.pk)
    event = row.events.order_by("id").last()
    assert event is not None
    assert (row.status, event.name, event.actor_kind, event.actor) == (
        "confirmed", "address confirmed", "staff", "alice",
    )  # fmt: skip
    assert "address: not confirmed → confirmed" in text(alice.get(page_of(waiting, "change")))
    assert Message.objects.filter(kind="bookings.confirmed", recipient="wanda@example.org").count() == 1
    assert "This call does not wait for its address (any more)." in text(alice.post(path, follow=True))
    assert history_replays()


def test_staff_give_the_time_free(owner: Client, waiting: Booking) -> None:
    path = page_of(waiting, "release_call")
    assert "The time is free again. Nobody was told" in text(owner.post(path, follow=True))
    row = Booking.objects.get(pk=waiting.pk)
    assert (row.status, row.state_label) == ("expired", "Address not confirmed")
    assert names(owner.get(f"{LIST}?which=address")) == ["Wanda"], "staff may still phone"
    assert names(owner.get(f"{LIST}?which=holds")) == []
    assert names(owner.get(LIST)) == ["Grace"]
    assert Message.objects.filter(recipient="wanda@example.org").exclude(kind="bookings.prove").count() == 0


def test_what_is_over_is_not_confirmed(owner: Client, waiting: Booking, clock: object) -> None:
    Booking.objects.filter(pk=waiting.pk).update(approve_by=waiting.created_at + HOUR - HOUR)
    answer = owner.post(page_of(waiting, "confirm_address"), follow=True)
    assert "This call does not wait for its address (any more)." in text(answer)
    assert Booking.objects.get(pk=waiting.pk).status == "pending"
