"""Answers, hours and coaches that are kept: used again while they hold, and never a moment longer."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from bookings import selectors, services
from bookings.api import kept
from bookings.models import Coach, EventType
from bookings.services import gate
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, book, cancel, hold

SLOTS = "/api/event-types/consultation/slots"
WEEK = {"from": "2027-01-12", "to": "2027-01-19", "time_zone": "America/Chicago"}
MONTH = {"from": "2027-01-11", "to": "2027-03-20", "time_zone": "America/Chicago"}


def body(program: Client, query: dict[str, str] = WEEK) -> bytes:
    return program.get(SLOTS, query).content


def fresh(program: Client, query: dict[str, str] = WEEK) -> bytes:
    kept.shelf.clear()
    selectors.memory.clear()
    return body(program, query)


@pytest.mark.parametrize("query", [WEEK, WEEK | {"coach": "ada"}, {"time_zone": "America/Chicago"}])
def test_what_holds_costs_one_query(program: Client, query: dict[str, str], django_assert_num_queries: Any) -> None:
    first = program.get(SLOTS, query)
    with django_assert_num_queries(1):
        again = program.get(SLOTS, query)
    assert (again.content, again["ETag"], again["Content-Type"]) == (
        first.content,
        first["ETag"],
        first["Content-Type"],
    )
    with django_assert_num_queries(1):
        unchanged = program.get(SLOTS, query, headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", first["ETag"])
    with django_assert_num_queries(1):
        assert program.head(SLOTS, query).content == b""


def test_a_kept_answer_carries_the_headers_of_every_other(program: Client) -> None:
    names = set(program.get(SLOTS, WEEK).headers) - {"Content-Length", "Vary", "X-Frame-Options"}
    assert names <= set(program.get(SLOTS, WEEK).headers)
    assert program.get(SLOTS, WEEK, headers={"Host": "evil.example"}).status_code == 400


def inactive(coach: Coach, kind: EventType) -> None:
    coach.active = False
    coach.save()


def shorter(coach: Coach, kind: EventType) -> None:
    kind.slot_interval = 15 * MINUTE
    kind.save()


def off(coach: Coach, kind: EventType) -> None:
    kind.enabled = False
    kind.save()


def outside(coach: Coach, kind: EventType) -> None:
    calendar = coach.outside_calendars.create(name="Work", url="https://calendar.example.org/x.ics")
    calendar.busy.create(start=TUESDAY_TEN, end=TUESDAY_TEN + HOUR)
    gate.changed(coach.pk)


def other_hours(coach: Coach, kind: EventType) -> None:
    coach.schedules.get().rules.update(closes=time(10, 30))
    gate.changed(coach.pk)


def other_zone(coach: Coach, kind: EventType) -> None:
    coach.schedules.update(time_zone="America/Los_Angeles")
    gate.changed(coach.pk)


def closed_day(coach: Coach, kind: EventType) -> None:
    coach.schedules.get().overrides.create(date=date(2027, 1, 13))
    gate.changed(coach.pk)


def kept_holidays(coach: Coach, kind: EventType) -> None:
    coach.holiday_country = "US"  # Martin Luther King Jr. Day is the 18th
    coach.save()


def one_goes_and_one_comes(coach: Coach, kind: EventType) -> None:
    """Their versions are such that those of the active coaches still give the same sum."""
    bob = Coach.objects.get(slug="bob")
    Coach.objects.filter(pk=bob.pk).update(version=coach.version - 1)
    bob.refresh_from_db()
    coach.active, bob.active = False, True
    coach.save()
    bob.save()


WRITES: list[Callable[[Coach, EventType], object]] = [
    lambda coach, kind: hold(kind),
    lambda coach, kind: book(kind),
    lambda coach, kind: services.add_time_off(coach=coach, start=TUESDAY_TEN, end=TUESDAY_TEN + HOUR, note="", now=NOW),
    lambda coach, kind: services.unavailable_today(coach=coach, note="", now=TUESDAY_TEN - 2 * HOUR),
    lambda coach, kind: kind.coaches.add(a_coach("cyd")),
    lambda coach, kind: kind.coaches.set([a_coach("cyd", hours=(12, 13))]),
    inactive,
    shorter,
    off,
    outside,
    other_hours,
    other_zone,
    closed_day,
    kept_holidays,
    one_goes_and_one_comes,
]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("later", [WEEK, WEEK | {"from": "2027-01-12T00:00:01Z"}], ids=["same", "another question"])
def test_every_write_ends_it(
    program: Client,
    ada: Coach,
    kind: EventType,
    write: Callable[[Coach, EventType], object],
    later: dict[str, str],
) -> None:
    ada.refresh_from_db()
    kind.coaches.add(a_coach("bob", hours=(14, 15), active=False))
    kind.coaches.add(a_coach("zoe", hours=(15, 16)))
    before = body(program, WEEK)
    write(ada, kind)
    after = program.get(SLOTS, later).content
    assert after != before
    assert after == fresh(program, later)


@pytest.mark.parametrize("query", [WEEK, {}, WEEK | {"coach": "ada"}])
def test_another_question_reads_only_who_is_there_and_what_is_busy(
    program: Client, query: dict[str, str], django_assert_num_queries: Any
) -> None:
    body(program, WEEK | {"from": "2027-01-14", "to": "2027-01-15"})
    given = fresh(program, query)
    kept.shelf.clear()
    # The third is the institute's zone, which has no version.
    with django_assert_num_queries(2 if query else 3):
        assert body(program, query) == given


def test_hours_far_away_are_read_for_the_one_question(program: Client, ada: Coach, kind: EventType) -> None:
    """Nobody can make a process keep two hundred years of holidays."""
    kind.booking_window = 400 * DAY
    kind.save()
    year = {"from": "2027-12-01", "to": "2027-12-08", "time_zone": "America/Chicago"}
    first = body(program, year)
    ada.schedules.get().overrides.create(date=date(2027, 12, 2))
    kept.shelf.clear()
    assert body(program, year) != first, "even a write that counted nothing up is seen"


@pytest.mark.parametrize("written", ["before", "after"])
def test_hours_that_change_while_they_are_read_are_read_again(program: Client, ada: Coach, written: str) -> None:
    """Whichever the reading saw: what was read is kept at the version from before it."""
    done: list[bool] = []

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        ours = "bookings_availabilityrule" in sql and not done
        if ours:
            done.append(True)
        if ours and written == "before":
            other_hours(ada, EventType())
        result = execute(sql, params, many, context)
        if ours and written == "after":
            # On a cursor of its own: this one still holds the rows.
            other_hours(ada, EventType())
        return result

    with connection.execute_wrapper(meanwhile):
        body(program)
    assert done == [True]
    assert body(program) == fresh(program)


def test_what_frees_time_again_ends_it_too(program: Client, ada: Coach, kind: EventType) -> None:
    untouched = body(program)
    booking = book(kind)
    one_less = body(program)
    booking = services.reschedule(
        booking=booking,
        start=TUESDAY_TEN + DAY,
        coach=None,
        actor_kind="attendee",
        actor="",
        why="",
        now=NOW,
    )
    moved = body(program)
    cancel(booking)
    assert len({untouched, one_less, moved}) == 3
    assert body(program) == untouched


def test_time_alone_ends_it_at_the_right_instant(
    program: Client, clock: time_machine.Traveller, ada: Coach, kind: EventType
) -> None:
    """Three days in odd steps: what is kept always equals what would be worked out anew."""
    kind.minimum_notice, kind.booking_window = 2 * HOUR, 60 * DAY
    kind.save()
    answers = set()
    for step in range(150):
        clock.move_to(NOW + step * timedelta(minutes=29, seconds=59, microseconds=999_999))
        if step == 40:
            hold(kind, TUESDAY_TEN + 7 * DAY, now=NOW + step * 30 * MINUTE)
        given = body(program, MONTH)
        answers.add(given)
        shelf = dict(kept.shelf._kept)
        assert given == fresh(program, MONTH), step
        kept.shelf._kept.update(shelf)
    assert len(answers) > 10


def test_only_so_many_answers_are_kept_and_the_least_used_goes_first() -> None:
    shelf = kept.Shelf(most=2)
    for name in "abc":
        shelf.put((name, ""), kept.Kept("x", "", (1,), None, b"", ""))
    assert list(shelf._kept) == [("b", ""), ("c", "")]


def test_an_answer_in_the_institutes_zone_is_not_kept(program: Client) -> None:
    program.get(SLOTS, {"from": date(2027, 1, 12).isoformat(), "to": "2027-01-13"})
    assert len(kept.shelf._kept) == 0
