"""Days and times in the words of the page, in the viewer's zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.scheduling import wording as words
from bookings.scheduling.walltime import is_repeated
from bookings.views import zones


def written(value: datetime) -> str:
    """An instant as pages and forms carry it, e.g. "2027-03-09T20:00:00Z"."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """The time of day, e.g. "2:00 PM"; an hour that comes twice says which, e.g. "1:30 AM, first, UTC−5"."""
    local = instant.astimezone(zone)
    text = words.clock(local)
    return f"{text}, {words.offset_in_words(local)}" if is_repeated(local) else text


def day(value: date, *, today: date | None = None) -> str:
    """The whole day, e.g. "Tuesday 9 March"; with its year when that is not the year of `today`."""
    text = f"{value:%A} {value.day} {value:%B}"
    return text if today is None or value.year == today.year else f"{text} {value.year}"


def short_day(value: date) -> str:
    """The day on a button, e.g. "Tue 9 March"."""
    return f"{value:%a} {value.day} {value:%B}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """Day and time on a button, e.g. "Tue 9 March, 2:00 PM Central"."""
    return f"{short_day(instant.astimezone(zone).date())}, {clock(instant, zone)} {zones.short(zone)}"


def sentence(instant: datetime, zone: ZoneInfo) -> str:
    """Day, time, zone and offset in full, e.g. "Tuesday 9 March 2027 at 2:00 PM, Central Time (UTC−6)"."""
    local = instant.astimezone(zone)
    away = zones.offset(zone, instant)
    place = zones.name(zone) if away == zones.name(zone) else f"{zones.name(zone)} ({away})"
    time = clock(instant, zone).replace(" ", "\N{NO-BREAK SPACE}", 1)
    return f"{day(local.date())} {local.year} at {time}, {place}"


def span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """From when to when on one day, e.g. "2:00 PM to 2:30 PM"."""
    return f"{clock(start, zone)} to {clock(end, zone)}"


def length(value: timedelta) -> str:
    """A duration, e.g. "30 minutes", "1 hour", "1 hour 30 minutes", "2 days"."""
    minutes = int(value.total_seconds() // 60)
    parts = []
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 minutes"


def alternatives(words: Sequence[str]) -> str:
    """Words to choose from, e.g. "30 minutes, 45 minutes or 1 hour"."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def policy(window: timedelta) -> str:
    """A cancellation window as people say it: "24 hours" rather than "1 day"."""
    hours, rest = divmod(int(window.total_seconds()), 3600)
    return f"{hours} hours" if not rest and 1 < hours <= 72 else length(window)
