"""A hold under the form: renewed at each step, run out, or lost to somebody else; the form is kept."""

from datetime import timedelta
from typing import Any

from django.test import Client

from bookings.models import Booking, EventType
from tests.bookings.house import MINUTE, NOW, TUESDAY_TEN, book
from tests.bookings.screens.visit import page

TEN, ELEVEN = "2027-01-12T15:00:00Z", "2027-01-12T16:00:00Z"
SHORTLY = timedelta(seconds=5)


def test_a_mistake_renews_the_hold(visitor: Client, path: str, form: dict[str, str], clock: Any) -> None:
    clock.shift(4 * MINUTE)
    visitor.post(path, form | {"name": ""})
    assert Booking.objects.get().held_until == NOW + SHORTLY + 14 * MINUTE


def test_the_hold_is_renewed_on_request_without_complaints(
    visitor: Client, path: str, form: dict[str, str], clock: Any
) -> None:
    clock.shift(9 * MINUTE)
    answer = visitor.post(path, form | {"email": "", "do": "renew"})
    shown = page(answer)
    assert answer.status_code == 200
    assert "We keep this time for you until 9:19 AM" in shown.text
    assert shown.fields["name"] == "Grace Hopper"
    assert "Enter the email" not in shown.text
    assert Booking.objects.get().hold_renewals == 1


def test_a_hold_is_renewed_ten_times_at_most(visitor: Client, path: str, form: dict[str, str]) -> None:
    for _ in range(11):
        answer = visitor.post(path, form | {"do": "renew"})
    assert Booking.objects.get().hold_renewals == 10
    assert "Keep it ten more minutes" not in page(answer).text


def test_renewing_too_late_says_so_and_keeps_the_form(
    visitor: Client, path: str, form: dict[str, str], clock: Any
) -> None:
    clock.shift(11 * MINUTE)
    answer = visitor.post(path, form | {"do": "renew"})
    assert answer.status_code == 409
    assert "The time had already run out. It may still be free" in page(answer).text
    assert page(answer).fields["name"] == "Grace Hopper"


def test_a_hold_that_ran_out_still_books_when_the_time_is_free(
    visitor: Client, path: str, form: dict[str, str], clock: Any
) -> None:
    clock.shift(30 * MINUTE)
    assert "We kept this time until 9:10 AM, and it is still free." in page(visitor.get(path)).text
    assert visitor.post(path, form).status_code == 303
    assert Booking.objects.get(status="confirmed").start == TUESDAY_TEN


def test_who_loses_the_time_keeps_the_form_and_books_a_near_one(
    visitor: Client, path: str, form: dict[str, str], kind: EventType, clock: Any
) -> None:
    clock.shift(11 * MINUTE)
    book(kind, email="other@example.org", now=NOW + 12 * MINUTE)
    answer = visitor.post(path, form)
    shown = page(answer)
    assert answer.status_code == 409
    assert "that time is taken now. These are the nearest free times. What you typed is still here." in shown.text
    assert shown.fields["name"] == "Grace Hopper"
    assert len(shown.times()) == 6
    chosen = str(shown.radios[-1]["value"])
    again = visitor.post(path, form | shown.hidden | {"start": chosen})
    assert again.status_code == 303, page(again).text
    assert Booking.objects.get(attendee_email="grace@example.org").start.strftime("%Y-%m-%dT%H:%M:%SZ") == chosen


def test_opening_the_form_of_a_lost_time_offers_the_nearest(
    visitor: Client, path: str, kind: EventType, clock: Any
) -> None:
    clock.shift(11 * MINUTE)
    book(kind, email="other@example.org", now=NOW + 12 * MINUTE)
    shown = page(visitor.get(path))
    assert "The time you had chosen is taken now. These are the nearest free times." in shown.text
    assert "What you typed" not in shown.text
    assert len(shown.times()) == 6
