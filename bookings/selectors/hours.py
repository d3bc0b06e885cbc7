"""Coaches' schedules as the core's Hours: weekly rules, overrides and public holidays."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F

from bookings.holidays import closed_dates
from bookings.models import AvailabilityRule, Coach, DateOverride, DateOverrideWindow, Schedule, WorkedHoliday
from bookings.scheduling import Hours, Window, zone_at
from bookings.scheduling.availability import LOOKBACK_DAYS
from bookings.selectors import sql
from mail import statements

UTC_ZONE = ZoneInfo("UTC")
# The core follows windows back for LOOKBACK_DAYS and one day more, by local dates, and one day ahead.
_BACK, _AHEAD = timedelta(days=LOOKBACK_DAYS + 3), timedelta(days=3)


@dataclass(slots=True)
class _Rows:
    """One schedule while its rows come in."""

    coach: int = 0
    zone: ZoneInfo = UTC_ZONE
    valid_from: date | None = None
    valid_until: date | None = None
    weekly: dict[int, list[Window]] = field(default_factory=lambda: defaultdict(list))
    overrides: dict[date, list[Window]] = field(default_factory=lambda: defaultdict(list))


def coach_zone(coach: Coach, *, at: datetime) -> ZoneInfo:
    """The zone of the coach's schedule that is valid at that instant, or UTC where the coach has no schedule."""
    return coach_zones([coach], at=at)[coach.pk]


def coach_zones(coaches: Iterable[Coach], *, at: datetime) -> dict[int, ZoneInfo]:
    """The same for many coaches by their ids: one query."""
    ids = [coach.pk for coach in coaches]
    zones: dict[int, list[Hours]] = defaultdict(list)
    # Without a first day: always valid so far, so before all others. The databases do not agree on where NULL stands.
    earliest = F("valid_from").asc(nulls_first=True)
    for each in Schedule.objects.filter(coach__in=ids).order_by("coach_id", earliest, "pk"):
        zones[each.coach_id].append(Hours(each.time_zone, {}, {}, each.valid_from, each.valid_until))
    found = {pk: zone_at(zones[pk], int(at.timestamp())) for pk in ids}
    return {pk: zone if isinstance(zone, ZoneInfo) else UTC_ZONE for pk, zone in found.items()}


def hours_of(coaches: Sequence[Coach], *, since: datetime, until: datetime) -> dict[int, tuple[Hours, ...]]:
    """Every schedule of these coaches by coach id, with what the core may look at around [since, until).

    One query, and a second where one of them keeps public holidays.
    """
    return hours_between(coaches, *days_around(since, until))


def days_around(since: datetime, until: datetime) -> tuple[date, date]:
    """The first and last local date that the core may look at for starts in [since, until)."""
    return (since - _BACK).date(), (until + _AHEAD).date()


def hours_between(coaches: Sequence[Coach], first_day: date, last_day: date) -> dict[int, tuple[Hours, ...]]:
    """The same, exact on the local dates from `first_day` to `last_day`."""
    ids = [coach.pk for coach in coaches]
    if not ids:
        return {}
    adapt = connection.ops.adapt_datefield_value
    values = {"coaches": sql.ids(ids), "first": adapt(first_day), "last": adapt(last_day)}
    schedules: dict[int, _Rows] = defaultdict(_Rows)
    for pk, coach_id, zone, first, last, weekday, day, opens, closes in statements.rows(
        _question(connection.vendor), values
    ):
        row = schedules[pk]
        if zone is not None:
            row.coach, row.zone, row.valid_from, row.valid_until = (
                coach_id,
                ZoneInfo(zone),
                sql.day(first),
                sql.day(last),
            )
        windows = None
        if weekday is not None:
            windows = row.weekly[weekday]
        elif day is not None:
            windows = row.overrides[cast(date, sql.day(day))]
        if windows is not None and opens is not None:
            windows.append(Window(sql.wall(opens), sql.wall(closes)))
    holidays = _holidays(coaches, range(first_day.year, last_day.year + 1))
    result: dict[int, tuple[Hours, ...]] = defaultdict(tuple)
    for _, row in sorted(schedules.items(), key=lambda item: (item[1].valid_from or date.min, item[0])):
        hours = Hours(
            zone=row.zone,
            weekly={weekday: tuple(each) for weekday, each in row.weekly.items()},
            overrides={day: tuple(each) for day, each in row.overrides.items()},
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            holidays=holidays.get(row.coach, frozenset()),
        )
        result[row.coach] = (*result[row.coach], hours)
    return dict(result)


@lru_cache(maxsize=2)
def _question(vendor: str) -> str:
    """Schedules with their weekly rules, and then their overrides with the windows those open."""
    coaches = sql.one_of("coaches")
    return f"""
        SELECT s.id, s.coach_id, s.time_zone, s.valid_from, s.valid_until, r.weekday, NULL, r.opens, r.closes
        FROM {Schedule._meta.db_table} s LEFT JOIN {AvailabilityRule._meta.db_table} r ON r.schedule_id = s.id
        WHERE s.coach_id {coaches}
        UNION ALL
        SELECT s.id, s.coach_id, NULL, NULL, NULL, NULL, o.date, w.opens, w.closes
        FROM {Schedule._meta.db_table} s JOIN {DateOverride._meta.db_table} o ON o.schedule_id = s.id
            LEFT JOIN {DateOverrideWindow._meta.db_table} w ON w.override_id = o.id
        WHERE s.coach_id {coaches} AND o.date >= %(first)s AND o.date <= %(last)s
    """  # noqa: S608  the names of our own tables


def _holidays(coaches: Sequence[Coach], years: range) -> dict[int, frozenset[date]]:
    """The holidays that close a coach's dates; no query where nobody keeps any."""
    keeping = [coach for coach in coaches if coach.holiday_country]
    if not keeping:
        return {}
    worked: dict[int, set[str]] = defaultdict(set)
    for pk, name in WorkedHoliday.objects.filter(coach__in=keeping).values_list("coach_id", "name"):
        worked[pk].add(name)
    return {
        coach.pk: closed_dates(coach.holiday_country, coach.holiday_subdivision, years, frozenset(worked[coach.pk]))
        for coach in keeping
    }
