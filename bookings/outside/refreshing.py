"""When outside calendars are fetched, and what becomes of what came.

1. Claim: one conditional UPDATE decides which of several workers fetches a calendar.
2. Fetch and read in a helper process, outside any transaction.
3. Write under the coach lock, only what differs. A failure keeps the last busy times that were read.
"""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least

from bookings import selectors
from bookings.errors import Busy
from bookings.models import OutsideBusy, OutsideCalendar
from bookings.outside import bell, job
from bookings.outside.addresses import Target, refuse_address
from bookings.outside.conf import conf
from bookings.outside.job import Answer, Job
from bookings.outside.trouble import Trouble
from bookings.selectors import sql
from bookings.services import gate
from mail import statements

log = logging.getLogger(__name__)

BACK, AHEAD = timedelta(days=1), timedelta(days=400)
# A calendar that is wanted again and again is still not asked more often than this; one that fails waits longer.
PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
LONGEST_INTERVAL = timedelta(hours=6)
# A claim from the future was made by a clock that went wrong.
CLOCKS_DIFFER = timedelta(minutes=15)
MOST_FAILURES = 1_000
# A round ends after so many seconds, so that one worker is not kept from the mail by slow calendars.
ROUND_SECONDS = 60.0


def want(*, coach_ids: Iterable[int], now: datetime) -> None:
    """Ask the worker for a fresh fetch of those of these coaches' calendars that are not asked for already.

    One UPDATE, and a hint to the worker after the commit that never blocks: called when a time is held.
    """
    values = {"coaches": sql.ids(coach_ids), "now": statements.adapt(now)}
    statements.soon(_want(), values, then=lambda row: bell.ring_on_commit())


@cache
def _want() -> str:
    """Written by hand: it is said with every time that is held."""
    return f"""
        UPDATE {OutsideCalendar._meta.db_table} SET wanted_at = %(now)s
        WHERE coach_id {sql.one_of("coaches")} AND enabled AND (wanted_at IS NULL OR wanted_at <= tried_at)
        RETURNING id
    """  # noqa: S608  the names of our own tables


def ask(calendars: QuerySet[OutsideCalendar], *, now: datetime) -> int:
    """Ask the worker for a fresh fetch of these calendars; how many were not asked for already."""
    idle = Q(wanted_at=None) | Q(wanted_at__lte=F("tried_at"))
    number = calendars.filter(idle, enabled=True).update(wanted_at=now)
    if number:
        bell.ring_on_commit()
    return number


def refresh_due(*, now: datetime, limit: int = 20) -> int:
    """Fetch at most `limit` calendars that are wanted or were not tried for a while; how many were tried.

    Must not be called inside a transaction.
    """
    began, tried = time.monotonic(), 0
    for calendar in due(now=now):
        if tried == limit or time.monotonic() - began > ROUND_SECONDS:
            break
        if _claim(calendar, now=now):
            _refresh(calendar, now=now)
            tried += 1
    return tried


def due(*, now: datetime) -> list[OutsideCalendar]:
    """What should be fetched now: wanted ones first, then those that waited longest."""
    usual = conf().interval
    rows = OutsideCalendar.objects.filter(
        Q(tried_at=None)
        | Q(wanted_at__gt=F("tried_at"))
        | Q(tried_at__lte=now - usual)
        | Q(tried_at__gt=now + CLOCKS_DIFFER),
        enabled=True,
        coach__active=True,
    )
    found = [row for row in rows.select_related("coach") if _is_due(row, usual=usual, now=now)]
    return sorted(
        found, key=lambda row: (not _is_wanted(row), row.tried_at or datetime.min.replace(tzinfo=UTC), row.pk)
    )


def address(url: str) -> Target:
    """The address taken apart, if it may be fetched. Raises Trouble with a sentence for whoever typed it."""
    settings = conf()
    return refuse_address(url, ports=settings.ports, allowed=settings.networks)


def forget(calendar: OutsideCalendar) -> None:
    """Give the calendar's busy times free, because it was switched off or goes away; call it under the coach's lock."""
    OutsideBusy.objects.filter(calendar=calendar).delete()
    OutsideCalendar.objects.filter(pk=calendar.pk).update(etag="", last_modified="")
    gate.changed(calendar.coach_id)


def _is_wanted(calendar: OutsideCalendar) -> bool:
    return calendar.wanted_at is not None and (calendar.tried_at is None or calendar.wanted_at > calendar.tried_at)


def _is_due(calendar: OutsideCalendar, *, usual: timedelta, now: datetime) -> bool:
    if calendar.tried_at is None or calendar.tried_at > now + CLOCKS_DIFFER:
        return True
    doublings = 2 ** min(calendar.failures, 10)
    wait = min(PAUSE * doublings, LONGEST_PAUSE) if _is_wanted(calendar) else min(usual * doublings, LONGEST_INTERVAL)
    return now - calendar.tried_at >= wait


def _claim(calendar: OutsideCalendar, *, now: datetime) -> bool:
    """Whether it is ours: of several that saw the same row, the UPDATE of one finds it unchanged."""
    return (
        OutsideCalendar.objects.filter(pk=calendar.pk, tried_at=calendar.tried_at, enabled=True).update(tried_at=now)
        == 1
    )


def _refresh(calendar: OutsideCalendar, *, now: datetime) -> None:
    try:
        answer = job.run(_job(calendar, now=now))
        gate.run(lambda: _store(calendar, answer, now=now))
    except Trouble as trouble:
        _note(calendar, str(trouble))
    except Busy:
        # The times came, and could not be written at this moment: once more, soon.
        OutsideCalendar.objects.filter(pk=calendar.pk).update(wanted_at=now + timedelta(microseconds=1))
        log.warning("The busy times of outside calendar %d could not be written; the calendar was busy", calendar.pk)


def _job(calendar: OutsideCalendar, *, now: datetime) -> Job:
    settings = conf()
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    # Once a day it is read anew even if unchanged: the window has moved on, and rules reach further.
    known = calendar.fetched_at is not None and calendar.fetched_at >= today
    return Job(
        url=calendar.url,
        zone=str(selectors.coach_zone(calendar.coach, at=now)),
        since=int((today - BACK).timestamp()),
        until=int((today + AHEAD).timestamp()),
        ports=settings.ports,
        networks=tuple(str(network) for network in settings.networks),
        etag=calendar.etag if known else "",
        last_modified=calendar.last_modified if known else "",
    )


def _store(calendar: OutsideCalendar, answer: Answer, *, now: datetime) -> None:
    """Replace the busy times where they differ, under the coach lock; what was switched off or moved meanwhile stays out."""
    gate.lock(calendar.coach_id)
    row = OutsideCalendar.objects.filter(
        pk=calendar.pk, enabled=True, url=calendar.url, coach_id=calendar.coach_id
    ).first()
    if row is None:
        return
    row.fetched_at, row.failures, row.error = now, 0, ""
    if answer.busy is not None:
        row.etag, row.last_modified, row.skipped = answer.etag, answer.last_modified, answer.skipped
        if _replace(row, answer, now=now):
            gate.changed(row.coach_id)
    row.save(update_fields=["fetched_at", "failures", "error", "etag", "last_modified", "skipped"])


def _replace(calendar: OutsideCalendar, answer: Answer, *, now: datetime) -> bool:
    """Write what came and is new, remove what is not there any more; whether anything differs that is not over."""
    came = {tuple(datetime.fromtimestamp(instant, UTC) for instant in span) for span in answer.busy or ()}
    there = {(start, end): pk for pk, start, end in calendar.busy.values_list("pk", "start", "end")}
    gone, new = there.keys() - came, came - there.keys()
    if gone:
        OutsideBusy.objects.filter(pk__in=[there[span] for span in gone]).delete()
    OutsideBusy.objects.bulk_create(
        [OutsideBusy(calendar=calendar, start=start, end=end) for start, end in sorted(new)], batch_size=500
    )
    return any(end > now for _, end in gone | new)


def _note(calendar: OutsideCalendar, sentence: str) -> None:
    OutsideCalendar.objects.filter(pk=calendar.pk, url=calendar.url).update(
        error=sentence[:300], failures=Least(F("failures") + 1, MOST_FAILURES)
    )
    log.warning("Outside calendar %d could not be fetched: %s", calendar.pk, sentence)
