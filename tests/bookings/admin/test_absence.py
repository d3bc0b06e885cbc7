"""A coach is away: the calls in that time are listed, and each is given away, cancelled or left in one go."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings import services
from bookings.models import Booking, EventType, TimeOff
from mail.models import Message
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import text
from tests.bookings.admin.test_hours import off
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, book, history_replays, hold, overlaps

LATER = NOW + 4 * HOUR  # today, 14:00 in New York


@pytest.fixture
def away(alices: Own) -> TimeOff:
    """Alice is away on the day of Grace's call."""
    start = alices.booking.start.replace(hour=5)
    return TimeOff.objects.create(coach=alices.coach, start=start, end=start + DAY)


@pytest.fixture
def free_bob(bobs: Own) -> Own:
    """Bob, whose call of that time is elsewhere."""
    services.reschedule(
        booking=bobs.booking, start=LATER + 2 * DAY, coach=None, actor_kind="staff", actor="x", why="", now=NOW
    )
    return bobs


def calls_of(row: TimeOff) -> str:
    return reverse("admin:bookings_timeoff_calls", args=[row.pk])


def today_of(own: Own) -> str:
    return reverse("admin:bookings_coach_unavailable_today", args=[own.coach.pk])


def choice(booking: Booking, what: str, why: str = "Your coach is ill.") -> dict[str, str]:
    return {f"call-{booking.pk}": what, "why": why}


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_adding_time_off_over_a_call_leads_to_the_calls(alice: Client, alices: Own) -> None:
    answer = alice.post(
        reverse("admin:bookings_timeoff_add"), off(alices, "2027-01-14 00:00", "2027-01-15 00:00"), follow=True
    )
    row = TimeOff.objects.get(note="Rest")
    assert answer.redirect_chain == [(calls_of(row), 302)]
    assert answer.context["form"].initial == {}
    assert answer.context["form"].fields[f"call-{alices.booking.pk}"].initial == "leave"


def test_time_off_over_nothing_leads_to_the_list(alice: Client, alices: Own) -> None:
    answer = alice.post(reverse("admin:bookings_timeoff_add"), off(alices, "2027-01-15 00:00", "2027-01-16 00:00"))
    assert answer["Location"] == reverse("admin:bookings_timeoff_changelist")


def test_staff_read_who_is_free_and_a_coach_only_that_somebody_is(
    owner: Client, alice: Client, away: TimeOff, free_bob: Own
) -> None:
    assert "Free then: Bob Bones." in text(owner.get(calls_of(away)))
    hers = text(alice.get(calls_of(away)))
    assert "A colleague is free then." in hers
    assert "Bob" not in hers


def test_a_call_is_given_to_whoever_is_free(owner: Client, alices: Own, away: TimeOff, free_bob: Own) -> None:
    answer = owner.post(calls_of(away), choice(alices.booking, "give", ""), follow=True)
    assert told(answer) == [
        "Career consultation with Grace, Thu 14 January 2027, 10:00 AM (New York, UTC−5): "
        "given to Bob Bones; everybody gets a mail."
    ]
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.coach, row.start) == (free_bob.coach, alices.booking.start)
    assert (history_replays(), overlaps()) == (True, 0)


def test_a_coach_is_not_told_who_took_the_call(alice: Client, alices: Own, away: TimeOff, free_bob: Own) -> None:
    answer = alice.post(calls_of(away), choice(alices.booking, "give"), follow=True)
    assert told(answer)[0].endswith("given to a colleague; everybody gets a mail.")
    assert "Bob" not in text(answer)


def test_a_cancelled_student_reads_the_reason(alice: Client, alices: Own, away: TimeOff) -> None:
    missing = alice.post(calls_of(away), choice(alices.booking, "cancel", " "))
    assert missing.status_code == 422
    assert "Give the reason: students whose call is cancelled read it." in text(missing)
    answer = alice.post(calls_of(away), choice(alices.booking, "cancel"), follow=True)
    assert told(answer)[0].endswith("cancelled; the student gets a mail with the reason.")
    row = Booking.objects.get(pk=alices.booking.pk)
    assert (row.status, row.cancel_reason) == ("cancelled", "Your coach is ill.")
    assert Message.objects.filter(kind="bookings.cancelled", status="due", recipient="grace@example.org").exists()


def test_a_call_is_left_where_staff_leave_it(alice: Client, alices: Own, away: TimeOff) -> None:
    answer = alice.post(calls_of(away), choice(alices.booking, "leave", ""), follow=True)
    assert told(answer)[0].endswith("left as it is.")
    assert Booking.objects.get(pk=alices.booking.pk).status == "confirmed"


def test_where_nobody_is_free_giving_is_no_choice(owner: Client, alices: Own, away: TimeOff) -> None:
    assert "Nobody else is free then." in text(owner.get(calls_of(away)))
    assert owner.post(calls_of(away), choice(alices.booking, "give")).status_code == 422
    assert Booking.objects.get(pk=alices.booking.pk).coach == alices.coach


def test_a_choice_is_needed_for_each_call(owner: Client, alices: Own, away: TimeOff) -> None:
    answer = owner.post(calls_of(away), {"why": "x"})
    assert answer.status_code == 422
    assert "Choose what becomes of this call." in text(answer)


def test_unavailable_today_shows_what_it_will_do(alice: Client, alices: Own, kind: EventType) -> None:
    book(kind, start=LATER, coach=alices.coach, name="Ida", email="ida@example.org")
    page = text(alice.get(today_of(alices)))
    assert "From now to Tue 12 January 2027, 12:00 AM (New York, UTC−5) nothing can be booked with Alice Ames." in page
    assert "Career consultation with Ida, Mon 11 January 2027, 2:00 PM" in page
    assert "Grace" not in page, "her call is on Thursday"
    assert TimeOff.objects.filter(start=NOW).count() == 0, "a GET changes nothing"


def test_unavailable_today_deals_with_every_call_in_one_go(
    owner: Client, alices: Own, free_bob: Own, kind: EventType
) -> None:
    given = book(kind, start=LATER, coach=alices.coach, name="Ida", email="ida@example.org")
    lost = book(kind, start=LATER + HOUR, coach=alices.coach, name="Uma", email="uma@example.org")
    book(kind, start=LATER + HOUR, coach=free_bob.coach, name="Bo", email="bo@example.org")
    page = owner.get(today_of(alices))
    form = {name: field.initial for name, field in page.context["form"].fields.items() if name.startswith("call-")}
    assert form == {f"call-{given.pk}": "give-or-cancel", f"call-{lost.pk}": "cancel"}
    answer = owner.post(today_of(alices), form | {"why": "Your coach is ill.", "note": "Flu"}, follow=True)
    at = "Mon 11 January 2027, 2:00 PM (New York, UTC−5)"
    assert told(answer) == [
        "Alice Ames cannot be booked any more until Tue 12 January 2027, 12:00 AM (New York, UTC−5).",
        f"Career consultation with Ida, {at}: given to Bob Bones; everybody gets a mail.",
        f"Career consultation with Uma, {at.replace('2:00', '3:00')}: "
        "cancelled; the student gets a mail with the reason.",
    ]
    row = TimeOff.objects.get(note="Flu")
    assert (row.start, row.end) == (NOW, datetime.fromisoformat("2027-01-12T05:00Z"))
    assert Booking.objects.get(pk=given.pk).coach == free_bob.coach
    assert Booking.objects.get(pk=lost.pk).status == "cancelled"
    assert (history_replays(), overlaps()) == (True, 0)


def test_whoever_is_free_no_more_means_a_cancellation(
    owner: Client, alices: Own, free_bob: Own, kind: EventType
) -> None:
    """Between looking and pressing, Bob's hour goes: the call is cancelled, not lost."""
    call = book(kind, start=LATER, coach=alices.coach, name="Ida", email="ida@example.org")
    form = choice(call, "give-or-cancel")
    hold(kind, start=LATER + 30 * MINUTE, coach=free_bob.coach)
    TimeOff.objects.create(coach=free_bob.coach, start=LATER - HOUR, end=LATER - 30 * MINUTE)
    assert owner.get(today_of(alices)).context["form"].fields[f"call-{call.pk}"].choices[0][0] == "give-or-cancel"
    EventType.objects.filter(pk=kind.pk).update(limit_per_day=1)
    answer = owner.post(today_of(alices), form)
    assert answer.status_code == 422, "the choice is gone, and the page says who is free now"
    assert "Nobody else is free then." in text(answer)


def test_a_call_that_has_begun_is_left_unless_staff_say_otherwise(
    owner: Client, alices: Own, free_bob: Own, kind: EventType, clock: Any
) -> None:
    call = book(kind, start=LATER, coach=alices.coach, name="Ida", email="ida@example.org")
    clock.move_to(LATER + 10 * MINUTE)
    owner.force_login(owner.get("/admin/").wsgi_request.user)
    page = owner.get(today_of(alices))
    field = page.context["form"].fields[f"call-{call.pk}"]
    assert (field.initial, [value for value, _ in field.choices]) == ("leave", ["cancel", "leave"])
    assert "It has begun: it cannot be given away." in text(page)


def test_unavailable_today_twice_blocks_once(alice: Client, alices: Own) -> None:
    for _ in range(2):
        assert alice.post(today_of(alices), {"note": "", "why": ""}).status_code == 302
    assert TimeOff.objects.filter(coach=alices.coach, start=NOW).count() == 1


def test_a_coach_reaches_the_own_button_from_the_menu(alice: Client, owner: Client, alices: Own) -> None:
    path = reverse("admin:bookings_timeoff_unavailable_today")
    assert alice.get(path)["Location"] == today_of(alices)
    assert owner.get(path)["Location"] == reverse("admin:bookings_coach_changelist")


def test_advisors_block_a_day_for_a_coach_who_phones(advisor: Client, alices: Own) -> None:
    assert advisor.post(today_of(alices), {"note": "", "why": ""}).status_code == 302
    assert TimeOff.objects.filter(coach=alices.coach, start=NOW).exists()


def test_who_may_not_change_calls_deals_with_none(advisor: Client, alices: Own, away: TimeOff) -> None:
    from django.contrib.auth.models import Group

    Group.objects.get(name="Advisor").permissions.remove(Permission.objects.get(codename="change_booking"))
    assert advisor.post(calls_of(away), choice(alices.booking, "cancel")).status_code == 403
    assert advisor.post(today_of(alices), {"note": ""}).status_code == 403
    assert Booking.objects.get(pk=alices.booking.pk).status == "confirmed"
    assert not TimeOff.objects.filter(start=NOW).exists()
