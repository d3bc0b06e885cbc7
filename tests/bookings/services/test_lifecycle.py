"""Random lives of a calendar against a model of a few lines: the same states, no overlap, and a history that replays."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings import services
from bookings.errors import NotActive, SlotTaken
from bookings.models import Booking, Coach, EventType, TimeOff
from leads.models import Lead
from mail.models import Message, Topic
from tests.bookings.house import (
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    cancel,
    history_replays,
    hold,
    overlaps,
)

CASES = int(os.environ.get("LIFE_CASES", "12"))
BUSY = 40 * MINUTE  # half an hour and its buffer
TIMES = st.integers(0, 3).map(lambda n: TUESDAY_TEN + n * 30 * MINUTE)

LATER = st.sampled_from([0, 1, 9, 10]).map(lambda n: n * MINUTE)


@dataclass
class Entry:
    """What the model knows of a booking."""

    booking: Booking
    start: datetime
    status: str
    held_until: datetime | None = None


class Calendar(RuleBasedStateMachine):
    """One coach's day, lived at random."""

    coach: Coach
    kind: EventType

    @initialize()
    def open(self) -> None:
        for model in (Message, Topic, Booking, TimeOff):
            model.objects.all().delete()
        EventType.objects.all().delete()
        Coach.objects.all().delete()
        self.coach = a_coach()
        self.kind = a_type(self.coach, buffer_after=10 * MINUTE)
        self.now = NOW
        self.entries: list[Entry] = []
        self.away: list[tuple[datetime, datetime]] = []

    def live(self, entry: Entry) -> bool:
        return entry.status == "confirmed" or (
            entry.status == "held" and entry.held_until is not None and entry.held_until > self.now
        )

    def free(self, start: datetime, but: Entry | None = None) -> bool:
        taken = any(self.live(each) and each is not but and abs(each.start - start) < BUSY for each in self.entries)
        return not taken and not any(start < end and begin < start + BUSY for begin, end in self.away)

    def expect(self, start: datetime, entry: Entry | None = None, **values: object) -> None:
        """Hold or book, and check that the gate says what the model says."""
        verb, allowed = (book, self.free(start, entry)) if "email" in values else (hold, self.free(start, entry))
        try:
            booking = verb(self.kind, start, self.coach, now=self.now, **values)
        except SlotTaken:
            assert not allowed, start
            return
        assert allowed, start
        if entry is not None and entry.booking.pk == booking.pk:
            entry.status = booking.status
            return
        if entry is not None and entry.status == "held":
            entry.status = "expired"
        for each in self.entries:
            if each.status == "held" and not self.live(each) and abs(each.start - start) < BUSY:
                each.status = "expired"
        self.entries.append(Entry(booking, start, booking.status, booking.held_until))

    def picked(self, data: st.DataObject) -> Entry | None:
        return data.draw(st.sampled_from(self.entries)) if self.entries else None

    @rule(start=TIMES, again=TIMES, later=LATER)
    def hold_twice(self, start: datetime, again: datetime, later: timedelta) -> None:
        self.expect(start)
        self.now += later
        self.expect(again)

    @rule(start=TIMES, data=st.data(), later=LATER)
    def hold_instead(self, start: datetime, data: st.DataObject, later: timedelta) -> None:
        self.now += later
        entry = self.picked(data)
        if entry is not None and entry.status == "held":
            self.expect(start, entry, previous_hold=entry.booking)

    @rule(start=TIMES, number=st.integers(0, 3))
    def book(self, start: datetime, number: int) -> None:
        self.expect(start, email=f"visitor{number}@example.org")

    @rule(data=st.data(), later=LATER)
    def confirm(self, data: st.DataObject, later: timedelta) -> None:
        self.now += later
        entry = self.picked(data)
        if entry is not None and entry.status in ("held", "expired"):
            self.expect(entry.start, entry, hold=entry.booking, email="holder@example.org")

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            try:
                entry.status = cancel(entry.booking, actor_kind="staff", now=self.now).status
            except NotActive:
                assert entry.status != "confirmed"

    @rule(data=st.data())
    def renew_or_release(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is None:
            return
        try:
            entry.held_until = services.renew_hold(booking=entry.booking, now=self.now).held_until
        except NotActive:
            assert not (entry.status == "held" and self.live(entry))
            entry.status = services.release_hold(booking=entry.booking, now=self.now).status

    @rule(start=TIMES)
    def block(self, start: datetime) -> None:
        services.add_time_off(coach=self.coach, start=start, end=start + 10 * MINUTE, note="", now=self.now)
        self.away.append((start, start + 10 * MINUTE))

    @rule()
    def unblock(self) -> None:
        if self.away:
            services.remove_time_off(time_off=TimeOff.objects.order_by("id")[0])
            self.away.pop(0)

    @rule(later=LATER)
    def tidy(self, later: timedelta) -> None:
        self.now += later
        run_out = [each for each in self.entries if each.status == "held" and not self.live(each)]
        assert services.expire_holds(now=self.now) == len(run_out)
        for each in run_out:
            each.status = "expired"

    @invariant()
    def the_rows_are_what_the_model_says(self) -> None:
        if not hasattr(self, "entries"):
            return
        rows = dict(Booking.objects.values_list("pk", "status"))
        assert rows == {each.booking.pk: each.status for each in self.entries}
        assert overlaps() == 0
        assert history_replays()
        live = set(Message.objects.filter(status="due", kind="bookings.reminder").values_list("topic__key", flat=True))
        assert live <= {each.booking.topic_key for each in self.entries if each.status == "confirmed"}
        assert Lead.objects.count() <= 5


@pytest.mark.django_db
def test_a_calendar_lived_at_random_is_what_the_model_says() -> None:
    assert HOUR > BUSY
    run_state_machine_as_test(
        Calendar,
        settings=settings(
            max_examples=CASES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
