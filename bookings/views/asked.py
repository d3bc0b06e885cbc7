"""What a query string or form asks for, read so that no junk ever becomes an error page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bookings import selectors
from bookings.models import Coach, EventType
from bookings.views import zones
from mail import identity
from mail.text import one_line

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
# Outside these years adding a time zone or two weeks overflows.
YEARS = range(2000, 2200)


def day(value: str | None) -> date | None:
    """The date written as YYYY-MM-DD, or None for anything else."""
    if not value or not _DATE.match(value):
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def instant(value: str | None) -> datetime | None:
    """The instant written in ISO 8601 with its offset, as aware UTC, or None for anything else."""
    if not value or not _INSTANT.match(value):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def written(value: datetime) -> str:
    """An instant as pages and forms carry it, e.g. "2027-03-09T20:00:00Z"."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Asked:
    """Zone, coach, day and time that somebody wants; `notices` say what could not be understood."""

    zone: ZoneInfo
    zone_given: bool
    coach: Coach | None
    first_day: date | None
    day: date | None
    start: datetime | None
    notices: tuple[str, ...]

    def query(self, **other: str | None) -> dict[str, str]:
        """The state as query parameters, with some replaced, or left out with None."""
        state: dict[str, str | None] = {"tz": self.zone.key, "coach": self.coach.slug if self.coach else None}
        return {name: value for name, value in (state | other).items() if value}


def read(data: Mapping[str, str], event_type: EventType) -> Asked:
    """Read the state from request.GET or request.POST; unknown zones and coaches fall back with a notice."""
    notices = []
    asked_zone = data.get("tz") or ""
    zone = zones.find(asked_zone)
    if zone is None:
        zone = default_zone()
        if asked_zone:
            notices.append(
                f"We do not know the time zone “{one_line(asked_zone, limit=40)}”."
                f" Times are shown in {zones.name(zone)}: please choose yours."
            )
    asked_coach = data.get("coach") or ""
    coach = find_coach(asked_coach, event_type)
    if asked_coach and coach is None:
        notices.append("That coach does not take this kind of call. You see the times of all coaches who do.")
    return Asked(
        zone=zone,
        zone_given=bool(asked_zone),
        coach=coach,
        first_day=day(data.get("from")),
        day=day(data.get("day")),
        start=instant(data.get("start")),
        notices=tuple(notices),
    )


def default_zone() -> ZoneInfo:
    """The institute's own zone."""
    return ZoneInfo(str(identity.current().default_time_zone))


def find_coach(slug: str, event_type: EventType) -> Coach | None:
    """The bookable coach of that name for this kind of call, or None."""
    # The length first: PostgreSQL refuses NUL, and nobody is called by 100 kB.
    if not slug or len(slug) > 80 or "\0" in slug:
        return None
    return selectors.coaches(event_type).filter(slug=slug).first()
