"""Random lives of two calendars against a model of a few lines (model.py): the same rows, no overlap, no stale mail.

LIFE_CASES=10000 lives that many of them (F30 of the fault list); `make test` lives a few.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings import services
from bookings.errors import BookingError
from bookings.models import Booking, Coach, EventType, TimeOff
from leads.models import Activity, Lead, ScoreReason, Touch
from mail.models import Message, Topic
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, hold
from tests.bookings.services.model import Entry, Model
from tests.bookings.services.verbs import approve, book_for, decline, edit, move, reassign
from tests.faults.invariants import broken

CASES = int(os.environ.get("LIFE_CASES", "12"))
# What ended lives leave behind in their transaction is dead, and PostgreSQL walks around it: after so many comes a new one.
LIVES = 200
QUARTER = 15 * MINUTE
# Today and tomorrow, some of them overlapping.
TIMES = st.sampled_from(
    [NOW + 5 * HOUR, NOW + 5 * HOUR + 2 * QUARTER, *(TUESDAY_TEN + n * QUARTER for n in (0, 1, 2, 3, 4, 8))]
)
PEOPLE = st.integers(0, 3).map(lambda n: f"visitor{n}@example.org")
COACHES = st.sampled_from(["ada", "bob", None])
KINDS = st.sampled_from(["agreed", "asked"])


Verb = Callable[[], Booking]


def tried(verb: Verb) -> Booking | None:
    """What a verb returned, or None where the house refused."""
    try:
        return verb()
    except BookingError:
        return None


class Calendars(RuleBasedStateMachine):
    """Two coaches, two kinds of call, every verb."""

    @initialize()
    def open(self) -> None:
        for table in (Message, Topic, Booking, TimeOff, EventType, Coach):
            table.objects.all().delete()
        for table in (Activity, Touch, ScoreReason, Lead):
            table.objects.all()._raw_delete(table.objects.db)
        self.coaches = {slug: a_coach(slug) for slug in ("ada", "bob")}
        usual: dict[str, Any] = {"buffer_after": 10 * MINUTE, "slot_interval": QUARTER, "minimum_notice": timedelta()}
        self.kinds = {
            "agreed": a_type(*self.coaches.values(), slug="agreed", **usual),
            "asked": a_type(*self.coaches.values(), slug="asked", needs_approval=True, **usual),
        }
        self.model = Model(NOW)

    def coach(self, slug: str | None) -> Coach | None:
        return self.coaches[slug] if slug else None

    def picked(self, data: st.DataObject, *statuses: str) -> Entry | None:
        found = [each for each in self.model.entries if not statuses or each.status in statuses]
        return data.draw(st.sampled_from(found)) if found else None

    def take(self, kind: str, start: datetime, slug: str | None, done: Verb, but: Entry | None = None) -> None:
        """Do what takes a new time; the gate must say what the model says, and choose a coach who is free."""
        free = self.model.who_is_free(start, slug, but)
        booking = tried(done)
        assert (booking is not None) == bool(free), (start, slug)
        if booking is not None:
            assert booking.coach.slug in free
            self.model.placed(booking, kind, given_up=but)

    @rule(kind=KINDS, start=TIMES, slug=COACHES)
    def hold(self, kind: str, start: datetime, slug: str | None) -> None:
        self.take(kind, start, slug, lambda: hold(self.kinds[kind], start, self.coach(slug), now=self.model.now))

    @rule(kind=KINDS, start=TIMES, slug=COACHES, data=st.data())
    def hold_instead(self, kind: str, start: datetime, slug: str | None, data: st.DataObject) -> None:
        former = self.picked(data, "held")
        if former is not None:
            wanted = {"now": self.model.now, "previous_hold": former.booking}
            self.take(kind, start, slug, lambda: hold(self.kinds[kind], start, self.coach(slug), **wanted), former)

    @rule(kind=KINDS, start=TIMES, slug=COACHES, email=PEOPLE)
    def book(self, kind: str, start: datetime, slug: str | None, email: str) -> None:
        wanted = {"now": self.model.now, "email": email}
        booking = lambda: book(self.kinds[kind], start, self.coach(slug), **wanted)  # noqa: E731
        if self.model.open_calls(email) < 3:
            self.take(kind, start, slug, booking)
        else:
            assert tried(booking) is None

    @rule(email=PEOPLE, data=st.data())
    def confirm(self, email: str, data: st.DataObject) -> None:
        held = self.picked(data, "held", "expired")
        if held is None:
            return
        coach, wanted = self.coaches[held.coach], {"hold": held.booking, "now": self.model.now, "email": email}
        live = self.model.live(held) and held.start > self.model.now
        free = held.coach in self.model.who_is_free(held.start, held.coach, held)
        booking = tried(lambda: book(self.kinds[held.kind], held.start, coach, **wanted))
        assert (booking is not None) == (free and self.model.open_calls(email) < 3)
        if booking is not None and live:
            assert booking.pk == held.booking.pk
            held.learn(booking)
        elif booking is not None:
            self.model.placed(booking, held.kind, given_up=held)

    @rule(kind=KINDS, start=TIMES, slug=COACHES, email=PEOPLE)
    def staff_book(self, kind: str, start: datetime, slug: str | None, email: str) -> None:
        wanted = {"now": self.model.now, "email": email}
        self.take(kind, start, slug, lambda: book_for(self.kinds[kind], start, self.coach(slug), **wanted))

    @rule(start=TIMES, slug=COACHES, staff=st.booleans(), data=st.data())
    def move(self, start: datetime, slug: str | None, staff: bool, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is None:
            return
        there = start == entry.start and slug in (None, entry.coach)
        stays = there and (slug is not None or self.model.free(entry.coach, start, entry))
        free = self.model.who_is_free(start, slug, entry)
        in_time = staff or self.model.now <= entry.start - DAY
        kind = "staff" if staff else "attendee"
        moved = tried(lambda: move(entry.booking, start, self.coach(slug), actor_kind=kind, now=self.model.now))
        assert (moved is not None) == (self.model.movable(entry) and (stays or (in_time and bool(free))))
        if moved is not None and stays:
            assert moved.version == entry.version
        elif moved is not None:
            coach = slug or (entry.coach if entry.coach in free else next(iter(free)))
            assert (moved.coach.slug, moved.start, moved.version) == (coach, start, entry.version + 1)
            self.model.moved(entry, moved)

    @rule(named=st.booleans(), data=st.data())
    def reassign(self, named: bool, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is None:
            return
        other = "bob" if entry.coach == "ada" else "ada"
        given = tried(lambda: reassign(entry.booking, self.coaches[other] if named else None, now=self.model.now))
        assert (given is not None) == (self.model.movable(entry) and self.model.free(other, entry.start, entry))
        if given is not None:
            assert (given.coach.slug, given.version) == (other, entry.version + 1)
            self.model.moved(entry, given)

    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            waits = entry.status == "pending" and self.model.live(entry)
            free = self.model.free(entry.coach, entry.start, entry)
            self.change(entry, approve, allowed=entry.status == "confirmed" or (waits and free))

    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            self.change(entry, decline, allowed=entry.status in ("pending", "declined"))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            self.change(entry, cancel, allowed=entry.status in ("confirmed", "pending"), actor_kind="staff")

    @rule(words=st.sampled_from(["one", "two"]), data=st.data())
    def edit(self, words: str, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            coming = entry.status in ("confirmed", "pending") and entry.start > self.model.now
            self.change(entry, edit, allowed=coming, questions=words)

    def change(self, entry: Entry, verb: Any, *, allowed: bool, **values: Any) -> None:
        """Do what changes a booking where it is; refused exactly where the model says so."""
        changed = tried(lambda: verb(entry.booking, now=self.model.now, **values))
        assert (changed is not None) == allowed, (verb.__name__, entry)
        if changed is not None:
            entry.learn(changed)

    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            live = entry.status == "held" and self.model.live(entry)
            renewing = lambda booking, now: services.renew_hold(booking=booking, now=now)  # noqa: E731
            self.change(entry, renewing, allowed=live)

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            services.release_hold(booking=entry.booking, now=self.model.now)
            entry.status = "expired" if entry.status == "held" else entry.status

    @rule(slug=st.sampled_from(["ada", "bob"]), start=TIMES)
    def block(self, slug: str, start: datetime) -> None:
        end = start + 10 * MINUTE
        off = services.add_time_off(coach=self.coaches[slug], start=start, end=end, note="", now=self.model.now)
        self.model.away.append((off.pk, slug, start, end))

    @rule(slug=st.sampled_from(["ada", "bob"]))
    def away_today(self, slug: str) -> None:
        off = services.unavailable_today(coach=self.coaches[slug], note="ill", now=self.model.now)
        if off.pk not in [pk for pk, *_ in self.model.away]:
            self.model.away.append((off.pk, slug, off.start, off.end))

    @rule(data=st.data())
    def unblock(self, data: st.DataObject) -> None:
        if self.model.away:
            gone = data.draw(st.sampled_from(self.model.away))
            services.remove_time_off(time_off=TimeOff.objects.get(pk=gone[0]))
            self.model.away.remove(gone)

    @rule(outcome=st.sampled_from(["completed", "no_show"]), data=st.data())
    def record_outcome(self, outcome: str, data: st.DataObject) -> None:
        entry = self.picked(data)
        if entry is not None:
            over = entry.status in ("confirmed", "completed", "no_show") and self.model.now >= entry.end
            said = {"outcome": outcome, "actor": "ada"}
            recording = lambda booking, now: services.record_outcome(booking=booking, now=now, **said)  # noqa: E731
            self.change(entry, recording, allowed=over)

    @rule()
    def tidy(self) -> None:
        holds = [each for each in self.model.entries if each.status == "held" and not self.model.live(each)]
        asked = [each for each in self.model.entries if each.status == "pending" and not self.model.live(each)]
        assert services.expire_holds(now=self.model.now) == len(holds)
        assert services.decline_unanswered(now=self.model.now) == len(asked)
        for each in holds + asked:
            each.run_out()

    @rule(minutes=st.sampled_from([1, 9, 10, 60, 330, 1200]))
    def wait(self, minutes: int) -> None:
        self.model.now += minutes * MINUTE

    @precondition(lambda self: hasattr(self, "model"))
    @invariant()
    def the_rows_are_what_the_model_says(self) -> None:
        rows = Booking.objects.values_list("pk", "status", "coach__slug", "start", "version")
        assert set(rows) == {
            (each.booking.pk, each.status, each.coach, each.start, each.version) for each in self.model.entries
        }

    def teardown(self) -> None:
        """At the end of a life: nothing overlaps, history replays, mails are those of the live version."""
        if hasattr(self, "model"):
            assert broken(now=self.model.now) == []


@pytest.mark.django_db
@pytest.mark.parametrize("first", range(0, CASES, LIVES))
def test_calendars_lived_at_random_are_what_the_model_says(first: int) -> None:
    run_state_machine_as_test(
        Calendars,
        settings=settings(
            max_examples=min(LIVES, CASES - first),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
