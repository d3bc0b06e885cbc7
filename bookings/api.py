"""The public JSON of the booking room: event types, their open slots, coaches. Read only, no cookies, no CORS."""

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.views.decorators.http import conditional_page
from ninja import Field, NinjaAPI, Query, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError

from bookings import selectors
from bookings.models import Coach, EventType
from bookings.scheduling import Hours, zone_at
from bookings.scheduling.intervals import instant
from bookings.scheduling.walltime import MIDNIGHT, opens_at
from mail import clock, identity

LONGEST = timedelta(days=100)
USUAL = timedelta(days=31)
YEARS = range(2000, 2200)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)

# No docs page: its script comes from elsewhere and the site's policy forbids it. The description stays at openapi.json.
api = NinjaAPI(
    title="Tpm Institute",
    version="1",
    description="Coaching calls that can be booked, and when. Times are instants in UTC beside the local time asked for.",
    docs_url=None,
    urls_namespace="api",
)


class EventTypeOut(Schema):
    """A kind of call."""

    slug: str
    title: str
    summary: str
    duration_minutes: int
    location: str = Field(description="video, phone or in_person")
    price: str
    coaches: list[str] = Field(description="Slugs of the coaches who take it")


class CoachOut(Schema):
    """Somebody who can be booked."""

    slug: str
    name: str
    headline: str
    time_zone: str


class SlotOut(Schema):
    """A time that is free."""

    start: str = Field(description="Instant in UTC, e.g. 2027-03-09T20:00:00Z")
    local: str = Field(description="The same in the zone asked for, with its offset")
    coaches: list[str] = Field(description="Slugs of the coaches who are free then")


class SlotsOut(Schema):
    """The free times of a range, sorted."""

    time_zone: str
    slots: list[SlotOut]


class SlotsQuery(Schema):
    """What to look for; times are instants (with offset) or dates in `time_zone`, and `to` is not included."""

    since: str = Field("", alias="from", description="First instant or date; now, where left out")
    until: str = Field("", alias="to", description="End, not included; 31 days after `from`, where left out")
    time_zone: str = Field("", description="IANA name; the institute's zone, where left out")
    coach: str = Field("", description="Slug of a coach; any coach, where left out")
    duration: str = Field("", description="Minutes; the event type's own")


class Problem(Schema):
    """Why there is no answer."""

    detail: str


def _event_type(slug: str) -> EventType:
    found = None if len(slug) > 80 or "\0" in slug else selectors.event_types().filter(slug=slug).first()
    if found is None:
        raise HttpError(404, "There is no such event type.")
    return found


def _zone(name: str) -> ZoneInfo:
    if not name:
        return ZoneInfo(str(identity.current().default_time_zone))
    if name not in zoneinfo.available_timezones():
        raise HttpError(422, "time_zone: there is no such time zone; give an IANA name such as America/Chicago.")
    return ZoneInfo(name)


def _coach(slug: str, kind: EventType) -> Coach | None:
    if not slug:
        return None
    found = None if len(slug) > 80 or "\0" in slug else selectors.coaches(kind).filter(slug=slug).first()
    if found is None:
        raise HttpError(422, "coach: nobody of that name takes this kind of call.")
    return found


def _moment(name: str, value: str, zone: ZoneInfo) -> datetime | None:
    """An instant, or the first instant of a date in the zone."""
    if not value:
        return None
    try:
        if _DATE.match(value):
            day = date.fromisoformat(value)
            found = instant(opens_at(day, MIDNIGHT, zone)) if day.year in YEARS else None
        elif _INSTANT.match(value):
            at = datetime.fromisoformat(value)
            found = at.astimezone(UTC) if at.year in YEARS else None
        else:
            found = None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise HttpError(422, f"{name}: give a date such as 2027-03-09 or an instant such as 2027-03-09T20:00:00Z.")
    return found


def _hours(coach: Coach) -> list[Hours]:
    """The coach's schedules with their zones and dates only."""
    return [Hours(each.time_zone, {}, {}, each.valid_from, each.valid_until) for each in coach.schedules.all()]


@api.get("/event-types", response=list[EventTypeOut], summary="The kinds of call that can be booked")
def event_types(request: HttpRequest) -> list[EventTypeOut]:
    bookable = set(selectors.coaches().values_list("slug", flat=True))
    return [
        EventTypeOut(
            slug=kind.slug,
            title=kind.title,
            summary=kind.summary,
            duration_minutes=int(kind.duration.total_seconds() // 60),
            location=kind.location_kind,
            price=kind.price_text,
            coaches=[coach.slug for coach in kind.coaches.all() if coach.slug in bookable],
        )
        for kind in selectors.event_types().prefetch_related("coaches")
    ]


@api.get("/coaches", response=list[CoachOut], summary="The coaches who can be booked")
def coaches(request: HttpRequest) -> list[CoachOut]:
    now = int(clock.now().timestamp())
    return [
        CoachOut(
            slug=coach.slug,
            name=coach.name,
            headline=coach.headline,
            time_zone=str(zone_at(_hours(coach), now) or "UTC"),
        )
        for coach in selectors.coaches().prefetch_related("schedules")
    ]


@api.get(
    "/event-types/{slug}/slots",
    response={200: SlotsOut, 404: Problem, 422: Problem},
    summary="The free times of one kind of call",
)
@decorate_view(conditional_page)
def slots(request: HttpRequest, slug: str, query: Query[SlotsQuery]) -> SlotsOut:
    now = clock.now()
    kind = _event_type(slug)
    zone = _zone(query.time_zone)
    coach = _coach(query.coach, kind)
    if query.duration and query.duration != str(int(kind.duration.total_seconds() // 60)):
        raise HttpError(422, "duration: this kind of call has no such length.")
    since = _moment("from", query.since, zone) or now
    until = _moment("to", query.until, zone) or since + USUAL
    if until < since:
        raise HttpError(422, "to: must not be before from.")
    if until - since > LONGEST:
        raise HttpError(422, "to: ask for at most 100 days at once.")
    found = selectors.month_of_slots(event_type=kind, coach=coach, since=since, until=until, now=now)
    return SlotsOut(
        time_zone=zone.key,
        slots=[
            SlotOut(
                start=slot.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                local=slot.start.astimezone(zone).isoformat(timespec="seconds"),
                coaches=list(slot.coaches),
            )
            for slot in found
        ],
    )
