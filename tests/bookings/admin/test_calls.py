"""What staff do with a call: move, give away, answer, put right, record; each through the gate, told in sentences."""

from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from bookings import services
from bookings.models import Booking, BookingEvent, EventType, TimeOff
from leads.models import Stage
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import page_of, starts, text, value
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, book, history_replays, overlaps

WEDNESDAY_TEN = TUESDAY_TEN + DAY
BUTTONS = {
    "Approve",
    "Decline",
    "Record the outcome",
    "Move",
    "Another coach",
    "Edit the details",
    "Correct the address",
    "Cancel the call",
}


def buttons(client: Client, booking: Booking) -> set[str]:
    found = client.get(page_of(booking, "change")).context["actions_detail"]
    return {str(each["title"]) for each in found} & BUTTONS


def test_a_call_is_moved_to_a_time_that_is_free(owner: Client, alices: Own) -> None:
    path = page_of(alices.booking, "move_call")
    times = starts(owner.get(path))
    assert value(WEDNESDAY_TEN) in times
    assert value(alices.booking.start) in times, "its own time counts as free"
    before = Booking.objects.get(pk=alices.booking.pk)
    answer = owner.post(path, {"start": value(WEDNESDAY_TEN), "why": "A clash."}, follow=True)
    assert "is on Wed 13 January 2027, 10:00 AM (New York, UTC−5) now. Both sides get a mail." in text(answer)
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.start, row.uid, row.version, row.coach) == (WEDNESDAY_TEN, before.uid, 2, alices.coach)
    event = row.events.order_by("id").last()
    assert event is not None
    assert (event.name, event.actor, event.why) == ("rescheduled", "olga", "A clash.")
    assert history_replays()


def test_a_call_is_moved_to_another_coach(owner: Client, alices: Own, bobs: Own) -> None:
    path = page_of(alices.booking, "move_call")
    page = text(owner.get(path))
    assert "Alice Ames (now)" in page
    assert f'<option value="{bobs.coach.pk}">Bob Bones</option>' in page
    taken = starts(owner.get(f"{path}?with={bobs.coach.pk}"))
    assert value(bobs.booking.start) not in taken
    owner.post(path, {"start": value(WEDNESDAY_TEN), "with": str(bobs.coach.pk)})
    assert Booking.objects.get(pk=alices.booking.pk).coach == bobs.coach


def test_a_coach_cannot_move_a_call_to_another(alice: Client, alices: Own, bobs: Own) -> None:
    path = page_of(alices.booking, "move_call")
    page = text(alice.get(f"{path}?with={bobs.coach.pk}"))
    assert "Bob" not in page
    alice.post(path, {"start": value(WEDNESDAY_TEN), "with": str(bobs.coach.pk), "coach": str(bobs.coach.pk)})
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.start, row.coach) == (WEDNESDAY_TEN, alices.coach)
    path = page_of(alices.booking, "reassign_call")
    assert alice.get(path).status_code == 403
    assert alice.post(path, {"coach": str(bobs.coach.pk)}).status_code == 403
    assert Booking.objects.get(pk=alices.booking.pk).coach == alices.coach


@pytest.mark.parametrize("start", ["", "soon", "2027-01-12", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_a_sentence(owner: Client, alices: Own, start: str) -> None:
    answer = owner.post(page_of(alices.booking, "move_call"), {"start": start})
    assert answer.status_code == 422
    assert "Choose the new time." in text(answer)


def test_a_taken_time_is_a_sentence_beside_the_free_ones(owner: Client, alices: Own, kind: EventType) -> None:
    book(kind, start=WEDNESDAY_TEN, coach=alices.coach, email="x@example.org")
    answer = owner.post(page_of(alices.booking, "move_call"), {"start": value(WEDNESDAY_TEN)})
    assert answer.status_code == 422
    assert "Somebody else has this time now." in text(answer)
    assert value(WEDNESDAY_TEN + HOUR) in starts(answer)
    assert overlaps() == 0


def test_an_empty_week_leads_to_the_next_with_free_times(owner: Client, alices: Own) -> None:
    TimeOff.objects.create(coach=alices.coach, start=NOW, end=NOW + 14 * DAY)
    page = text(owner.get(page_of(alices.booking, "move_call")))
    assert "No free time in this week." in page
    assert "week=2027-01-25" in page


def test_a_call_is_given_to_somebody_who_is_free(owner: Client, alices: Own, bobs: Own) -> None:
    services.reschedule(
        booking=bobs.booking, start=WEDNESDAY_TEN, coach=None, actor_kind="staff", actor="x", why="", now=NOW
    )
    path = page_of(alices.booking, "reassign_call")
    assert "Bob Bones" in text(owner.get(path))
    assert owner.post(path, {"coach": "77"}).status_code == 422
    answer = owner.post(path, {"coach": str(bobs.coach.pk), "why": "Alice is ill."}, follow=True)
    assert "Bob Bones takes the call now." in text(answer)
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.coach, row.start) == (bobs.coach, alices.booking.start)


def test_where_nobody_else_is_free_the_page_says_so(owner: Client, alices: Own, bobs: Own) -> None:
    path = page_of(alices.booking, "reassign_call")
    assert "Nobody else who takes this kind of call is free then." in text(owner.get(path))
    answer = owner.post(path, {"coach": "any"})
    assert answer.status_code == 422
    assert "Nobody else is free at this time any more." in text(answer)
    assert Booking.objects.get(pk=alices.booking.pk).coach == alices.coach


@pytest.fixture
def request_of(alices: Own, kind: EventType) -> Booking:
    """A call that waits for Alice's answer."""
    EventType.objects.update(needs_approval=True)
    kind.refresh_from_db()
    return book(kind, start=WEDNESDAY_TEN, coach=alices.coach, name="Wanda", email="wanda@example.org")


def test_a_coach_approves(alice: Client, request_of: Booking) -> None:
    path = page_of(request_of, "approve_call")
    assert "The time is kept until you answer." in text(alice.get(path))
    assert Booking.objects.get(pk=request_of.pk).status == "pending", "a GET changes nothing"
    assert "Approved: " in text(alice.post(path, follow=True))
    assert Booking.objects.get(pk=request_of.pk).status == "confirmed"
    again = text(alice.post(path, follow=True))
    assert "This call does not wait for an answer (any more)." in again


def test_a_coach_declines_with_a_word(alice: Client, request_of: Booking) -> None:
    alice.post(page_of(request_of, "decline_call"), {"why": "I am away."})
    row = Booking.objects.get(pk=request_of.pk)
    assert (row.status, row.cancel_reason) == ("declined", "I am away.")


def test_the_address_is_put_right(owner: Client, alices: Own) -> None:
    path = page_of(alices.booking, "correct_address")
    assert 'value="grace@example.org"' in text(owner.get(path))
    assert owner.post(path, {"email": "nonsense"}).status_code == 422
    answer = owner.post(path, {"email": "Grace@Right.example.org"}, follow=True)
    assert "The address is grace@right.example.org now. A confirmation is on its way there." in text(answer)
    assert Booking.objects.get().attendee_email == "grace@right.example.org"


def test_an_outcome_holds_what_comes_next(alice: Client, alices: Own, clock: time_machine.Traveller) -> None:
    clock.move_to(alices.booking.end)
    alice.force_login(User.objects.get(username="alice"))
    path = page_of(alices.booking, "record_outcome")
    given = {"outcome": "completed", "next_step": "Sends a résumé.", "programme": "TPM 12", "programme_value": "1990.5"}
    assert alice.post(path, given).status_code == 302
    row = Booking.objects.get()
    assert (row.next_step, row.programme, row.programme_value) == ("Sends a résumé.", "TPM 12", Decimal("1990.50"))
    assert row.lead is not None
    assert row.lead.stage == Stage.ENROLLED
    shown = text(alice.get(path))
    assert 'value="TPM 12"' in shown, "it can be corrected"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"outcome": "no_show", "programme": "TPM"}, "Somebody who did not come cannot have enrolled on this call."),
        ({"outcome": "completed", "programme_value": "5"}, "Say which programme this is the value of."),
        ({"outcome": "completed", "programme": "TPM", "programme_value": "-1"}, "greater than or equal to 0"),
        ({"outcome": "completed", "next_step": "x" * 301}, "Use at most 300 characters."),
    ],
)
def test_an_outcome_that_cannot_be_is_a_sentence(
    alice: Client, alices: Own, clock: time_machine.Traveller, given: dict[str, str], sentence: str
) -> None:
    clock.move_to(alices.booking.end)
    alice.force_login(User.objects.get(username="alice"))
    answer = alice.post(page_of(alices.booking, "record_outcome"), given)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert Booking.objects.get().status == "confirmed"


def test_only_buttons_that_make_sense_are_shown(
    owner: Client, alices: Own, request_of: Booking, clock: time_machine.Traveller
) -> None:
    assert buttons(owner, request_of) == {
        "Approve",
        "Decline",
        "Move",
        "Another coach",
        "Edit the details",
        "Cancel the call",
    }
    assert buttons(owner, alices.booking) == {
        "Move",
        "Another coach",
        "Edit the details",
        "Correct the address",
        "Cancel the call",
    }
    clock.move_to(alices.booking.start + MINUTE)
    owner.force_login(User.objects.get(username="olga"))
    assert buttons(owner, alices.booking) == {"Cancel the call"}
    assert buttons(owner, request_of) == set(), "nobody answered in time"
    clock.move_to(alices.booking.end)
    assert buttons(owner, alices.booking) == {"Record the outcome"}
    Booking.objects.update(status="cancelled")
    assert buttons(owner, alices.booking) == set()


def test_a_coach_is_not_offered_to_give_a_call_away(alice: Client, alices: Own) -> None:
    assert buttons(alice, alices.booking) == {"Move", "Edit the details", "Correct the address", "Cancel the call"}


VERBS = {
    "move_call": "There is no coming call to move here",
    "reassign_call": "There is no coming call to give to another coach here",
    "edit_details": "The details can be put right for a call that is still to come.",
    "correct_address": "The address can be corrected for a confirmed call that is still to come.",
    "cancel_call": "There is no call to cancel here",
    "approve_call": "This call does not wait for an answer (any more).",
    "decline_call": "This call does not wait for an answer (any more).",
    "record_outcome": "An outcome can be recorded once the call is over.",
}


@pytest.mark.parametrize(("verb", "sentence"), VERBS.items())
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_makes_no_sense_is_a_sentence_and_changes_nothing(
    owner: Client, alices: Own, verb: str, sentence: str, method: str
) -> None:
    Booking.objects.update(status="cancelled")
    before = list(Booking.objects.values_list())
    given = {"why": "x", "start": value(WEDNESDAY_TEN), "coach": "any", "email": "a@example.org"}
    answer = getattr(owner, method)(page_of(alices.booking, verb), given, follow=True)
    assert sentence in text(answer)
    assert list(Booking.objects.values_list()) == before


def test_the_history_says_in_words_what_changed(owner: Client, alice: Client, alices: Own, bobs: Own) -> None:
    services.reschedule(
        booking=bobs.booking, start=WEDNESDAY_TEN, coach=None, actor_kind="staff", actor="olga", why="", now=NOW
    )
    bobs.booking.refresh_from_db()
    services.reassign(booking=bobs.booking, actor="olga", why="Bob is ill.", coach=alices.coach, now=NOW)
    path = page_of(bobs.booking, "change")
    page = text(owner.get(path))
    assert (
        "start: Thu 14 January 2027, 10:00 AM (New York, UTC−5) → Wed 13 January 2027, 10:00 AM (New York, UTC−5)"
        in page
    )
    assert "coach: Bob Bones → Alice Ames" in page
    hers = text(alice.get(path))
    assert "coach: another coach → Alice Ames" in hers
    assert "Bob Bones" not in hers


def test_every_verb_names_who_did_it(owner: Client, alices: Own, request_of: Booking) -> None:
    owner.post(page_of(request_of, "approve_call"))
    owner.post(page_of(request_of, "move_call"), {"start": value(WEDNESDAY_TEN + HOUR)})
    owner.post(page_of(request_of, "correct_address"), {"email": "w@example.org"})
    owner.post(page_of(request_of, "cancel_call"), {"why": "Ill."})
    events = BookingEvent.objects.filter(booking=request_of, actor_kind="staff").order_by("id")
    assert list(events.values_list("name", "actor")) == [
        ("approved", "olga"),
        ("rescheduled", "olga"),
        ("address corrected", "olga"),
        ("cancelled", "olga"),
    ]
    assert history_replays()


def test_junk_in_the_address_of_the_pages_is_never_a_5xx(owner: Client, alices: Own, kind: EventType) -> None:
    junk = ["", "x", "-1", "9" * 30, "é", "2027-13-01", "9999-12-31", "0001-01-01", "٣", "any", "[]", "%FF"]
    for name in ("week", "with", "type", "coach", "length", "zone", "start", "date", "time", "clock"):
        for each in junk:
            for path in (page_of(alices.booking, "move_call"), reverse("admin:bookings_booking_book_call")):
                assert owner.get(path, {name: each}).status_code < 500, (path, name, each)
            why = {"date": "2027-01-12", "time": "10:00", "coach": alices.coach.pk, "type": kind.pk} | {name: each}
            assert owner.get(reverse("admin:bookings_booking_why_not"), why).status_code < 500, (name, each)
