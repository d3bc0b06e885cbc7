"""The desk's verbs with real transactions: Django's own change pages would run them inside another one."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, TimeOff
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.test_hours import off

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
