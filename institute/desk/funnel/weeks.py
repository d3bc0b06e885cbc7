"""The stretch of days that somebody chose, and its weeks: half-open, from Monday, by the institute's calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

CHOICES = (4, 13, 52)
USUAL = 13
WEEK, DAY = timedelta(days=7), timedelta(days=1)
EARLIEST, LATEST = date(2000, 1, 3), date(2100, 1, 4)
LONGEST = 520 * WEEK


@dataclass(frozen=True, slots=True)
class Week:
    """The days from `first` up to, not with, `until`; a week at the edge of a period may have fewer than seven."""

    first: date
    until: date

    @property
    def last(self) -> date:
        """The last day of it."""
        return self.until - DAY


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are counted, how they were chosen, and what was wrong where the usual ones stand in for them."""

    since: date
    until: date
    number: int = 0
    problem: str = ""

    @property
    def last(self) -> date:
        """The last day of it."""
        return self.until - DAY

    @property
    def weeks(self) -> list[Week]:
        """Its weeks, oldest first."""
        return weeks(self.since, self.until)


def weeks(since: date, until: date) -> list[Week]:
    """The weeks of a period; the first and the last one end where the period does."""
    found, first = [], since
    while first < until:
        end = min(monday(first) + WEEK, until)
        found.append(Week(first, end))
        first = end
    return found


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def newest(number: int, today: date) -> Period:
    """So many weeks, the present one being the last."""
    until = monday(today) + WEEK
    return Period(until - number * WEEK, until, number)


def chosen(asked: Mapping[str, str], today: date) -> Period:
    """The period that an address asks for; the usual one, with a sentence, where that is none."""
    if "from" in asked or "to" in asked:
        first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
        problem = _problem(first, last)
        if first is None or last is None or problem:
            usual = newest(USUAL, today)
            return Period(usual.since, usual.until, usual.number, problem)
        return Period(first, last + DAY)
    number = asked.get("weeks", "")
    return newest(int(number) if number in map(str, CHOICES) else USUAL, today)


def _problem(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return "Choose a first and a last day."
    if last < first:
        return "The last day lies before the first one."
    if first < EARLIEST or last >= LATEST:
        return "Choose days of this century."
    if last + DAY - first > LONGEST:
        return "Choose ten years at most."
    return ""


def _day(written: str) -> date | None:
    try:
        # Not fromisoformat: it reads "2027-W02-1" as well, which no date field sends.
        return datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
