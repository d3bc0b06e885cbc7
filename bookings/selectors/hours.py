"""Coaches' schedules as the core's Hours: weekly rules, overrides and public holidays."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.holidays import closed_dates
from bookings.models import Coach, DateOverride, Schedule, WorkedHoliday
from bookings.scheduling import Hours, Window, zone_at
from bookings.scheduling.availability import LOOKBACK_DAYS

UTC_ZONE = ZoneInfo("UTC")
# The core follows windows back for LOOKBACK_DAYS and one day more, by local dates, and one day ahead.
_BACK, _AHEAD = timedelta(days=LOOKBACK_DAYS + 3), timedelta(days=3)


@dataclass(slots=True)
class _Rows:
    """One schedule while its rows come in."""

    coach: int
    zone: ZoneInfo
    valid_from: date | None
    valid_until: date | None
    weekly: dict[int, list[Window]] = field(default_factory=lambda: defaultdict(list))
    overrides: dict[date, list[Window]] = field(default_factory=lambda: defaultdict(list))


def coach_zone(coach: Coach, *, at: datetime) -> ZoneInfo:
    """The zone of the coach's schedule that is valid at that instant, or UTC where the coach has no schedule."""
    return coach_zones([coach], at=at)[coach.pk]


def coach_zones(coaches: Iterable[Coach], *, at: datetime) -> dict[int, ZoneInfo]:
    """The same for many coaches by their ids: one query."""
    ids = [coach.pk for coach in coaches]
    zones: dict[int, list[Hours]] = defaultdict(list)
    for each in Schedule.objects.filter(coach__in=ids).order_by("coach_id", "valid_from", "pk"):
        zones[each.coach_id].append(Hours(each.time_zone, {}, {}, each.valid_from, each.valid_until))
    found = {pk: zone_at(zones[pk], int(at.timestamp())) for pk in ids}
    return {pk: zone if isinstance(zone, ZoneInfo) else UTC_ZONE for pk, zone in found.items()}


def hours_of(coaches: Sequence[Coach], *, since: datetime, until: datetime) -> dict[int, tuple[Hours, ...]]:
    """Every schedule of these coaches by coach id, with what the core may look at around [since, until).

    Two queries, and a third where one of them keeps public holidays.
    """
    ids = [coach.pk for coach in coaches]
    schedules: dict[int, _Rows] = {}
    for pk, coach_id, zone, first, last, weekday, opens, closes in (
        Schedule.objects.filter(coach__in=ids)
        .order_by("coach_id", "valid_from", "pk")
        .values_list(
            "pk",
            "coach_id",
            "time_zone",
            "valid_from",
            "valid_until",
            "rules__weekday",
            "rules__opens",
            "rules__closes",
        )
    ):
        row = schedules.get(pk) or schedules.setdefault(pk, _Rows(coach_id, zone, first, last))
        if weekday is not None:
            row.weekly[weekday].append(Window(opens, closes))
    first_day, last_day = (since - _BACK).date(), (until + _AHEAD).date()
    for pk, day, opens, closes in DateOverride.objects.filter(
        schedule__coach__in=ids, date__gte=first_day, date__lte=last_day
    ).values_list("schedule_id", "date", "windows__opens", "windows__closes"):
        windows = schedules[pk].overrides[day] if pk in schedules else []
        if opens is not None:
            windows.append(Window(opens, closes))
    holidays = _holidays(coaches, range(first_day.year, last_day.year + 1))
    result: dict[int, tuple[Hours, ...]] = defaultdict(tuple)
    for row in schedules.values():
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
