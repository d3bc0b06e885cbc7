"""What two coaches' calendars are, in a few lines: a list of entries, and who is free when."""

from dataclasses import dataclass, field
from datetime import datetime

from bookings.models import Booking
from tests.bookings.house import MINUTE

BUSY = 40 * MINUTE  # half an hour and its buffer
CALL = 30 * MINUTE


@dataclass
class Entry:
    """What the model knows of a booking."""

    booking: Booking
    kind: str
    coach: str
    start: datetime
    status: str
    version: int
    email: str = ""
    held_until: datetime | None = None
    approve_by: datetime | None = None

    @property
    def end(self) -> datetime:
        return self.start + CALL

    def learn(self, booking: Booking) -> None:
        """Take over what only the house decides: state, version, deadlines."""
        self.booking = booking
        self.status, self.version, self.email = booking.status, booking.version, booking.attendee_email
        self.held_until, self.approve_by = booking.held_until, booking.approve_by

    def run_out(self) -> None:
        """What a hold or a request becomes when its time is over."""
        if self.status == "held":
            self.status = "expired"
        elif self.status == "pending":
            self.status, self.version = "declined", self.version + 1


@dataclass
class Model:
    """Two calendars at an instant."""

    now: datetime
    entries: list[Entry] = field(default_factory=list)
    away: list[tuple[int, str, datetime, datetime]] = field(default_factory=list)

    def live(self, entry: Entry) -> bool:
        """Whether it takes its coach's time."""
        ends = {"held": entry.held_until, "pending": entry.approve_by}.get(entry.status)
        return entry.status == "confirmed" or (ends is not None and ends > self.now)

    def movable(self, entry: Entry) -> bool:
        """Whether it is a coming call."""
        return entry.status in ("confirmed", "pending") and self.live(entry) and entry.start > self.now

    def free(self, coach: str, start: datetime, but: Entry | None) -> bool:
        """Whether half an hour and its buffer fit into the coach's time."""
        taken = any(
            each.coach == coach and self.live(each) and each is not but and abs(each.start - start) < BUSY
            for each in self.entries
        )
        return not taken and not any(
            slug == coach and start < end and begin < start + BUSY for _, slug, begin, end in self.away
        )

    def who_is_free(self, start: datetime, coach: str | None, but: Entry | None) -> set[str]:
        """Who can take a call then: the coach asked for, or any; nobody in the past."""
        if start < self.now:
            return set()
        return {slug for slug in ((coach,) if coach else ("ada", "bob")) if self.free(slug, start, but)}

    def open_calls(self, email: str) -> int:
        """How many coming calls this person has."""
        return sum(
            each.email == email and each.status in ("confirmed", "pending") and self.live(each) and each.end > self.now
            for each in self.entries
        )

    def placed(self, booking: Booking, kind: str, given_up: Entry | None = None) -> None:
        """A new booking is there; a former hold was given up for it, and what had run out there made way."""
        if given_up is not None and given_up.status == "held":
            given_up.status = "expired"
        entry = Entry(booking, kind, booking.coach.slug, booking.start, booking.status, booking.version)
        entry.learn(booking)
        self.make_way(entry)
        self.entries.append(entry)

    def moved(self, entry: Entry, booking: Booking) -> None:
        """A call has another time or coach."""
        entry.coach, entry.start = booking.coach.slug, booking.start
        entry.learn(booking)
        self.make_way(entry)

    def make_way(self, entry: Entry) -> None:
        """Holds and requests that ran out on this time are written off."""
        for each in self.entries:
            if (
                each is not entry
                and each.coach == entry.coach
                and not self.live(each)
                and abs(each.start - entry.start) < BUSY
            ):
                each.run_out()
