"""Consultations at the desk: useful lists, and two verbs on pages of their own."""

import random
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking, EventType
from leads.models import Stage
from mail.models import Message
from tests.bookings.admin.conftest import Own
from tests.bookings.house import TUESDAY_TEN, book, hold

LIST = "/admin/bookings/booking/"


def page_of(booking: Booking, page: str) -> str:
    return reverse(f"admin:bookings_booking_{page}", args=[booking.pk])


def names(answer: Any) -> list[str]:
    return sorted(row.attendee_name for row in answer.context["cl"].result_list)


def test_holds_are_no_consultations_until_asked_for(owner: Client, alices: Own, kind: EventType) -> None:
    hold(kind, start=TUESDAY_TEN)
    assert names(owner.get(LIST)) == ["Grace"]
    assert names(owner.get(LIST + "?which=holds")) == [""]


def test_the_list_follows_a_call_through_its_life(owner: Client, alices: Own, clock: time_machine.Traveller) -> None:
    def found() -> list[str]:
        return [w for w in ("coming", "outcome", "done", "cancelled") if names(owner.get(f"{LIST}?which={w}"))]

    assert found() == ["coming"]
    clock.move_to(alices.booking.end)
    owner.force_login(User.objects.get(username="olga"))
    assert found() == ["outcome"]
    assert b"Waiting for an outcome" in owner.get(LIST).content
    Booking.objects.update(status="completed")
    assert found() == ["done"]
    Booking.objects.update(status="cancelled")
    assert found() == ["cancelled"]


@pytest.mark.parametrize("word", ["Grace", "grace@example", "GRACE"])
def test_consultations_are_found_by_who_is_called(owner: Client, alices: Own, bobs: Own, word: str) -> None:
    assert names(owner.get(LIST, {"q": word})) == ["Grace"]


def test_the_page_shows_both_clocks_the_words_and_the_history(owner: Client, alices: Own) -> None:
    text = owner.get(page_of(alices.booking, "change")).content.decode()
    assert "Thu 14 January 2027, 10:00 AM (New York, UTC−5)" in text
    assert "Thu 14 January 2027, 9:00 AM (Chicago, UTC−6)" in text
    assert "Which role fits me?" in text
    assert "confirmed" in text


def test_nothing_can_be_added_changed_or_deleted_here(owner: Client, alices: Own) -> None:
    before = list(Booking.objects.values_list())
    assert owner.get(LIST + "add/").status_code == 403
    assert owner.post(LIST + "add/").status_code == 403
    assert owner.get(page_of(alices.booking, "delete")).status_code == 403
    assert owner.post(page_of(alices.booking, "delete"), {"post": "yes"}).status_code == 403
    assert owner.post(page_of(alices.booking, "change"), {"status": "cancelled"}).status_code == 403
    assert list(Booking.objects.values_list()) == before


@pytest.mark.parametrize("who", ["owner", "advisor", "alice"])
def test_staff_cancel_with_a_reason_and_both_sides_are_told(request: Any, alices: Own, who: str) -> None:
    client = request.getfixturevalue(who)
    path = page_of(alices.booking, "cancel_call")
    assert client.get(path).status_code == 200
    assert Booking.objects.get().status == "confirmed"
    refused = client.post(path, {"why": " "})
    assert refused.status_code == 422
    assert b"Give the reason." in refused.content
    answer = client.post(path, {"why": "The coach is ill."}, follow=True)
    assert b"Both sides get a mail." in answer.content
    row = Booking.objects.get()
    assert (row.status, row.cancel_reason) == ("cancelled", "The coach is ill.")
    event = row.events.order_by("id").last()
    assert event is not None
    user = {"owner": "olga", "advisor": "ada", "alice": "alice"}[who]
    assert (event.actor_kind, event.actor, event.why) == ("staff", user, "The coach is ill.")
    kinds = set(Message.objects.filter(status="due", kind__contains="cancelled").values_list("kind", flat=True))
    assert kinds == {"bookings.cancelled", "bookings.coach_cancelled"}


def test_staff_may_cancel_inside_the_policy_window(owner: Client, alices: Own, clock: time_machine.Traveller) -> None:
    clock.move_to(alices.booking.start)
    owner.force_login(User.objects.get(username="olga"))
    owner.post(page_of(alices.booking, "cancel_call"), {"why": "Power cut."})
    assert Booking.objects.get().status == "cancelled"


def test_cancelling_what_is_cancelled_is_a_sentence(owner: Client, alices: Own) -> None:
    for _ in range(2):
        answer = owner.post(page_of(alices.booking, "cancel_call"), {"why": "Ill."}, follow=True)
    assert b"There is no call to cancel here: it is cancelled, over or only held." in answer.content
    assert Booking.objects.get().events.filter(name="cancelled").count() == 1


def test_an_outcome_is_recorded_by_a_person(alice: Client, alices: Own, clock: time_machine.Traveller) -> None:
    clock.move_to(alices.booking.end)
    alice.force_login(User.objects.get(username="alice"))
    path = page_of(alices.booking, "record_outcome")
    assert alice.post(path, {}).status_code == 422
    assert alice.post(path, {"outcome": "confirmed"}).status_code == 422
    assert alice.post(path, {"outcome": "completed"}).status_code == 302
    row = Booking.objects.get()
    assert row.status == "completed"
    assert row.lead is not None
    assert row.lead.stage == Stage.CALL_DONE


def test_an_outcome_waits_for_the_end_of_the_call(alice: Client, alices: Own) -> None:
    answer = alice.post(page_of(alices.booking, "record_outcome"), {"outcome": "completed"}, follow=True)
    assert b"An outcome can be recorded once the call is over." in answer.content
    assert Booking.objects.get().status == "confirmed"


def test_the_verbs_need_the_permission_and_the_csrf_token(advisor: Client, alices: Own) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = advisor.cookies
    assert strict.post(page_of(alices.booking, "cancel_call"), {"why": "x"}).status_code == 403
    Group.objects.get(name="Advisor").permissions.remove(Permission.objects.get(codename="change_booking"))
    assert advisor.post(page_of(alices.booking, "cancel_call"), {"why": "x"}).status_code == 403
    assert Booking.objects.get().status == "confirmed"


def test_strangers_are_sent_to_the_sign_in(alices: Own) -> None:
    answer = Client().post(page_of(alices.booking, "cancel_call"), {"why": "x"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
    assert Booking.objects.get().status == "confirmed"


def test_the_list_asks_the_same_queries_for_one_and_for_many(owner: Client, alices: Own, kind: EventType) -> None:
    with CaptureQueriesContext(connection) as one:
        owner.get(LIST)
    for number in range(3):
        book(kind, start=TUESDAY_TEN.replace(hour=16 + number), coach=alices.coach, email=f"n{number}@example.org")
    with CaptureQueriesContext(connection) as four:
        owner.get(LIST)
    assert len(four) == len(one)


def test_names_are_shown_as_text(owner: Client, alices: Own) -> None:
    Booking.objects.update(attendee_name="<script>x</script>", questions='"><img src=x onerror=y>')
    for path in (LIST, page_of(alices.booking, "change"), page_of(alices.booking, "cancel_call")):
        text = owner.get(path).content.decode()
        assert "<script>x" not in text
        assert "<img src=x" not in text


def test_junk_in_the_address_is_never_a_5xx(owner: Client, alices: Own) -> None:
    dice = random.Random(7)
    names = ["q", "o", "p", "which", "all", "start__year", "start__month", "start__day", "coach__id__exact", "e",
             "_facets", "location_kind__exact", "event_type__id__exact", "_popup", "_to_field"]  # fmt: skip
    values = ["", "\0", "-1", "99999999999999999999", "x" * 5000, "%FF", "1.2", "holds", "0", "2027", "é", "[]", "1,2"]
    for _ in range(120):
        query = {dice.choice(names): dice.choice(values) for _ in range(3)}
        assert owner.get(LIST, query).status_code < 500, query
    for pk in ("0", "x", "99999999999999999999", "%00", "_5F", "1/2"):
        for page in ("change", "delete", "history", "cancel-call", "record-outcome"):
            assert owner.get(f"{LIST}{pk}/{page}/").status_code in (302, 404), (pk, page)
