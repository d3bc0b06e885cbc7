"""What a query string or form asks for, read so that no junk ever becomes an error page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from bookings import selectors
from bookings.models import Booking, Coach, EventType
from bookings.views import days, wording, zones
from leads.led_here import path_before
from leads.people import own_path
from mail import identity
from mail.text import one_line

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
# Outside these years adding a time zone or two weeks overflows.
YEARS = range(2000, 2200)
WEEK, MONTH = "week", "month"
TOPIC_LIMIT = 300
# Where a coach is usual, this asks for all of them.
ANY = "any"


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


@dataclass(frozen=True)
class Asked:
    """Zone, coach, length, day and time that somebody wants; `notices` say what could not be understood.

    `usual_coach` is whom nobody need ask for: a call that is moved stays with its coach unless any coach is asked for.
    `understood` is False where a coach or a length was asked for that there is not: nothing may be taken instead.
    """

    zone: ZoneInfo
    zone_given: bool
    coach: Coach | None
    usual_coach: Coach | None
    duration: timedelta
    usual_duration: timedelta
    moving: bool
    view: str
    part: str
    first_day: date | None
    day: date | None
    start: datetime | None
    notices: tuple[str, ...]
    understood: bool
    topic: str = ""
    led: str = ""

    def state(self, **other: str | None) -> dict[str, str]:
        """What the page shows as parameters, with some replaced, or left out with None; what is usual is left out."""
        coach = "" if self.coach == self.usual_coach else self.coach.slug if self.coach else ANY
        state: dict[str, str | None] = {
            "tz": self.zone.key,
            "coach": coach,
            "duration": str(minutes(self.duration)) if self.duration != self.usual_duration else None,
            "view": self.view if self.view != WEEK else None,
            "part": self.part,
            "topic": self.topic,
            "led": self.led,
        }
        return {name: value for name, value in (state | other).items() if value}

    def query(self, **other: str | None) -> str:
        """The same as a query string."""
        return urlencode(self.state(**other))


def read(
    data: Mapping[str, str],
    event_type: EventType,
    *,
    moving: Booking | None = None,
    zone: ZoneInfo | None = None,
    coaches: list[Coach] | None = None,
) -> Asked:
    """Read the state from request.GET or request.POST; unknown zones, coaches and lengths fall back with a notice.

    `zone` holds where none is given; the call that is `moving` keeps its length and, unless said otherwise, its coach.
    `coaches` are the bookable ones where they are known already.
    """
    notices = []
    asked_zone = data.get("tz") or ""
    found_zone = zones.find(asked_zone)
    # The institute's own zone is looked up only where it is needed.
    fallback = found_zone or zone or default_zone()
    if asked_zone and found_zone is None:
        notices.append(
            f"We do not know the time zone “{one_line(asked_zone, limit=40)}”."
            f" Times are shown in {zones.name(fallback)}: please choose yours."
        )
    asked_coach = data.get("coach") or ""
    usual = find_coach(moving.coach.slug, event_type) if moving is not None else None
    coach = usual if not asked_coach else None if asked_coach == ANY else find_coach(asked_coach, event_type, coaches)
    coach_known = asked_coach in ("", ANY) or coach is not None
    if not coach_known:
        notices.append("That coach does not take this kind of call. You see the times of all coaches who do.")
    duration, length_known = (moving.duration, True) if moving else _length(data.get("duration") or "", event_type)
    if not length_known:
        notices.append(
            f"This call does not come in that length. You see the times for {wording.length(event_type.duration)}."
        )
    return Asked(
        zone=fallback,
        zone_given=bool(asked_zone),
        coach=coach,
        usual_coach=usual,
        duration=duration,
        usual_duration=duration if moving else event_type.duration,
        moving=moving is not None,
        view=MONTH if data.get("view") == MONTH else WEEK,
        part=data["part"] if data.get("part") in days.PARTS else "",
        first_day=day(data.get("from")),
        day=day(data.get("day")),
        start=instant(data.get("start")),
        notices=tuple(notices),
        understood=coach_known and length_known,
        topic=topic(data),
        led=led(data),
    )


def topic(data: Mapping[str, str]) -> str:
    """What the call is to be about, as the link that led here says; the visitor sees it in the form and may change it."""
    return one_line(data.get("topic") or "", limit=TOPIC_LIMIT)


def led(data: Mapping[str, str]) -> str:
    """The page of ours that led to the booking, as it is carried from step to step."""
    return own_path(data.get("led") or "")


def led_here(request: HttpRequest) -> str:
    """The same at a step that may be the first one: what is carried, else the page that was left for this one."""
    if carried := led(request.GET):
        return carried
    before = path_before(request)
    try:
        room = resolve(urlsplit(before).path).app_name
    except Resolver404:  # nothing came before, or what a token was left out of
        return ""
    return before if room != "bookings" else ""


def minutes(value: timedelta) -> int:
    """A length in whole minutes, as addresses and forms carry it."""
    return int(value.total_seconds() // 60)


def _length(value: str, event_type: EventType) -> tuple[timedelta, bool]:
    """The length on offer with so many minutes and True; the usual one where none is asked for, and False for junk."""
    lengths = {str(minutes(each)): each for each in event_type.durations}
    return lengths.get(value, event_type.duration), value in lengths or not value


def default_zone() -> ZoneInfo:
    """The institute's own zone."""
    return ZoneInfo(str(identity.current().default_time_zone))


def find_coach(slug: str, event_type: EventType, coaches: list[Coach] | None = None) -> Coach | None:
    """The bookable coach of that name for this kind of call (one of `coaches`, where they are known), or None."""
    if coaches is not None:
        return next((each for each in coaches if each.slug == slug), None)
    # The length first: PostgreSQL refuses NUL, and nobody is called by 100 kB.
    if not slug or len(slug) > 80 or "\0" in slug:
        return None
    return selectors.coaches(event_type).filter(slug=slug).first()
