"""The counted rows of a period, in seven queries for any number of weeks and people."""

from collections import Counter
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from content import selectors as guide
from content.quiz import tally
from institute.desk.funnel import people
from institute.desk.funnel.counts import PEOPLE, READERS, Count, Funnel, funnel
from institute.desk.funnel.weeks import Period


def count(period: Period, zone: ZoneInfo) -> Funnel:
    """Every figure of the period, by the days of the zone."""
    read = guide.readers(period.since, period.until)
    rows = [Count(READERS, row.day, "", row.page, "", row.readers) for row in read if row.page]
    everywhere = [Count(READERS, row.day, "", "", "", row.readers) for row in read if not row.page]
    for run in tally.runs(period.since, period.until):
        rows.append(Count("quiz", run.day, run.source, run.page, run.role, run.runs))
    since, until = instants(period, zone)
    for step in PEOPLE:
        found = people.reached(step, since=since, until=until)
        told = found.order_by().values_list("reached", "source", "page", "role_of_interest")
        days = Counter((at.astimezone(zone).date(), *where) for at, *where in told.iterator(chunk_size=5000))
        rows += [Count(step, day, source, page, role, n) for (day, source, page, role), n in days.items()]
    return funnel(rows, everywhere, period.weeks)


def instants(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The midnights between which the period lies."""
    return midnight(period.since, zone), midnight(period.until, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which the day begins."""
    return datetime.combine(day, time(), zone)
