"""Reading against recurring-ical-events, which others wrote, over calendars that Hypothesis makes."""

# ruff: noqa: DTZ001 - wall times
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from bookings.outside import reading
from bookings.scheduling.intervals import merged
from tests.bookings.outside.feeds import ics

SINCE, UNTIL = datetime(2027, 1, 10, tzinfo=UTC), datetime(2028, 1, 10, tzinfo=UTC)
COACH = ZoneInfo("America/New_York")
ZONES = ["America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "UTC"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def rules(draw: Any) -> str:
    """A rule as calendar programs write them."""
    kind = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={kind}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    if kind == "WEEKLY" and draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True))))
    if kind == "MONTHLY" and draw(st.booleans()):
        day = draw(st.sampled_from(DAYS))
        parts.append(
            draw(
                st.sampled_from(
                    [f"BYDAY={draw(st.sampled_from([1, 2, 4, -1]))}{day}", "BYMONTHDAY=-1", "BYMONTHDAY=15"]
                )
            )
        )
    ends = draw(st.sampled_from(["", "count", "until"]))
    if ends == "count":
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    if ends == "until":
        last = draw(st.datetimes(datetime(2026, 6, 1), datetime(2028, 6, 1)))
        parts.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


@st.composite
def events(draw: Any, number: int) -> list[str]:
    """One event, perhaps a series with exceptions and a changed instance."""
    start = draw(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
    start = start.replace(minute=draw(st.sampled_from([0, 15, 30])), second=0, microsecond=0)
    whole_day = draw(st.integers(0, 4)) == 0
    zone = draw(st.sampled_from(ZONES))
    repeats = draw(st.booleans())
    rule = draw(rules()) if repeats else ""

    def when(name: str, at: datetime, parameters: str = "") -> str:
        if whole_day:
            return f"{name}{parameters};VALUE=DATE:{at:%Y%m%d}"
        return f"{name}{parameters};TZID={zone}:{at:%Y%m%dT%H%M%S}"

    if whole_day:
        takes = timedelta(days=draw(st.integers(1, 3)))
        rule = rule if "UNTIL" not in rule else rule.split(";UNTIL")[0] + ";UNTIL=20271001"
    else:
        takes = timedelta(minutes=draw(st.sampled_from([15, 60, 90, 600])))
    lines = [f"UID:{number}", when("DTSTART", start), when("DTEND", start + takes)]
    if draw(st.integers(0, 5)) == 0:
        lines.append("TRANSP:TRANSPARENT")
    if not repeats:
        return ["\n".join(lines)]
    lines.append(f"RRULE:{rule}")
    # A few that the series has, so that they mean something.
    wall = icalendar.vRecur.from_ical(";".join(part for part in rule.split(";") if not part.startswith("UNTIL")))
    own = [at for at, _ in zip(rrulestr(wall.to_ical().decode(), dtstart=start), range(60), strict=False)]
    out = draw(st.lists(st.sampled_from(own), max_size=2, unique=True)) if own else []
    lines += [when("EXDATE", at) for at in out]
    made = ["\n".join(lines)]
    rest = [at for at in own if at not in out]
    if rest and draw(st.booleans()):
        at = draw(st.sampled_from(rest))
        new = at + timedelta(days=draw(st.integers(0, 3)), hours=0 if whole_day else draw(st.integers(0, 5)))
        change = [f"UID:{number}", when("RECURRENCE-ID", at), when("DTSTART", new), when("DTEND", new + takes)]
        made.append("\n".join([*change, "SEQUENCE:1"]))
    return made


@st.composite
def calendars(draw: Any) -> bytes:
    count = draw(st.integers(1, 4))
    return ics(*(text for number in range(count) for text in draw(events(number))))


def oracle(body: bytes) -> list[tuple[int, int]]:
    """The busy times as recurring-ical-events sees them; what is free is left to us."""
    near = (SINCE - timedelta(days=5), UNTIL + timedelta(days=5))
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(body)).between(*near)
    return merged(clipped(span(each["DTSTART"].dt, each["DTEND"].dt) for each in found if not is_free(each)))


def is_free(event: Any) -> bool:
    return str(event.get("TRANSP", "")) == "TRANSPARENT"


def span(start: date | datetime, end: date | datetime) -> tuple[int, int]:
    begins, ends = aware(start), aware(end)
    seen = begins.astimezone(UTC).astimezone(begins.tzinfo)
    if seen.replace(tzinfo=None) != begins.replace(tzinfo=None):
        # A start that the clock skips: it is moved forward there with its end left behind, so that no time remains.
        ends += seen.replace(tzinfo=None) - begins.replace(tzinfo=None)
    return int(begins.timestamp()), int(ends.timestamp())


def aware(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), COACH)


def clipped(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    low, high = int(SINCE.timestamp()), int(UNTIL.timestamp())
    return [(max(start, low), min(end, high)) for start, end in spans if end > low and start < high]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(calendars())
def test_busy_times_are_those_of_an_independent_reader(body: bytes) -> None:
    note(body.decode())
    found = reading.read(body, zone=str(COACH), since=SINCE, until=UNTIL)
    assert found.skipped == 0
    assert list(found.busy) == oracle(body)
