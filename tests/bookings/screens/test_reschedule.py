"""Moving a call from its link: one step, its own time counts as free, and a lost race keeps everything."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings import links, services
from bookings.models import Booking, Coach, EventType
from mail.models import Message
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, a_coach, book, history_replays
from tests.bookings.screens.conftest import FRIDAY_TEN
from tests.bookings.screens.visit import page

THURSDAY = "2027-01-14T16:00:00Z"  # 11:00 in New York, 10:00 in Chicago


@pytest.fixture
def path(token: str) -> str:
    """The page on which that call is moved."""
    return f"/booking/{token}/reschedule/"


def test_the_page_shows_the_present_time_and_counts_it_as_free(visitor: Client, path: str) -> None:
    shown = page(visitor.get(path))
    assert "Friday 15 January Central Time, UTC−6" in shown.text, "it opens where the call is now"
    assert "Now on Friday 15 January 2027 at 9:00 AM, Central Time (UTC−6)" in shown.text.replace("\xa0", " ")
    assert "9:00 AM present time" in shown.text
    assert len(shown.radios) == 16
    assert 'value="America/Chicago" selected' in shown.source
    assert 'data-verb="Move the call to"' in shown.source
    assert "Move the call to the chosen time" in shown.text


def test_moving_keeps_the_row_its_uid_and_its_link(visitor: Client, path: str, call: Booking, token: str) -> None:
    form = page(visitor.get(path, {"day": "2027-01-14"})).hidden
    answer = visitor.post(path, form | {"start": THURSDAY})
    assert answer.status_code == 303, page(answer).text
    row = Booking.objects.get()
    assert (row.pk, row.uid, row.version) == (call.pk, call.uid, 2)
    assert (row.start, row.duration) == (datetime(2027, 1, 14, 16, tzinfo=UTC), 30 * MINUTE)
    told = page(visitor.get(answer["Location"])).text.replace("\xa0", " ")
    assert "Your call is moved" in told
    assert "Thursday 14 January 10:00 AM to 10:30 AM" in told
    old = page(visitor.get(f"/booking/{token}/")).text.replace("\xa0", " ")
    assert "Thursday 14 January" in old
    assert "It was on Friday 15 January 2027 at 9:00 AM, Central Time (UTC−6)." in old
    assert history_replays()


def test_sending_the_same_move_twice_moves_once(visitor: Client, path: str) -> None:
    answers = [visitor.post(path, {"start": THURSDAY}).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert Booking.objects.get().version == 2
    assert Message.objects.filter(kind="bookings.rescheduled").count() == 1


def test_a_call_moves_over_its_own_time(visitor: Client, path: str) -> None:
    EventType.objects.update(slot_interval=15 * MINUTE)
    assert visitor.post(path, {"start": "2027-01-15T15:15:00Z"}).status_code == 303
    assert Booking.objects.get().start == FRIDAY_TEN + 15 * MINUTE


def test_the_coach_stays_unless_any_coach_is_asked_for(visitor: Client, kind: EventType, path: str) -> None:
    bob = a_coach("bob", zone="Europe/London")
    kind.coaches.add(bob)
    same = page(visitor.get(path, {"day": "2027-01-14"}))
    anybody = page(visitor.get(path, {"day": "2027-01-14", "coach": "any"}))
    assert "Ada Lovelace, as now" in same.text
    assert (same.times()[0], anybody.times()[0]) == ("8:00 AM", "3:00 AM")
    early = "2027-01-14T10:00:00Z"
    assert visitor.post(path, {"start": early}).status_code == 422
    assert Booking.objects.get().coach.slug == "ada"
    assert visitor.post(path, {"start": early, "coach": "any"}).status_code == 303
    assert Booking.objects.get().coach == bob


def test_any_coach_means_the_present_one_first(visitor: Client, kind: EventType, path: str) -> None:
    kind.coaches.add(a_coach("aaron"), a_coach("zoe"))
    assert visitor.post(path, {"start": THURSDAY, "coach": "any"}).status_code == 303
    assert Booking.objects.get().coach.slug == "ada"


def test_who_loses_the_race_sees_the_nearest_times_and_keeps_the_call(
    visitor: Client, kind: EventType, path: str
) -> None:
    book(kind, start=datetime(2027, 1, 14, 16, tzinfo=UTC), email="other@example.org")
    answer = visitor.post(path, {"start": THURSDAY, "tz": "Asia/Kolkata", "part": "evening", "view": "month"})
    shown = page(answer)
    assert answer.status_code == 409
    assert "Somebody else was quicker: that time is taken now." in shown.text
    assert "Your call is still where it was." in shown.text
    assert len([radio for radio in shown.radios if radio["name"] == "start"]) == 6
    kept = {name: shown.hidden[name] for name in ("tz", "part", "view")}
    assert kept == {"tz": "Asia/Kolkata", "part": "evening", "view": "month"}
    assert Booking.objects.get(attendee_email="grace@example.org").start == FRIDAY_TEN


BAD_STARTS = {
    "past": "2027-01-08T15:00:00Z",
    "under notice": "2027-01-11T15:30:00Z",
    "off the grid": "2027-01-14T16:07:00Z",
    "at night": "2027-01-14T04:00:00Z",
    "two years ahead": "2029-01-09T15:00:00Z",
    "no time": "soon",
}


@pytest.mark.parametrize("start", BAD_STARTS.values(), ids=BAD_STARTS)
def test_what_is_not_on_offer_is_refused_in_a_sentence(visitor: Client, path: str, start: str) -> None:
    answer = visitor.post(path, {"start": start})
    assert answer.status_code == 422
    assert "Please choose a time." in page(answer).text or "That time cannot be booked." in page(answer).text
    row = Booking.objects.get()
    assert (row.start, row.version) == (FRIDAY_TEN, 1)


def test_a_blocked_day_another_coach_and_a_disabled_type_are_refused(
    visitor: Client, kind: EventType, ada: Coach, path: str
) -> None:
    a_coach("stranger")
    services.add_time_off(coach=ada, start=FRIDAY_TEN - DAY, end=FRIDAY_TEN - DAY + 3 * HOUR, note="", now=NOW)
    assert visitor.post(path, {"start": THURSDAY}).status_code == 409
    assert visitor.post(path, {"start": "2027-01-13T16:00:00Z", "coach": "stranger"}).status_code == 422
    EventType.objects.update(enabled=False)
    assert visitor.post(path, {"start": "2027-01-13T16:00:00Z"}).status_code == 422
    assert "This kind of call is not offered online any more" in page(visitor.get(path)).text
    assert Booking.objects.get().start == FRIDAY_TEN


def test_the_length_is_kept_whatever_is_posted(visitor: Client, path: str) -> None:
    EventType.objects.update(duration=HOUR, other_durations=[30, 45])
    assert "How long?" not in page(visitor.get(path)).text
    assert visitor.post(path, {"start": THURSDAY, "duration": "60"}).status_code == 303
    assert Booking.objects.get().duration == 30 * MINUTE


def test_a_request_is_moved_as_well_and_waits_on(visitor: Client, request_: Booking) -> None:
    path = f"/booking/{links.mint_manage(booking=request_, now=NOW)}/reschedule/"
    answer = visitor.post(path, {"start": THURSDAY})
    assert "Your request is moved" in page(visitor.get(answer["Location"])).text
    assert Booking.objects.get().status == "pending"


def test_after_the_policy_hour_moving_is_refused_on_the_server_and_the_coach_is_asked(
    visitor: Client, path: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(FRIDAY_TEN - 24 * HOUR + MINUTE)
    shown = page(visitor.get(path))
    assert "Ask your coach to change this call" in shown.text
    assert shown.radios == []
    late = visitor.post(path, {"start": "2027-01-18T16:00:00Z"})
    assert late.status_code == 409
    assert "Ask your coach to change this call" in page(late).text
    assert Booking.objects.get().start == FRIDAY_TEN


def test_a_call_that_is_gone_cannot_be_moved_and_says_so(visitor: Client, path: str, call: Booking, token: str) -> None:
    services.cancel(booking=call, actor_kind="attendee", actor="", why="", now=NOW)
    assert "This call is cancelled already" in page(visitor.get(path)).text
    answer = visitor.post(path, {"start": THURSDAY})
    assert (answer.status_code, answer["Location"]) == (303, f"/booking/{token}/")
    assert Booking.objects.get().start == FRIDAY_TEN


def test_another_zone_is_asked_for_on_the_way_and_back(visitor: Client, path: str) -> None:
    asked = page(visitor.get(path, {"tz": "", "view": "month"}))
    assert "Where are you?" in asked.text
    assert asked.hidden == {"view": "month"}
    assert [radio["value"] for radio in page(visitor.get(path, {"tz": "", "place": "lisb"})).radios] == [
        "Europe/Lisbon"
    ]
    assert "Lisbon (UTC)" in page(visitor.get(path, {"tz": "Europe/Lisbon"})).text


def test_too_many_moves_are_paused_and_the_call_stays(visitor: Client, path: str, settings: Any) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"hold:address": "1/hour"}
    assert visitor.post(path, {"start": THURSDAY}).status_code == 303
    answer = visitor.post(path, {"start": "2027-01-13T16:00:00Z"})
    assert answer.status_code == 429
    assert "Many times have been chosen from your connection." in page(answer).text
    assert Booking.objects.get().version == 2
