"""The desk's verbs with real transactions: Django's own change pages would run them inside another one."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, Schedule, TimeOff
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.test_hours import off, rules
from tests.bookings.house import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_verbs_of_the_desk_open_their_own_transaction(alice: Client, alices: Own) -> None:
    form = off(alices, "2027-03-01 00:00", "2027-03-02 00:00")
    assert alice.post(reverse("admin:bookings_timeoff_add"), form).status_code == 302
    assert TimeOff.objects.count() == 2
    assert alice.post(reverse("admin:bookings_timeoff_delete", args=[alices.time_off.pk])).status_code == 302
    chosen = {"action": "remove_chosen", "_selected_action": [TimeOff.objects.get().pk]}
    assert alice.post(reverse("admin:bookings_timeoff_changelist"), chosen).status_code == 302
    assert TimeOff.objects.count() == 0
    path = reverse("admin:bookings_booking_cancel_call", args=[alices.booking.pk])
    assert alice.post(path, {"why": "Ill."}).status_code == 302
    assert Booking.objects.get().status == "cancelled"


def test_the_pages_of_hours_holidays_and_absence_do_too(alice: Client, alices: Own) -> None:
    hours = {"coach": alices.coach.pk, "name": "New", "time_zone": "UTC", "do": "save"} | rules((0, "09:00", "10:00"))
    assert alice.post(reverse("admin:bookings_schedule_change", args=[alices.schedule.pk]), hours).status_code == 302
    assert Schedule.objects.get().rules.count() == 1
    path = reverse("admin:bookings_coach_public_holidays", args=[alices.coach.pk])
    assert alice.post(path, {"country": "US", "subdivision": "", "do": "save"}).status_code == 302
    path = reverse("admin:bookings_coach_unavailable_today", args=[alices.coach.pk])
    assert alice.post(path, {"note": "", "why": ""}).status_code == 302
    assert TimeOff.objects.count() == 2


def test_moving_and_giving_away_do_too(owner: Client, alices: Own, bobs: Own) -> None:
    wednesday = "2027-01-13T15:00:00Z"
    path = reverse("admin:bookings_booking_move_call", args=[alices.booking.pk])
    assert owner.post(path, {"start": wednesday}).status_code == 302
    path = reverse("admin:bookings_booking_reassign_call", args=[alices.booking.pk])
    assert owner.post(path, {"coach": "any"}).status_code == 302
    assert set(Booking.objects.values_list("coach", flat=True)) == {bobs.coach.pk}
    path = reverse("admin:bookings_booking_correct_address", args=[alices.booking.pk])
    assert owner.post(path, {"email": "right@example.org"}).status_code == 302


def test_two_pages_that_save_schedules_for_the_same_days_at_once_leave_one(owner: Client, alices: Own) -> None:
    Schedule.objects.update(valid_until="2027-06-30")
    form = {"coach": alices.coach.pk, "time_zone": "UTC", "valid_from": "2027-07-01", "do": "save"}

    def save(name: str) -> Callable[[], int]:
        client = Client()
        client.cookies = owner.cookies
        return lambda: client.post(reverse("admin:bookings_schedule_add"), form | {"name": name}).status_code

    answers = race([save(name) for name in ("Lisbon", "Tokyo", "Oslo", "Lima")])
    assert sorted(answers) == [302, 422, 422, 422]
    assert Schedule.objects.filter(valid_from="2027-07-01").count() == 1
