"""The routes of the public JSON."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import NinjaAPI, Query
from ninja.errors import HttpError

from bookings import selectors
from bookings.api import kept, written
from bookings.api.schemas import CoachOut, EventTypeOut, Problem, SlotsOut, SlotsQuery
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


def _event_type(slug: str) -> EventType:
    found = None if len(slug) > 80 or "\0" in slug else selectors.event_types().filter(slug=slug).first()
    if found is None:
        raise HttpError(404, "There is no such event type.")
    return found


def _zone(name: str) -> ZoneInfo:
    if not name:
        return ZoneInfo(str(identity.current().default_time_zone))
    if name not in clock.zone_names():
        raise HttpError(422, "time_zone: there is no such time zone; give an IANA name such as America/Chicago.")
    return ZoneInfo(name)


def _sane(slug: str) -> str:
    return "" if len(slug) > 80 or "\0" in slug else slug


def _duration(value: str, kind: EventType) -> timedelta:
    """The length asked for, in minutes, or the usual one."""
    offered = {str(int(each.total_seconds() // 60)): each for each in kind.durations}
    if value and value not in offered:
        raise HttpError(422, f"duration: this kind of call takes {' or '.join(offered)} minutes.")
    return offered[value] if value else kind.duration


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
            durations_minutes=[int(each.total_seconds() // 60) for each in kind.durations],
            needs_approval=kind.needs_approval,
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
def slots(request: HttpRequest, slug: str, query: Query[SlotsQuery]) -> HttpResponse:
    now = clock.now()
    # The versions before any row: a write in between makes this stamp an old one, never the answer a stale one.
    wish = _sane(query.coach)
    offer = selectors.offer(slug=_sane(slug), coach=wish) if wish == query.coach else None
    kind = offer.kind if offer is not None else _event_type(slug)
    zone = _zone(query.time_zone)
    if offer is None and query.coach:
        raise HttpError(422, "coach: nobody of that name takes this kind of call.")
    duration = _duration(query.duration, kind)
    today = now.astimezone(zone).date()
    since = _moment("from", query.since, zone) or _midnight(today, zone)
    until = _moment("to", query.until, zone) or since + USUAL
    if until < since:
        raise HttpError(422, "to: must not be before from.")
    if until - since > LONGEST:
        raise HttpError(422, "to: ask for at most 100 days at once.")
    if offer is None:
        body = written.slots({}, zone)
        return _told(request, body, kept.etag_of(body))
    month = selectors.month_with_change(offer, since=since, until=until, now=now, duration=duration)
    body = written.slots(month.starts, zone)
    etag = kept.etag_of(body)
    # Without a zone the answer hangs on the institute's, which has no stamp.
    if query.time_zone:
        # Without `from` the range itself begins anew at midnight.
        ends = [] if query.since else [_midnight(today + timedelta(days=1), zone)]
        ends += [month.next_change] if month.next_change is not None else []
        shelved = kept.Kept(slug, query.coach, offer.stamp, min(ends, default=None), body, etag)
        kept.shelf.put(kept.key_of(request), shelved)
    return _told(request, body, etag)


def _told(request: HttpRequest, body: bytes, etag: str) -> HttpResponse:
    """The body, or 304 for whoever has it."""
    response = kept.answer(body, etag)
    answer = get_conditional_response(request, etag=etag, response=response)
    return response if answer is None else answer


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(opens_at(day, MIDNIGHT, zone))
