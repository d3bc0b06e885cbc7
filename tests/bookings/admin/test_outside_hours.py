"""Hours that change over booked calls: the calls stay, staff are told, and say of each what becomes of it."""

from datetime import time

from django.test import Client
from django.urls import reverse

from bookings import services
from bookings.admin import outside_hours
from bookings.models import AvailabilityRule, Booking, Coach, DateOverride, DateOverrideWindow, EventType
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import text
from tests.bookings.admin.test_hours import rules
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, book

TOLD = "One booked call lies outside the hours of Alice Ames."


def list_of(coach: Coach) -> str:
    return reverse("admin:bookings_coach_calls_outside_hours", args=[coach.pk])


def close(own: Own) -> None:
    """The day of the coach's call (a Thursday) has no hours any more."""
    AvailabilityRule.objects.filter(schedule=own.schedule, weekday=own.booking.start.weekday()).delete()


def test_saved_hours_tell_of_the_calls_that_they_leave_out(alice: Client, alices: Own) -> None:
    form = {"coach": alices.coach.pk, "name": "Weekly hours", "time_zone": "America/New_York"}
    path = reverse("admin:bookings_schedule_change", args=[alices.schedule.pk])
    kept = text(alice.post(path, form | rules((3, "09:00", "17:00")), follow=True))
    assert TOLD not in kept
    told = text(alice.post(path, form | rules((3, "10:30", "17:00")), follow=True))
    assert TOLD in told
    assert f'<a href="{list_of(alices.coach)}">Look at them</a>' in told
    assert Booking.objects.get(pk=alices.booking.pk).status == "confirmed", "the call stays"


def test_a_date_that_is_closed_and_opened_again_tells_of_them(alice: Client, alices: Own) -> None:
    form = {"schedule": alices.schedule.pk, "date": f"{alices.booking.start:%Y-%m-%d}", "note": ""}
    form |= {"windows-TOTAL_FORMS": "0", "windows-INITIAL_FORMS": "0"}
    assert TOLD in text(alice.post(reverse("admin:bookings_dateoverride_add"), form, follow=True))
    made = DateOverride.objects.get(date=form["date"])
    path = reverse("admin:bookings_dateoverride_change", args=[made.pk])
    form |= {"windows-TOTAL_FORMS": "1", "windows-0-opens": "10:00", "windows-0-closes": "10:15"}
    assert TOLD in text(alice.post(path, form, follow=True)), "half of it is not enough"
    DateOverrideWindow.objects.update(closes=time(10, 30))
    assert outside_hours.calls(alices.coach, now=NOW) == []


def test_deleting_hours_or_an_opened_date_tells_of_them(alice: Client, alices: Own) -> None:
    close(alices)
    opened = DateOverride.objects.create(schedule=alices.schedule, date=alices.booking.start.date())
    DateOverrideWindow.objects.create(override=opened, opens=time(9), closes=time(12))
    assert outside_hours.calls(alices.coach, now=NOW) == []
    path = reverse("admin:bookings_dateoverride_delete", args=[opened.pk])
    assert TOLD in text(alice.post(path, {"post": "yes"}, follow=True))
    path = reverse("admin:bookings_schedule_changelist")
    gone = {"action": "delete_selected", "_selected_action": [alices.schedule.pk], "post": "yes"}
    assert TOLD in text(alice.post(path, gone, follow=True))


def test_public_holidays_tell_of_them(alice: Client, alices: Own, kind: EventType) -> None:
    book(kind, TUESDAY_TEN + 6 * DAY, alices.coach, email="king@example.org")  # Martin Luther King Jr. Day
    form = {"country": "US", "subdivision": "", "do": "save"}
    path = reverse("admin:bookings_coach_public_holidays", args=[alices.coach.pk])
    assert TOLD in text(alice.post(path, form, follow=True))


def test_only_coming_calls_that_are_agreed_on_are_told(alices: Own) -> None:
    close(alices)
    assert outside_hours.calls(alices.coach, now=NOW) == [alices.booking]
    assert outside_hours.calls(alices.coach, now=alices.booking.start) == []
    services.cancel(booking=alices.booking, actor_kind="staff", actor="x", why="", now=NOW)
    assert outside_hours.calls(alices.coach, now=NOW) == []


def test_the_list_gives_each_call_away_or_cancels_or_leaves_it(owner: Client, alices: Own, kind: EventType) -> None:
    kind.coaches.add(a_coach("carol", name="Carol Cole"))
    close(alices)
    path, field = list_of(alices.coach), f"call-{alices.booking.pk}"
    shown = text(owner.get(path))
    assert "Career consultation with Grace, Thu 14 January 2027, 10:00 AM" in shown
    assert "Free then: Carol Cole." in shown
    left = text(owner.post(path, {field: "leave"}, follow=True))
    assert "left as it is" in left
    given = text(owner.post(path, {field: "give", "why": "New hours."}, follow=True))
    assert "given to Carol Cole; everybody gets a mail." in given
    assert "Every booked call lies within the hours of Alice Ames." in text(owner.get(path, follow=True))


def test_the_button_is_there_only_where_there_are_such_calls(owner: Client, alices: Own) -> None:
    page = reverse("admin:bookings_coach_change", args=[alices.coach.pk])
    assert list_of(alices.coach) not in text(owner.get(page))
    close(alices)
    assert list_of(alices.coach) in text(owner.get(page))


def test_nobody_is_told_of_another_coachs_calls(alice: Client, alices: Own, bobs: Own) -> None:
    close(bobs)
    assert alice.get(list_of(bobs.coach)).status_code == 404
    answer = alice.post(list_of(bobs.coach), {f"call-{bobs.booking.pk}": "cancel", "why": "x"})
    assert (answer.status_code, Booking.objects.get(pk=bobs.booking.pk).status) == (404, "confirmed")


def test_ten_calls_are_asked_about_in_four_queries_at_most(
    alices: Own, kind: EventType, django_assert_max_num_queries: object
) -> None:
    for number in range(9):
        book(
            kind,
            TUESDAY_TEN + (7 + number // 5 * 3) * DAY + number % 5 * HOUR,
            alices.coach,
            email=f"v{number}@example.org",
        )
    close(alices)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert outside_hours.calls(alices.coach, now=NOW) == [alices.booking]
