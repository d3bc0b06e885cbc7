"""What is read: who can be booked, when, and with how many queries."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bookings import selectors, services
from bookings.models import Coach, DateOverride, DateOverrideWindow, EventType, TimeOff
from bookings.selectors import OpenSlot
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, hold

pytestmark = pytest.mark.django_db
TUESDAY = {"since": TUESDAY_TEN - 6 * HOUR, "until": TUESDAY_TEN + 12 * HOUR}


@pytest.fixture
def ada() -> Coach:
    return a_coach(hours=(9, 12))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada, slot_interval=HOUR, duration=HOUR)


def slots(kind: EventType, **changes: Any) -> list[OpenSlot]:
    usual: dict[str, Any] = {"event_type": kind, "coach": None, "now": NOW, **TUESDAY}
    return selectors.month_of_slots(**(usual | changes))


def clock(found: list[OpenSlot], zone: str = "America/New_York") -> list[int]:
    return [slot.start.astimezone(ZoneInfo(zone)).hour for slot in found]


def test_any_coach_is_the_union_with_the_slugs_of_who_is_free(kind: EventType) -> None:
    kind.coaches.add(a_coach("zoe", hours=(10, 13)))
    assert [(hour, slot.coaches) for hour, slot in zip(clock(slots(kind)), slots(kind), strict=True)] == [
        (9, ("ada",)),
        (10, ("ada", "zoe")),
        (11, ("ada", "zoe")),
        (12, ("zoe",)),
    ]


def test_one_coach_is_asked_alone(kind: EventType) -> None:
    zoe = a_coach("zoe", hours=(10, 13))
    kind.coaches.add(zoe)
    assert clock(slots(kind, coach=zoe)) == [10, 11, 12]


def test_calls_holds_and_time_off_are_busy(kind: EventType, ada: Coach) -> None:
    hold(kind, TUESDAY_TEN)
    assert clock(slots(kind)) == [9, 11]
    assert clock(slots(kind, now=NOW + 10 * MINUTE)) == [9, 10, 11], "the hold ran out"
    book(kind, TUESDAY_TEN - HOUR)
    assert clock(slots(kind)) == [11]
    services.add_time_off(coach=ada, start=TUESDAY_TEN + HOUR, end=TUESDAY_TEN + 2 * HOUR, note="", now=NOW)
    assert clock(slots(kind)) == []


def test_a_cancelled_call_is_free_again(kind: EventType) -> None:
    cancel(book(kind, TUESDAY_TEN + 7 * DAY))
    week = {"since": TUESDAY["since"] + 7 * DAY, "until": TUESDAY["until"] + 7 * DAY}
    assert clock(slots(kind, **week)) == [9, 10, 11]


def test_ones_own_hold_never_counts(kind: EventType) -> None:
    held = hold(kind, TUESDAY_TEN)
    assert clock(slots(kind, own_hold=held)) == [9, 10, 11]


def test_overrides_replace_the_day_and_none_closes_it(kind: EventType, ada: Coach) -> None:
    override = DateOverride.objects.create(schedule=ada.schedules.get(), date=date(2027, 1, 12))
    assert clock(slots(kind)) == []
    DateOverrideWindow.objects.create(override=override, opens=time(18), closes=time(20))
    assert clock(slots(kind)) == [18, 19]


def test_a_travelling_coach_works_in_the_zone_of_the_day(kind: EventType, ada: Coach) -> None:
    home = ada.schedules.get()
    home.valid_until = date(2027, 1, 11)
    home.save()
    away = ada.schedules.create(name="In London", time_zone="Europe/London", valid_from=date(2027, 1, 12))
    away.rules.create(weekday=1, opens=time(9), closes=time(11))
    assert clock(slots(kind, since=NOW, until=NOW + 2 * DAY), "Europe/London") == [9, 10]
    assert selectors.coach_zone(ada, at=NOW).key == "America/New_York"
    assert selectors.coach_zone(ada, at=NOW + DAY).key == "Europe/London"


def test_a_coach_without_a_schedule_counts_in_utc(kind: EventType, ada: Coach) -> None:
    ada.schedules.all().delete()
    assert selectors.coach_zone(ada, at=NOW).key == "UTC"
    assert slots(kind) == []


def test_limits_of_type_and_coach_count_calls_holds_and_outcomes(kind: EventType, ada: Coach) -> None:
    other = a_type(ada, slug="other", minimum_notice=0 * HOUR)
    book(kind, TUESDAY_TEN)
    EventType.objects.update(limit_per_day=1)
    assert clock(slots(EventType.objects.get(pk=kind.pk))) == []
    assert clock(slots(EventType.objects.get(pk=other.pk))) != [], "the limit is per type"
    Coach.objects.update(limit_per_week=1)
    assert clock(slots(EventType.objects.get(pk=other.pk))) == [], "and this one is per coach"
    services.record_outcome(booking=kind.bookings.get(), outcome="no_show", actor="ada", now=TUESDAY_TEN + 2 * HOUR)
    later = {"since": TUESDAY["since"] + DAY, "until": TUESDAY["until"] + DAY, "now": TUESDAY_TEN + 3 * HOUR}
    assert clock(slots(EventType.objects.get(pk=other.pk), **later)) == [], "a call that took place counts in its week"


def test_nobody_is_offered_by_a_type_that_is_off_or_a_coach_who_is(kind: EventType, ada: Coach) -> None:
    Coach.objects.update(active=False)
    assert (slots(kind), list(selectors.coaches(kind))) == ([], [])
    Coach.objects.update(active=True)
    EventType.objects.update(enabled=False)
    assert (slots(EventType.objects.get()), list(selectors.event_types())) == ([], [])


@pytest.mark.parametrize(("debug", "public", "bookable"), [(False, True, 0), (True, True, 3), (False, False, 3)])
def test_demo_coaches_are_never_bookable_on_a_public_site(
    settings: Settings, kind: EventType, debug: bool, public: bool, bookable: int
) -> None:
    Coach.objects.update(is_demo=True)
    settings.DEBUG, settings.SITE_IS_PUBLIC = debug, public
    assert len(slots(kind)) == bookable
    assert selectors.coaches().count() == (1 if bookable else 0)


def test_the_nearest_free_times_are_sorted_and_reach_as_far_as_needed(kind: EventType, ada: Coach) -> None:
    near = selectors.nearest_slots(event_type=kind, coach=None, around=TUESDAY_TEN, now=NOW, count=3)
    assert [slot.start for slot in near] == [TUESDAY_TEN - HOUR, TUESDAY_TEN, TUESDAY_TEN + HOUR]
    TimeOff.objects.create(coach=ada, start=NOW, end=NOW + 30 * DAY)
    far = selectors.nearest_slots(event_type=kind, coach=None, around=TUESDAY_TEN, now=NOW)
    assert (len(far), far[0].start) == (6, datetime(2027, 2, 10, 15, tzinfo=NOW.tzinfo))
    EventType.objects.update(booking_window=timedelta(days=20))
    assert selectors.nearest_slots(event_type=EventType.objects.get(), coach=None, around=NOW, now=NOW) == []


def queries(work: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        work()
    return len(caught)


def test_a_month_takes_the_same_queries_for_one_coach_and_for_three(kind: EventType, ada: Coach) -> None:
    month = {"since": NOW, "until": NOW + 60 * DAY}
    override = DateOverride.objects.create(schedule=ada.schedules.get(), date=date(2027, 1, 12))
    DateOverrideWindow.objects.create(override=override, opens=time(9), closes=time(12))
    book(kind)
    one = queries(lambda: slots(kind, **month))
    for slug in ("bob", "cyd"):
        kind.coaches.add(a_coach(slug))
    for day in (2, 3):
        book(kind, TUESDAY_TEN + day * DAY)
    assert (one, queries(lambda: slots(kind, **month))) == (3, 3)


def test_a_call_takes_the_same_queries_whatever_the_number_of_coaches_and_calls(kind: EventType) -> None:
    def any_coach(start: datetime, email: str) -> int:
        return queries(lambda: book(kind, start, email=email))

    book(kind, TUESDAY_TEN + 20 * DAY)
    alone = any_coach(TUESDAY_TEN + 7 * DAY, "one@example.org")
    for slug in ("bob", "cyd"):
        kind.coaches.add(a_coach(slug))
    for day in (8, 9, 10):
        book(kind, TUESDAY_TEN + day * DAY, email=f"day{day}@example.org")
    assert any_coach(TUESDAY_TEN + 13 * DAY + HOUR, "two@example.org") == alone


def test_a_public_holiday_closes_the_day_unless_it_is_worked_on_or_overridden(kind: EventType, ada: Coach) -> None:
    king_day = {
        "since": datetime(2027, 1, 18, 5, tzinfo=NOW.tzinfo),
        "until": datetime(2027, 1, 19, 5, tzinfo=NOW.tzinfo),
    }
    assert len(slots(kind, **king_day)) == 3
    ada.holiday_country = "US"
    ada.save()
    assert slots(kind, **king_day) == []
    ada.worked_holidays.create(name="Martin Luther King Jr. Day")
    assert len(slots(kind, **king_day)) == 3
    ada.worked_holidays.all().delete()
    override = DateOverride.objects.create(schedule=ada.schedules.get(), date=date(2027, 1, 18))
    DateOverrideWindow.objects.create(override=override, opens=time(9), closes=time(10))
    assert clock(slots(kind, **king_day)) == [9]


def test_busy_time_elsewhere_is_busy_while_its_calendar_is_on(kind: EventType, ada: Coach) -> None:
    calendar = ada.outside_calendars.create(name="Work", url="https://calendar.example.org/x.ics")
    calendar.busy.create(start=TUESDAY_TEN, end=TUESDAY_TEN + MINUTE)
    assert clock(slots(kind)) == [9, 11]
    why = selectors.explain(coach=ada, event_type=kind, start=TUESDAY_TEN, now=NOW)
    assert why is not None
    assert why.reason == "outside calendar"
    calendar.enabled = False
    calendar.save()
    assert clock(slots(kind)) == [9, 10, 11]


def test_why_not_asks_type_and_coach_first_and_names_the_call(kind: EventType, ada: Coach) -> None:
    def why(start: datetime = TUESDAY_TEN) -> tuple[str, str] | None:
        found = selectors.explain(coach=ada, event_type=EventType.objects.get(), start=start, now=NOW)
        return (str(found.reason), found.name) if found else None

    assert why() is None
    book(kind, name="Grace Visitor")
    assert why() == ("booking or hold", "Grace Visitor")
    assert why(NOW - HOUR) == ("under minimum notice", "")
    kind.coaches.clear()
    assert why() == ("coach not eligible", "")
    EventType.objects.update(enabled=False)
    assert why() == ("type disabled", "")


def test_ones_own_coach_is_the_one_of_the_latest_call_that_was_not_missed(kind: EventType, ada: Coach) -> None:
    bob = a_coach("bob")
    kind.coaches.add(bob)
    first = book(kind, TUESDAY_TEN, ada)
    later = book(kind, TUESDAY_TEN + DAY, bob)
    assert first.lead is not None
    assert selectors.own_coach(first.lead) == bob
    services.record_outcome(booking=later, outcome="no_show", actor="bob", now=TUESDAY_TEN + 2 * DAY)
    assert selectors.own_coach(first.lead) == ada
    assert selectors.own_coach(None) is None


def test_a_longer_call_needs_a_longer_gap(kind: EventType, ada: Coach) -> None:
    EventType.objects.update(other_durations=[90])
    book(kind, TUESDAY_TEN)
    kind = EventType.objects.get()
    assert clock(slots(kind, duration=90 * MINUTE)) == []
    assert clock(slots(kind)) == [9, 11]


def test_the_week_as_it_will_be_offered_is_by_the_coachs_own_dates(kind: EventType, ada: Coach) -> None:
    week = selectors.week_preview(coach=ada, event_type=kind, monday=date(2027, 1, 11), now=NOW)
    assert {day.isoformat(): len(calls) for day, calls in week.items()} == {
        "2027-01-11": 0,
        "2027-01-12": 3,
        "2027-01-13": 3,
        "2027-01-14": 3,
        "2027-01-15": 3,
        "2027-01-16": 0,
        "2027-01-17": 0,
    }
    assert week[date(2027, 1, 12)][0] == (TUESDAY_TEN - HOUR, TUESDAY_TEN - HOUR + kind.duration)


def test_staff_see_times_under_notice_and_beyond_the_window(kind: EventType) -> None:
    EventType.objects.update(minimum_notice=10 * DAY, booking_window=11 * DAY)
    kind = EventType.objects.get()
    assert slots(kind) == []
    assert clock(slots(kind, by_staff=True)) == [9, 10, 11]
