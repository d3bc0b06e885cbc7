"""What a calendar of two coaches looks like to a model of a few lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from bookings.errors import BookingError
from bookings.models import Booking, Coach, EventType, TimeOff
from leads.models import Lead
from mail.models import Message, Topic
from tests.bookings.house import MINUTE, NOW, a_coach, a_type

BUSY = 40 * MINUTE  # half an hour and its buffer
MOST = 45 * 60 * MINUTE  # of a life: all of it before the first call, with its notice


@dataclass
class Entry:
    """What the model knows of a booking."""

    booking: Booking
    coach: Coach
    start: datetime
    status: str
    until: datetime | None = None
    version: int = 1


class Model(RuleBasedStateMachine):
    """What is free, who has it, and what a verb may do; the rules are in test_lifecycle."""

    @initialize()
    def open(self) -> None:
        for model in (Message, Topic, Booking, TimeOff, EventType, Coach, Lead):
            model.objects.all().delete()
        self.coaches = [a_coach(slug) for slug in ("ada", "bob")]
        usual = {"buffer_after": 10 * MINUTE, "slot_interval": 15 * MINUTE, "cancel_window": 0 * MINUTE}
        self.kind = a_type(*self.coaches, **usual)
        self.asked = a_type(*self.coaches, slug="asked", needs_approval=True, **usual)
        self.now, self.people = NOW, 0
        self.entries: list[Entry] = []
        self.away: list[tuple[TimeOff, Coach, datetime, datetime]] = []

    def pass_time(self, later: timedelta) -> None:
        if self.now + later < NOW + MOST:
            self.now += later

    def live(self, entry: Entry) -> bool:
        return entry.status == "confirmed" or (
            entry.status in ("held", "pending") and entry.until is not None and entry.until > self.now
        )

    def free(self, coach: Coach, start: datetime, but: Entry | None = None) -> bool:
        return not any(
            self.live(each) and each is not but and each.coach == coach and abs(each.start - start) < BUSY
            for each in self.entries
        ) and not any(who == coach and start < end and begin < start + BUSY for _, who, begin, end in self.away)

    def clear(self, coach: Coach, start: datetime) -> None:
        """What ran out on a time that somebody has just got is told so."""
        for each in self.entries:
            if each.coach == coach and abs(each.start - start) < BUSY and not self.live(each):
                self.run_out(each)

    def run_out(self, entry: Entry) -> None:
        if entry.status == "pending":
            entry.status, entry.version = "declined", entry.version + 1
        elif entry.status == "held":
            entry.status = "expired"

    def somebody(self) -> str:
        self.people += 1
        return f"visitor{self.people}@example.org"

    def pick(self, data: st.DataObject, *statuses: str) -> Entry | None:
        found = [each for each in self.entries if not statuses or each.status in statuses]
        if not found:
            return None
        entry = data.draw(st.sampled_from(found))
        entry.booking.refresh_from_db()
        return entry

    def tried(self, verb: Any, allowed: bool, refusal: type[BookingError], **values: Any) -> Booking | None:
        """The verb does exactly what the model allows."""
        try:
            done: Booking = verb(now=self.now, **values)
        except refusal:
            assert not allowed, (verb, values)
            return None
        assert allowed, (verb, values)
        return done

    def took(self, booking: Booking | None) -> None:
        """A new row got a time."""
        if booking is not None:
            self.clear(booking.coach, booking.start)
            until = booking.held_until or booking.approve_by
            self.entries.append(Entry(booking, booking.coach, booking.start, booking.status, until))
