"""Hours, dates, time off and kinds of call: what cannot be is refused with a sentence."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, DateOverride, Schedule, TimeOff
from tests.bookings.admin.conftest import Own


def rules(*rows: tuple[int, str, str]) -> dict[str, list[str]]:
    """Windows as the hours editor sends them."""
    form: dict[str, list[str]] = {}
    for weekday, opens, closes in rows:
        form.setdefault(f"opens-{weekday}", []).append(opens)
        form.setdefault(f"closes-{weekday}", []).append(closes)
    return form


def schedule_form(own: Own, **changes: Any) -> dict[str, Any]:
    """A schedule for dates that no other schedule has."""
    Schedule.objects.filter(pk=own.schedule.pk).update(valid_until="2027-06-30")
    return {"coach": own.coach.pk, "name": "Summer", "time_zone": "Europe/London", "valid_from": "2027-07-01"} | changes


def test_hours_are_entered_by_weekday(alice: Client, alices: Own) -> None:
    form = schedule_form(alices) | rules((0, "09:00", "12:00"), (0, "13:00", "17:00"), (4, "20:00", "00:00"))
    answer = alice.post(reverse("admin:bookings_schedule_add"), form)
    assert answer.status_code == 302
    made = Schedule.objects.get(name="Summer")
    assert str(made.time_zone) == "Europe/London"
    assert list(made.rules.values_list("weekday", "opens", "closes")) == [
        (0, time(9), time(12)),
        (0, time(13), time(17)),
        (4, time(20), time(0)),
    ]
    listed = alice.get(reverse("admin:bookings_schedule_changelist")).content.decode()
    assert "Mon 09:00–12:00, 13:00–17:00; Fri 20:00–00:00" in listed


@pytest.mark.parametrize(("opens", "closes"), [("17:00", "09:00"), ("09:00", "09:00")])
def test_hours_that_close_before_they_open_are_refused(alice: Client, alices: Own, opens: str, closes: str) -> None:
    answer = alice.post(reverse("admin:bookings_schedule_add"), schedule_form(alices) | rules((0, opens, closes)))
    assert answer.status_code == 422
    assert f"Monday: {opens} to {closes} ends before it begins. 00:00 as the end means" in answer.content.decode()
    assert not Schedule.objects.filter(name="Summer").exists()
    form = {"schedule": alices.schedule.pk, "date": "2027-02-01", "windows-TOTAL_FORMS": "1"}
    form |= {"windows-INITIAL_FORMS": "0", "windows-0-opens": opens, "windows-0-closes": closes}
    answer = alice.post(reverse("admin:bookings_dateoverride_add"), form)
    assert "Closing must be later than opening" in answer.content.decode()
    assert DateOverride.objects.count() == 1


def test_two_schedules_for_the_same_days_are_refused(alice: Client, alices: Own) -> None:
    form = schedule_form(alices, valid_from="2027-05-01")
    answer = alice.post(reverse("admin:bookings_schedule_add"), form)
    assert "“Weekly hours” is already valid on some of these days." in answer.content.decode()
    assert Schedule.objects.count() == 1


def test_a_date_is_closed_or_opened_otherwise(alice: Client, alices: Own) -> None:
    form = {
        "schedule": alices.schedule.pk,
        "date": "2027-02-01",
        "windows-TOTAL_FORMS": "0",
        "windows-INITIAL_FORMS": "0",
    }
    assert alice.post(reverse("admin:bookings_dateoverride_add"), form).status_code == 302
    listed = alice.get(reverse("admin:bookings_dateoverride_changelist")).content.decode()
    assert "closed" in listed
    assert "10:00–12:00" in listed
    again = alice.post(reverse("admin:bookings_dateoverride_add"), form)
    assert "This date already has an override." in again.content.decode()


def test_hours_changed_at_the_desk_change_what_is_offered(alice: Client, alices: Own) -> None:
    day = {"from": "2027-01-18", "to": "2027-01-19"}
    api = reverse("api:slots", args=["consultation"])
    assert len(alice.get(api, day).json()["slots"]) == 16
    form = {"coach": alices.coach.pk, "name": "Weekly hours", "time_zone": "America/New_York"}
    form |= rules(*((weekday, "09:00", "10:00") for weekday in range(5)))
    path = reverse("admin:bookings_schedule_change", args=[alices.schedule.pk])
    assert alice.post(path, form).status_code == 302
    assert len(alice.get(api, day).json()["slots"]) == 2


def off(own: Own, start: str, end: str) -> dict[str, Any]:
    (start_0, start_1), (end_0, end_1) = start.split(), end.split()
    return {
        "coach": own.coach.pk,
        "start_0": start_0,
        "start_1": start_1,
        "end_0": end_0,
        "end_1": end_1,
        "note": "Rest",
    }


def test_time_off_is_entered_by_the_coachs_clock_and_lists_what_is_booked(alice: Client, alices: Own) -> None:
    path = reverse("admin:bookings_timeoff_add")
    answer = alice.post(path, off(alices, "2027-01-14 00:00", "2027-01-15 00:00"), follow=True)
    row = TimeOff.objects.get(note="Rest")
    assert (row.start, row.end) == (datetime(2027, 1, 14, 5, tzinfo=UTC), datetime(2027, 1, 15, 5, tzinfo=UTC))
    text = answer.content.decode()
    assert "Alice Ames cannot be booked in this time any more." in text
    assert "One call is booked in this time" in text
    assert "Career consultation with Grace, Thu 14 January 2027, 10:00 AM (New York, UTC−5)" in text
    assert Booking.objects.get().status == "confirmed"


def test_time_off_of_whole_days_needs_no_time_of_day(alice: Client, alices: Own) -> None:
    form = off(alices, "2027-03-12 x", "2027-03-14 x") | {"start_1": "", "end_1": ""}
    assert alice.post(reverse("admin:bookings_timeoff_add"), form).status_code == 302
    row = TimeOff.objects.get(note="Rest")
    # The clocks change on the last of the days: it ends four hours from UTC, not five.
    assert (row.start, row.end) == (datetime(2027, 3, 12, 5, tzinfo=UTC), datetime(2027, 3, 15, 4, tzinfo=UTC))


def test_time_off_is_read_by_the_clock_that_is_chosen(owner: Client, alices: Own) -> None:
    Schedule.objects.filter(pk=alices.schedule.pk).update(time_zone="America/Los_Angeles")
    path, form = reverse("admin:bookings_timeoff_add"), off(alices, "2027-02-01 09:00", "2027-02-01 10:00")
    for clock, hour in (("", 17), ("coach", 17), ("desk", 14)):
        owner.post(path, form | {"clock": clock})
        row = TimeOff.objects.latest("pk")
        assert (row.start, row.end) == (
            datetime(2027, 2, 1, hour, tzinfo=UTC),
            datetime(2027, 2, 1, hour + 1, tzinfo=UTC),
        )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"start_0": ""}, "Give the date."),
        ({"start_0": "", "start_1": ""}, "Give the date."),
        ({"start_0": "9999-12-31", "end_0": "9999-12-31", "end_1": ""}, "Give a date of this century."),
        ({"start_0": "0001-01-01"}, "Give a date of this century."),
        ({"start_0": "soon"}, "Enter a valid date."),
        ({"end_1": "25:00"}, "Enter a valid time."),
        ({"clock": "sun"}, "Select a valid choice."),
        ({"coach": "77"}, "Select a valid choice."),
        ({"start_0": "2027-02-01\x00"}, "Enter a valid date."),
    ],
)
def test_time_off_that_is_none_is_a_sentence(
    alice: Client, alices: Own, changes: dict[str, str], sentence: str
) -> None:
    form = off(alices, "2027-02-01 09:00", "2027-02-01 10:00") | changes
    answer = alice.post(reverse("admin:bookings_timeoff_add"), form)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert TimeOff.objects.count() == 1


def test_time_off_that_ends_before_it_starts_is_refused(alice: Client, alices: Own) -> None:
    answer = alice.post(reverse("admin:bookings_timeoff_add"), off(alices, "2027-01-15 00:00", "2027-01-14 00:00"))
    assert answer.status_code == 422
    assert "The end must be after the start." in answer.content.decode()
    assert TimeOff.objects.count() == 1


def test_time_off_is_given_back_behind_a_button(alice: Client, alices: Own) -> None:
    path = reverse("admin:bookings_timeoff_delete", args=[alices.time_off.pk])
    assert b"Give the time free again" in alice.get(path).content
    assert TimeOff.objects.count() == 1
    assert alice.post(path).status_code == 302
    assert TimeOff.objects.count() == 0
