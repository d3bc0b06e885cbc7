"""An instant in words for a reader in a zone. No locale of the machine is asked: a mail reads the same everywhere."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bookings.scheduling.walltime import is_repeated

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """The parts of a local time, ready to be put into a sentence."""

    day: str
    short_day: str
    year: str
    time: str
    zone: str
    offset: str
    abbreviation: str

    @property
    def long(self) -> str:
        """For the body of a mail or page: "Tuesday 9 March 2027, 2:00 PM"."""
        return f"{self.day} {self.year}, {self.time}"

    @property
    def short(self) -> str:
        """For a subject line: "Tue 9 March, 2:00 PM EST"."""
        return f"{self.short_day}, {self.time} {self.abbreviation}"

    @property
    def full(self) -> str:
        """With zone and offset: "Tuesday 9 March 2027, 2:00 PM (New York, UTC−5)"."""
        return f"{self.long} ({self.where})"

    @property
    def where(self) -> str:
        """Zone and offset: "New York, UTC−5"; just "UTC" in UTC."""
        return self.offset if self.zone == self.offset else f"{self.zone}, {self.offset}"


def moment(instant: datetime, zone: tzinfo) -> Moment:
    """The words for an aware instant in a zone."""
    at = instant.astimezone(zone)
    offset = offset_in_words(at)
    letters = at.strftime("%Z")
    return Moment(
        day=day_in_words(at),
        short_day=day_in_words(at, short=True),
        year=str(at.year),
        time=clock(at),
        zone=zone_in_words(zone, offset),
        offset=offset,
        abbreviation=letters if letters.isalpha() else offset,
    )


def day_in_words(day: date, *, short: bool = False) -> str:
    """A day without its year: "Tuesday 9 March", or short "Tue 9 March"."""
    weekday = _DAYS[day.weekday()]
    return f"{weekday[:3] if short else weekday} {day.day} {_MONTHS[day.month - 1]}"


def date_in_words(day: date) -> str:
    """A day with its year: "Tuesday 9 March 2027"."""
    return f"{day_in_words(day)} {day.year}"


def clock(at: datetime) -> str:
    """The time of day: "2:00 PM"; an hour that comes twice says which: "1:30 AM, first"."""
    hour, noon = at.hour % 12 or 12, "AM" if at.hour < 12 else "PM"
    which = (", second" if at.fold else ", first") if is_repeated(at) else ""
    return f"{hour}:{at.minute:02} {noon}{which}"


def offset_in_words(at: datetime) -> str:
    """The offset of an aware time: "UTC", "UTC−5", "UTC+5:30"."""
    offset = at.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset is not None else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def zone_in_words(zone: tzinfo, offset: str) -> str:
    """The place a zone is named after: "New York"; for a zone that is not a place, its offset."""
    key = str(zone)
    area, _, place = key.rpartition("/")
    return place.replace("_", " ") if area and not area.startswith("Etc") else offset
