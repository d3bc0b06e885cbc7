"""Random lives of two calendars against a model of a few lines: the same states, no overlap, and a history that replays."""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from bookings import services
from bookings.errors import NotActive, SlotTaken
from bookings.models import Booking, Coach
from mail.models import Message
from tests.bookings.house import (
    DAY,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    book,
    cancel,
    history_replays,
    hold,
    overlaps,
)
from tests.bookings.services.life import Entry, Model

CASES = int(os.environ.get("LIFE_CASES", "12"))
TIMES = st.integers(0, 7).map(lambda n: TUESDAY_TEN + DAY + n * 15 * MINUTE)
COACH = st.integers(0, 1)
LATER = st.sampled_from([0, 0, 1, 9, 10, 23 * 60]).map(lambda n: n * MINUTE)
COMING = ("confirmed", "pending")


class Calendar(Model):
    """Two coaches' day, lived at random by visitors and staff."""

    @rule(start=TIMES, who=COACH, later=LATER, data=st.data())
    def hold(self, start: datetime, who: int, later: timedelta, data: st.DataObject) -> None:
        self.pass_time(later)
        coach, kind = self.coaches[who], data.draw(st.sampled_from([self.kind, self.asked]))
        before = self.pick(data, "held") if data.draw(st.booleans()) else None
        previous = before.booking if before else None
        allowed = self.free(coach, start, before)
        done = self.tried(hold, allowed, SlotTaken, kind=kind, start=start, coach=coach, previous_hold=previous)
        if done is not None and before is not None:
            before.status = "expired"
        self.took(done)

    @rule(start=TIMES, who=COACH, asked=st.booleans())
    def book(self, start: datetime, who: int, asked: bool) -> None:
        coach, kind = self.coaches[who], self.asked if asked else self.kind
        email = self.somebody()
        self.took(
            self.tried(book, self.free(coach, start), SlotTaken, kind=kind, start=start, coach=coach, email=email)
        )

    @rule(start=TIMES)
    def book_anybody(self, start: datetime) -> None:
        allowed = any(self.free(coach, start) for coach in self.coaches)
        self.took(self.tried(book, allowed, SlotTaken, kind=self.kind, start=start, coach=None, email=self.somebody()))

    @rule(start=TIMES, who=COACH)
    def staff_book(self, start: datetime, who: int) -> None:
        coach = self.coaches[who]
        form = {"name": "Grace", "phone": "", "questions": "", "time_zone": "UTC", "idempotency_key": "", "actor": "o"}
        done = self.tried(
            services.book_for,
            self.free(coach, start),
            SlotTaken,
            event_type=self.asked,
            start=start,
            coach=coach,
            email=self.somebody(),
            **form,
        )
        assert done is None or done.status == "confirmed"
        self.took(done)

    @rule(data=st.data(), later=LATER)
    def confirm(self, data: st.DataObject, later: timedelta) -> None:
        self.pass_time(later)
        entry = self.pick(data, "held", "expired")
        if entry is None:
            return
        was_live = self.live(entry)
        allowed = self.free(entry.coach, entry.start, entry)
        done = self.tried(
            book,
            allowed,
            SlotTaken,
            kind=entry.booking.event_type,
            start=entry.start,
            coach=entry.coach,
            hold=entry.booking,
            email=self.somebody(),
        )
        if done is None:
            return
        assert (done.pk == entry.booking.pk) == was_live
        if was_live:
            entry.status, entry.until = done.status, done.approve_by
        else:
            entry.status = "expired"
            self.took(done)

    @rule(data=st.data(), later=LATER)
    def renew_or_release(self, data: st.DataObject, later: timedelta) -> None:
        self.pass_time(later)
        entry = self.pick(data)
        if entry is None:
            return
        held = entry.status == "held"
        renewed = self.tried(services.renew_hold, held and self.live(entry), NotActive, booking=entry.booking)
        if renewed is not None:
            entry.until = renewed.held_until
        if renewed is None or data.draw(st.booleans()):
            services.release_hold(booking=entry.booking, now=self.now)
            entry.status = "expired" if held else entry.status

    @rule(data=st.data(), yes=st.booleans(), later=LATER)
    def answer(self, data: st.DataObject, yes: bool, later: timedelta) -> None:
        self.pass_time(later)
        entry = self.pick(data, "pending", "confirmed", "declined")
        if entry is None:
            return
        waits = entry.status == "pending"
        said = {"booking": entry.booking, "actor_kind": "staff", "actor": "olivia"}
        if not yes:
            done = self.tried(services.decline, waits or entry.status == "declined", NotActive, why="no", **said)
        elif waits and self.live(entry):
            done = self.tried(services.approve, self.free(entry.coach, entry.start, entry), SlotTaken, **said)
        else:
            done = self.tried(services.approve, entry.status == "confirmed", NotActive, **said)
        if done is not None and waits:
            entry.status, entry.version, entry.until = done.status, entry.version + 1, None

    @rule(data=st.data(), start=TIMES, who=COACH, staff=st.booleans())
    def move(self, data: st.DataObject, start: datetime, who: int, staff: bool) -> None:
        entry, coach = self.pick(data, *COMING, "cancelled", "declined"), self.coaches[who]
        if entry is not None:
            actor = {"actor_kind": "staff" if staff else "attendee", "actor": "", "why": ""}
            self.moved(entry, services.reschedule, coach, start, start=start, coach=coach, **actor)

    @rule(data=st.data())
    def reassign(self, data: st.DataObject) -> None:
        entry = self.pick(data, *COMING)
        if entry is not None:
            (other,) = (each for each in self.coaches if each != entry.coach)
            self.moved(entry, services.reassign, other, entry.start, actor="olivia", why="", coach=other)

    def moved(self, entry: Entry, verb: Any, to: Coach, at: datetime, **values: Any) -> None:
        there = (entry.coach, entry.start) == (to, at)
        if entry.status not in COMING or not self.live(entry):
            self.tried(verb, False, NotActive, booking=entry.booking, **values)
            return
        done = self.tried(verb, there or self.free(to, at, entry), SlotTaken, booking=entry.booking, **values)
        if done is not None and not there:
            entry.coach, entry.start, entry.version = to, at, entry.version + 1
            self.clear(to, at)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        entry = self.pick(data)
        if entry is None:
            return
        done = self.tried(cancel, entry.status in COMING, NotActive, booking=entry.booking, actor_kind="staff")
        if done is not None:
            entry.status, entry.version = "cancelled", entry.version + 1

    @rule(data=st.data(), text=st.sampled_from(["", "one", "two"]))
    def edit(self, data: st.DataObject, text: str) -> None:
        entry = self.pick(data)
        if entry is not None:
            form = {"phone": "", "questions": text, "access_needs": "", "answers": ()}
            who = {"actor_kind": "attendee", "actor": ""}
            self.tried(services.edit_details, entry.status in COMING, NotActive, booking=entry.booking, **form, **who)

    @rule(data=st.data(), outcome=st.sampled_from(["completed", "no_show"]))
    def outcome(self, data: st.DataObject, outcome: str) -> None:
        """Seen from the day after; the calendar's own clock stays, so that the time is free again for the model too."""
        entry = self.pick(data)
        if entry is None:
            return
        over = ("confirmed", "completed", "no_show")
        try:
            services.record_outcome(booking=entry.booking, outcome=outcome, actor="ada", now=NOW + 4 * DAY)
        except NotActive:
            assert entry.status not in over
            return
        assert entry.status in over
        entry.status = outcome

    @rule(start=TIMES, who=COACH)
    def block(self, start: datetime, who: int) -> None:
        end = start + 10 * MINUTE
        off = services.add_time_off(coach=self.coaches[who], start=start, end=end, note="", now=self.now)
        self.away.append((off, self.coaches[who], start, end))

    @rule(who=COACH)
    def unavailable_today(self, who: int) -> None:
        """It takes no time of the calls here, which are all on a later day."""
        off = services.unavailable_today(coach=self.coaches[who], note="", now=self.now)
        if all(each.pk != off.pk for each, *_ in self.away):
            self.away.append((off, self.coaches[who], off.start, off.end))

    @rule(data=st.data())
    def unblock(self, data: st.DataObject) -> None:
        if self.away:
            chosen = self.away.pop(data.draw(st.integers(0, len(self.away) - 1)))
            services.remove_time_off(time_off=chosen[0])

    @rule(later=LATER)
    def tidy(self, later: timedelta) -> None:
        self.pass_time(later)
        for verb, status in ((services.expire_holds, "held"), (services.decline_unanswered, "pending")):
            over = [each for each in self.entries if each.status == status and not self.live(each)]
            assert verb(now=self.now) == len(over)
            for each in over:
                self.run_out(each)

    @invariant()
    def the_rows_are_what_the_model_says(self) -> None:
        if not hasattr(self, "entries"):
            return
        rows = {row[0]: row[1:] for row in Booking.objects.values_list("pk", "status", "coach", "start", "version")}
        assert rows == {
            each.booking.pk: (each.status, each.coach.pk, each.start, each.version) for each in self.entries
        }
        assert overlaps() == 0
        assert history_replays()
        live = Message.objects.filter(status="due", kind="bookings.reminder")
        assert set(live.values_list("topic__key", "topic_version")) <= {
            (each.booking.topic_key, each.version) for each in self.entries if each.status == "confirmed"
        }


@pytest.mark.django_db
def test_two_calendars_lived_at_random_are_what_the_model_says() -> None:
    run_state_machine_as_test(
        Calendar,
        settings=settings(
            max_examples=CASES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
