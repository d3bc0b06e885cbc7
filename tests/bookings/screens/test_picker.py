"""Week or month, length and part of the day: what is shown, what is hidden, and the way out of an empty page."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.models import AvailabilityRule, Booking, Coach, EventType, TimeOff
from bookings.services import gate
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book
from tests.bookings.screens.visit import choose_path, held_page, page, post_hold

TEN = "2027-01-12T15:00:00Z"


def cells(source: str) -> dict[int, str]:
    """What the squares of a month say, by day."""
    found = re.findall(r'<(?:a|span) class="day[ "][^>]*>(.*?)</(?:a|span)>\s*</td>', source, re.S)
    words = [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]
    return {int(each.split()[0]): each.split(" ", 1)[1] for each in words}


def test_a_month_is_a_table_that_says_each_day_in_words(visitor: Client, ada: Coach) -> None:
    kind = a_type(ada, slug="consultation", duration=8 * HOUR)
    book(kind, start=datetime(2027, 1, 13, 14, tzinfo=UTC))
    shown = page(visitor.get(choose_path(kind, view="month")))
    assert "<caption>January 2027</caption>" in shown.source
    assert re.findall(r'<th scope="col"><abbr title="(\w+)">', shown.source) == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]  # fmt: skip
    found = cells(shown.source)
    assert min(found) == 11, "weeks that are over are not shown"
    assert (found[11], found[12], found[13], found[16]) == ("none", "January, free", "full", "none")
    assert "February →" in shown.links
    assert "December" not in shown.text


def test_a_day_of_the_month_leads_to_its_times_and_stays_in_the_month(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get(choose_path(kind, view="month", coach="ada")))
    link = shown.links["20 January, free"]
    assert "view=month" in link
    assert "coach=ada" in link
    day = page(visitor.get(f"/book/consultation/{link.split('#')[0]}"))
    assert day.radios[0]["data-moment"] == "Wed 20 January, 8:00 AM Central"
    assert "<caption>January 2027</caption>" in day.source


def test_days_behind_the_booking_window_and_before_today_say_so(visitor: Client, kind: EventType, clock: Any) -> None:
    EventType.objects.update(booking_window=8 * DAY)
    clock.move_to(NOW + DAY)
    found = cells(page(visitor.get(choose_path(kind, view="month"))).source)
    assert {day: found[day] for day in (11, 12, 19, 20, 21, 31)} == {
        11: "past", 12: "January, free", 19: "January, free", 20: "January, free", 21: "later", 31: "later",
    }  # fmt: skip


def test_an_empty_month_offers_the_nearest_free_days_instead(visitor: Client, kind: EventType, ada: Coach) -> None:
    TimeOff.objects.create(coach=ada, start=NOW, end=NOW + 25 * DAY)
    shown = page(visitor.get(choose_path(kind, view="month")))
    assert "No open times in January 2027" in shown.text
    assert "<table" not in shown.source
    assert "view=month" in shown.links["Fri 5 February"]


def test_week_and_month_are_one_click_apart_and_keep_everything_else(visitor: Client, kind: EventType) -> None:
    EventType.objects.update(other_durations=[60])
    query = {"coach": "ada", "duration": "60", "part": "morning", "day": "2027-01-20"}
    week = page(visitor.get(choose_path(kind, **query)))
    month = page(visitor.get(f"/book/consultation/{week.links['Month'].split('#')[0]}"))
    chosen = {"tz": "America/Chicago", "coach": "ada", "duration": "60", "part": "morning", "day": "2027-01-20"}
    kept = [{name: value for name, value in each.hidden.items() if "csrf" not in name} for each in (week, month)]
    assert kept == [chosen, chosen | {"view": "month"}]
    assert month.radios == week.radios
    again = page(visitor.get(f"/book/consultation/{month.links['Week'].split('#')[0]}"))
    assert (again.radios, "view" in again.hidden) == (week.radios, False)


@pytest.mark.parametrize(
    ("part", "first", "last", "hidden"),
    [("morning", "8:00 AM", "11:30 AM", 40), ("afternoon", "12:00 PM", "3:30 PM", 34)],
)
def test_a_part_of_the_day_shows_only_its_times_and_says_how_many_it_hides(
    visitor: Client, kind: EventType, part: str, first: str, last: str, hidden: int
) -> None:
    shown = page(visitor.get(choose_path(kind, day="2027-01-12", part=part)))
    assert (shown.times()[0], shown.times()[-1], len(shown.times())) == (first, last, 8)
    assert f"You see {part} times only; {hidden} other times in this week are hidden." in shown.text
    everything = page(visitor.get(f"/book/consultation/{shown.links['Show all times'].split('#')[0]}&day=2027-01-12"))
    assert len(everything.times()) == 16


def test_a_part_of_the_day_without_times_is_never_a_dead_end(visitor: Client, kind: EventType, ada: Coach) -> None:
    shown = page(visitor.get(choose_path(kind, part="evening")))
    assert "No open evening times until" in shown.text
    assert "Show all times" in shown.links
    AvailabilityRule.objects.create(schedule=ada.schedules.get(), weekday=3, opens=time(18), closes=time(19))
    TimeOff.objects.create(coach=ada, start=NOW, end=NOW + 6 * DAY)
    gate.changed(ada.pk)
    shown = page(visitor.get(choose_path(kind, part="evening")))
    assert "No open evening times from Mon 11 January to Sun 17 January." in shown.text
    assert next(words for words in shown.links if words.startswith("Thu ")) == "Thu 21 January"


def test_a_day_with_other_times_only_says_hidden_not_full(visitor: Client, kind: EventType, ada: Coach) -> None:
    AvailabilityRule.objects.create(schedule=ada.schedules.get(), weekday=1, opens=time(18), closes=time(19))
    assert "Wed 13 hidden" in page(visitor.get(choose_path(kind, part="evening"))).text


def test_the_night_is_offered_only_where_somebody_is_free_at_night(visitor: Client, kind: EventType) -> None:
    assert "Night, before 6 AM" not in page(visitor.get(choose_path(kind))).links
    assert "Night, before 6 AM" in page(visitor.get("/book/consultation/?tz=Asia/Kolkata")).links


def test_lengths_are_chosen_before_the_times_and_go_on_to_the_call(
    visitor: Client, kind: EventType, clock: time_machine.Traveller
) -> None:
    assert "How long?" not in page(visitor.get(choose_path(kind))).text
    kind.other_durations = [60]
    kind.save()
    shown = page(visitor.get(choose_path(kind, day="2027-01-12")))
    assert "30 minutes" in shown.links
    hour = page(visitor.get(f"/book/consultation/{shown.links['1 hour'].split('#')[0]}&day=2027-01-12"))
    assert hour.times()[-1] == "3:00 PM", "an hour no longer fits at half past three"
    assert hour.hidden["duration"] == "60"
    path = held_page(visitor, kind, TEN, duration="60")
    details = page(visitor.get(path))
    assert "1 hour" in details.text
    assert "duration=60" in details.links["Choose another time"]
    clock.shift(timedelta(seconds=5))
    assert visitor.post(path, details.hidden | {"name": "Grace", "email": "grace@example.org"}).status_code == 303
    assert Booking.objects.get().duration == HOUR


def test_a_length_that_is_not_offered_is_said_and_nothing_is_held(visitor: Client, kind: EventType) -> None:
    sentence = "This call does not come in that length. You see the times for 30 minutes."
    assert sentence in page(visitor.get(choose_path(kind, duration="45"))).text
    answer = post_hold(visitor, kind, TEN, duration="45")
    assert answer.status_code == 422
    assert sentence in page(answer).text
    assert Booking.objects.count() == 0


def test_a_coach_who_is_gone_is_said_and_nobody_else_is_held(visitor: Client, kind: EventType) -> None:
    kind.coaches.add(a_coach("bob"))
    Coach.objects.filter(slug="ada").update(active=False)
    answer = post_hold(visitor, kind, TEN, coach="ada")
    assert answer.status_code == 422
    assert "That coach does not take this kind of call." in page(answer).text
    assert Booking.objects.count() == 0


def test_after_the_clocks_change_the_times_say_their_new_offset(
    visitor: Client, kind: EventType, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2027, 3, 10, 15, tzinfo=UTC))
    before = page(visitor.get(choose_path(kind, day="2027-03-12")))
    assert "Friday 12 March Central Time, UTC−6" in before.text
    assert "Clocks change in Central Time on Sunday 14 March: from UTC−6 to UTC−5." in before.text
    after = page(visitor.get(choose_path(kind, day="2027-03-18")))
    assert "Thursday 18 March Central Time, UTC−5" in after.text
    assert "Chicago · Central Time (UTC−5)" in after.text
    assert "Clocks change" not in after.text


def test_with_one_coach_chosen_any_coach_is_one_click_away(visitor: Client, kind: EventType) -> None:
    kind.coaches.add(a_coach("bob", zone="Europe/London"))
    shown = page(visitor.get(choose_path(kind, coach="ada", day="2027-01-12")))
    anybody = page(visitor.get(f"/book/consultation/{shown.links['any coach']}&day=2027-01-12"))
    assert "With any coach, soonest first" in anybody.text
    assert (shown.times()[0], anybody.times()[0]) == ("8:00 AM", "3:00 AM")


def test_the_zone_question_keeps_what_was_chosen(visitor: Client, kind: EventType) -> None:
    shown = page(visitor.get("/book/consultation/?tz=&coach=ada&view=month&part=morning"))
    assert shown.hidden == {"coach": "ada", "view": "month", "part": "morning"}
    assert str(TUESDAY_TEN.year) not in shown.text
