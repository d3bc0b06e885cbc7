"""The hours editor: a week on one page, saved in one go, with what will be offered beside it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import (
    AvailabilityRule,
    Coach,
    DateOverride,
    EventType,
    OutsideBusy,
    OutsideCalendar,
    Schedule,
    TimeOff,
    WorkedHoliday,
)
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import text
from tests.bookings.admin.test_hours import rules
from tests.bookings.house import HOUR, a_coach


def page_of(schedule: Schedule) -> str:
    return reverse("admin:bookings_schedule_change", args=[schedule.pk])


def form_of(schedule: Schedule, *rows: tuple[int, str, str], **more: Any) -> dict[str, Any]:
    values = {"coach": schedule.coach_id, "name": schedule.name, "time_zone": str(schedule.time_zone), "do": "save"}
    return values | rules(*rows) | more


def week_of(answer: Any) -> dict[str, list[tuple[str, str]]]:
    """The windows that stand in the form, by day."""
    days = answer.context["week"].days
    return {day.name: [(row.opens, row.closes) for row in day.rows] for day in days if day.rows}


def offered(answer: Any) -> dict[str, tuple[list[str], str]]:
    """Each day of the preview: what is named on it, and the starts or why there are none."""
    days = answer.context["preview"].days
    return {day.name: (day.lines, ", ".join(day.runs) or day.nothing) for day in days}


def test_the_page_shows_the_week_as_it_is_saved(alice: Client, alices: Own) -> None:
    shown = week_of(alice.get(page_of(alices.schedule)))
    assert shown == {day: [("09:00", "17:00")] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")}


def test_one_day_is_copied_to_others_without_script_and_without_saving(alice: Client, alices: Own) -> None:
    form = form_of(alices.schedule, (0, "09:00", "12:00"), (0, "13:00", "15:00"), (1, "06:00", "07:00"), do="copy")
    form |= {"copy-from": "0", "copy-to": ["0", "1", "6", "9", "x"]}
    before = list(AvailabilityRule.objects.values_list())
    answer = alice.post(page_of(alices.schedule), form)
    assert answer.status_code == 200
    assert "Copied. Save the hours to keep it." in text(answer)
    monday = [("09:00", "12:00"), ("13:00", "15:00")]
    assert week_of(answer) == {"Monday": monday, "Tuesday": monday, "Sunday": monday}
    assert list(AvailabilityRule.objects.values_list()) == before


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        ("more:6", {"Monday": 2, "Sunday": 1}),
        ("more:0", {"Monday": 3}),
        ("drop:0:0", {"Monday": 1}),
        ("drop:0:7", {"Monday": 2}),
        ("more:7", {"Monday": 2}),
        ("drop", {"Monday": 2}),
        ("more:٣", {"Monday": 2}),
    ],
)
def test_windows_come_and_go_by_a_button(alice: Client, alices: Own, wish: str, left: dict[str, int]) -> None:
    form = form_of(alices.schedule, (0, "09:00", "12:00"), (0, "13:00", "15:00"), do=wish)
    answer = alice.post(page_of(alices.schedule), form)
    assert {day: len(rows) for day, rows in week_of(answer).items()} == left
    assert AvailabilityRule.objects.filter(schedule=alices.schedule).count() == 5


def test_a_day_holds_a_dozen_windows_and_no_more(alice: Client, alices: Own) -> None:
    rows = [(0, f"{hour:02}:00", f"{hour:02}:30") for hour in range(23)]
    answer = alice.post(page_of(alices.schedule), form_of(alices.schedule, *rows, do="more:0"))
    assert len(week_of(answer)["Monday"]) == 12


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [(0, "09:00", "12:00"), (0, "11:00", "13:00")],
            "Monday: 09:00 to 12:00 and 11:00 to 13:00 overlap. Make them one.",
        ),
        (
            [(4, "20:00", "00:00"), (4, "22:00", "23:00")],
            "Friday: 20:00 to 00:00 and 22:00 to 23:00 overlap. Make them one.",
        ),
        ([(2, "17:00", "09:00")], "Wednesday: 17:00 to 09:00 ends before it begins."),
        ([(2, "09:00", "")], "Wednesday: give a time like 17:00 to end."),
        ([(2, "", "09:00")], "Wednesday: give a time like 09:00 to begin."),
        ([(6, "nine", "ten")], "Sunday: give a time like 09:00 to begin."),
        ([(6, "25:00", "26:00")], "Sunday: give a time like 09:00 to begin."),
    ],
)
def test_hours_that_cannot_be_are_refused_in_a_sentence(
    alice: Client, alices: Own, rows: list[tuple[int, str, str]], sentence: str
) -> None:
    answer = alice.post(page_of(alices.schedule), form_of(alices.schedule, *rows))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert AvailabilityRule.objects.filter(schedule=alices.schedule).count() == 5


def test_touching_windows_and_empty_lines_are_fine(alice: Client, alices: Own) -> None:
    form = form_of(alices.schedule, (0, "09:00", "12:00"), (0, "12:00", "15:00"), (1, "", ""))
    assert alice.post(page_of(alices.schedule), form).status_code == 302
    kept = AvailabilityRule.objects.filter(schedule=alices.schedule).values_list("weekday", "opens", "closes")
    assert list(kept) == [(0, time(9), time(12)), (0, time(12), time(15))]


def test_saving_hours_counts_as_a_write_to_the_coach(alice: Client, alices: Own) -> None:
    before = Coach.objects.get(pk=alices.coach.pk).version
    alice.post(page_of(alices.schedule), form_of(alices.schedule, (0, "09:00", "12:00")))
    assert Coach.objects.get(pk=alices.coach.pk).version == before + 1


def test_a_schedule_given_to_another_coach_counts_for_both(owner: Client, alices: Own, bobs: Own) -> None:
    Schedule.objects.filter(pk=bobs.schedule.pk).update(valid_until="2027-06-30")
    summer = Schedule.objects.create(coach=alices.coach, name="Summer", valid_from="2028-07-01", time_zone="UTC")
    Schedule.objects.filter(pk=alices.schedule.pk).update(valid_until="2027-06-30")
    before = {coach.pk: coach.version for coach in Coach.objects.all()}
    form = form_of(summer, coach=bobs.coach.pk, valid_from="2028-07-01")
    assert owner.post(page_of(summer), form).status_code == 302
    assert {coach.pk: coach.version for coach in Coach.objects.all()} == {pk: each + 1 for pk, each in before.items()}


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (("2027-05-02", "2027-05-01"), "The last day must not be before the first."),
        (("2027-03-01", "2027-03-31"), "“Weekly hours” is already valid on some of these days."),
        (("someday", ""), "Enter a valid date."),
    ],
)
def test_dates_of_a_schedule_that_cannot_be_are_refused(
    alice: Client, alices: Own, dates: tuple[str, str], sentence: str
) -> None:
    form = {"coach": alices.coach.pk, "name": "Trip", "time_zone": "Asia/Tokyo", "valid_from": dates[0]}
    answer = alice.post(reverse("admin:bookings_schedule_add"), form | {"valid_until": dates[1], "do": "save"})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert Schedule.objects.count() == 1


def test_the_list_tells_which_schedule_of_a_traveller_holds_now(alice: Client, alices: Own) -> None:
    Schedule.objects.filter(pk=alices.schedule.pk).update(valid_from="2027-01-05", valid_until="2027-01-31")
    for name, first, last in (("Tokyo", "2027-02-01", None), ("Lisbon", None, "2027-01-04")):
        Schedule.objects.create(
            coach=alices.coach, name=name, valid_from=first, valid_until=last, time_zone="Asia/Tokyo"
        )
    answer = alice.get(reverse("admin:bookings_schedule_changelist"))
    admin = answer.context["cl"].model_admin
    found = {row.name: admin.holds(row) for row in answer.context["cl"].result_list}
    assert found == {"Lisbon": "over", "Weekly hours": "now", "Tokyo": "later"}


def test_the_week_is_shown_as_it_will_be_offered_with_everything_in_the_way_named(alice: Client, alices: Own) -> None:
    coach = alices.coach
    Coach.objects.filter(pk=coach.pk).update(holiday_country="US")
    day = datetime(2027, 1, 19, 14, tzinfo=UTC)  # Tuesday, 9:00 in New York
    TimeOff.objects.create(coach=coach, start=day, end=day + 2 * HOUR, note="Dentist")
    calendar = OutsideCalendar.objects.create(coach=coach, name="Work", url="https://calendar.example/x.ics")
    OutsideBusy.objects.create(calendar=calendar, start=day + 2 * HOUR, end=day + 3 * HOUR)
    override = DateOverride.objects.create(schedule=alices.schedule, date=date(2027, 1, 21), note="School play")
    override.windows.create(opens=time(13), closes=time(0))
    DateOverride.objects.create(schedule=alices.schedule, date=date(2027, 1, 22))
    week = offered(alice.get(page_of(alices.schedule) + "?week=2027-01-18"))
    assert week == {
        "Monday 18 January": (["Public holiday: Martin Luther King Jr. Day"], "Closed."),
        "Tuesday 19 January": (
            [
                "Open 9:00 AM–5:00 PM",
                "Time off (Dentist), 9:00 AM–11:00 AM",
                "Busy in “Work”, 11:00 AM–12:00 PM",
            ],
            "12:00 PM to 4:30 PM",
        ),
        "Wednesday 20 January": (
            ["Open 10:00 AM–12:00 PM", "Other hours on this date (Alice Ames away): a date override"],
            "10:00 AM to 11:30 AM",
        ),
        "Thursday 21 January": (
            ["Open 1:00 PM–midnight", "Other hours on this date (School play): a date override"],
            "1:00 PM to 11:30 PM",
        ),
        "Friday 22 January": (["Closed on this date: a date override"], "Closed."),
        "Saturday 23 January": ([], "Closed."),
        "Sunday 24 January": ([], "Closed."),
    }
    WorkedHoliday.objects.create(coach=coach, name="Martin Luther King Jr. Day")
    monday = offered(alice.get(page_of(alices.schedule) + "?week=2027-01-18"))["Monday 18 January"]
    assert monday == (
        ["Open 9:00 AM–5:00 PM", "Public holiday: Martin Luther King Jr. Day (worked)"],
        "9:00 AM to 4:30 PM",
    )


def test_this_week_names_calls_and_what_is_past_or_too_soon(alice: Client, alices: Own) -> None:
    EventType.objects.update(minimum_notice=timedelta(hours=30))
    week = offered(alice.get(page_of(alices.schedule)))
    assert week["Monday 11 January"] == (["Open 9:00 AM–5:00 PM"], "Too soon: minimum notice is not met any more.")
    thursday = week["Thursday 14 January"]
    assert thursday[0] == ["Open 9:00 AM–5:00 PM", "Career consultation, Grace, 10:00 AM–10:30 AM"]
    assert thursday[1] == "9:00 AM, 9:30 AM, 10:30 AM to 4:30 PM"
    far = offered(alice.get(page_of(alices.schedule) + "?week=2027-04-12"))
    assert far["Monday 12 April"][1] == "Not yet: visitors can book 60 days ahead."


def test_the_preview_shows_hours_that_are_typed_and_not_saved(alice: Client, alices: Own) -> None:
    form = form_of(alices.schedule, (0, "20:00", "00:00"), do="show", week="2027-01-18")
    answer = alice.post(page_of(alices.schedule), form)
    assert answer.status_code == 200
    assert offered(answer)["Monday 18 January"] == (["Open 8:00 PM–midnight"], "8:00 PM to 11:30 PM")
    assert AvailabilityRule.objects.filter(schedule=alices.schedule).count() == 5


def test_the_preview_of_a_new_schedule_stands_beside_the_others(alice: Client, alices: Own) -> None:
    Schedule.objects.filter(pk=alices.schedule.pk).update(valid_until="2027-01-19")
    form = {"coach": alices.coach.pk, "name": "Trip", "time_zone": "America/Chicago", "valid_from": "2027-01-20"}
    form |= {"do": "show", "week": "2027-01-18"} | rules((3, "10:00", "11:00"))
    week = offered(alice.post(reverse("admin:bookings_schedule_add"), form))
    assert week["Tuesday 19 January"][1] == "9:00 AM to 4:30 PM"
    assert week["Thursday 21 January"][1] == "11:00 AM, 11:30 AM", "by the clock that holds on Monday"
    assert week["Friday 22 January"] == ([], "Closed.")


def test_an_advisor_sees_the_week_and_changes_nothing(advisor: Client, alices: Own) -> None:
    page = text(advisor.get(page_of(alices.schedule)))
    assert "Save the hours" not in page
    assert "The week as it will be offered" in page
    assert advisor.post(page_of(alices.schedule), form_of(alices.schedule)).status_code == 403
    assert advisor.get(reverse("admin:bookings_schedule_add")).status_code == 403
    assert AvailabilityRule.objects.filter(schedule=alices.schedule).count() == 5


def test_posting_another_schedules_coach_changes_nothing(alice: Client, alices: Own) -> None:
    other = a_coach("zoe")
    form = form_of(alices.schedule, coach=other.pk)
    answer = alice.post(page_of(alices.schedule), form)
    assert answer.status_code == 422
    assert Schedule.objects.get(pk=alices.schedule.pk).coach == alices.coach


def test_junk_in_the_hours_is_never_a_5xx(alice: Client, alices: Own) -> None:
    for wish in ("", "copy", "copy:", "drop:9:9", "more:-1", "x" * 5000, "save:1", "show"):
        form = form_of(alices.schedule, (0, "é", "\0"), do=wish, week="9999-99-99", type="٣")
        assert alice.post(page_of(alices.schedule), form | {"copy-from": "²", "copy-to": "²"}).status_code < 500, wish
    for zone in ("", "Mars/Base", "../../etc/passwd", "\0"):
        assert alice.post(page_of(alices.schedule), form_of(alices.schedule, time_zone=zone)).status_code == 422, zone
    assert AvailabilityRule.objects.filter(schedule=alices.schedule).count() == 5


def test_the_page_shows_itself_without_script(alice: Client, alices: Own) -> None:
    """unfold keeps a page hidden until its script has run."""
    page = text(alice.get(page_of(alices.schedule)))
    assert re.search(r"<noscript><link href=\"[^\"]+desk-noscript[^\"]*\.css\" rel=\"stylesheet\"></noscript>", page)
