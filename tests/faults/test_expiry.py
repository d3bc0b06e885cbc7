"""F4: a hold runs out at the very instant at which its owner books and somebody else wants the time."""

import time
from collections.abc import Callable

import pytest

from tests.faults import scene
from tests.faults.crowd import Answer, choose, chooser, day_after, details, failures, starts_of, statuses, together
from tests.faults.figures import Table, size
from tests.faults.inside import ask
from tests.journeys.stack import Stack

# Milliseconds by which the presses come before or after the instant at which the hold runs out.
AROUND = (0, -40, 25, -15, 60, -80, 5, 100)
HOLD_LASTS = 600.0


@pytest.fixture
def clock() -> Callable[[Stack, float], None]:
    """Sets the one clock of the site; it is right again after the test."""
    touched: list[Stack] = []

    def shift(site: Stack, seconds: float) -> None:
        touched.append(site)
        site.shift_clock(seconds)

    yield shift
    for site in touched[-1:]:
        site.shift_clock(0)


def run(
    site: Stack, clock: Callable[[Stack, float], None], rounds: int, *, after: int = 0
) -> tuple[list[int], list[Answer], list[int]]:
    """Rounds on a clock that steps by ten minutes each; owners per round, all answers, who owns (0 first, 1 second)."""
    coach, shift = scene.COACHES[0], 0.0
    days = 30 if site.environment.get("GUARDS_OFF") else 10
    times = [start for day in range(days, days + 26) for start in starts_of(day_after(day))][after : after + rounds]
    owners, answers, who = [], [], []
    for number, start in enumerate(times):
        one, other = (chooser(site.site, scene.DISJOINT, start[:10], coach) for _ in range(2))
        held = choose(*one, start)
        assert held.won, held.status
        pressed_at = time.monotonic()
        form = details(one[0], held, f"first{after + number}@example.org")
        form.opened -= 60  # by the site's clock ten minutes will have gone by
        shift += HOLD_LASTS - (time.monotonic() - pressed_at) + AROUND[number % len(AROUND)] / 1000
        clock(site, shift)
        both = together([form.send, lambda other=other, start=start: choose(*other, start)])
        answers += [held, *both]
        owners.append(sum(each.won for each in both))
        who.append(0 if both[0].won else 1)
    return owners, answers, who


def test_f4_a_hold_that_runs_out_while_two_want_it_has_one_owner(
    guarded: Stack, clock: Callable[[Stack, float], None], table: Table
) -> None:
    rounds = size(4, 500, knob="ROUNDS")
    owners, answers, who = run(guarded, clock, rounds)
    table.exactly("F4", f"owners in {rounds} rounds", sorted(set(owners)), [1])
    table.told("F4", "rounds the first kept, rounds the second got", (who.count(0), who.count(1)))
    table.exactly("F4", "error pages", failures(answers), 0)
    table.told("F4", "answers", statuses(answers))
    calls = [call for call in ask(guarded, "calls", prefix="first") if call[1] == "confirmed"]
    table.exactly("F4", "calls in the database for those who kept it", len(calls), who.count(0))
    table.exactly("F4", "broken promises", ask(guarded, "broken"), [])
    table.judge()


def test_f4_without_the_look_at_expiry_two_own_one_time(
    unguarded: Callable[..., Stack], clock: Callable[[Stack, float], None]
) -> None:
    """Expiry and the second look off, and the constraint behind them: the first books what the second holds already."""
    site = unguarded("expiry", "constraint")
    for turn in range(6):
        owners, _, _ = run(site, clock, 3, after=3 * turn)
        if 2 in owners:
            assert any("overlaps" in each for each in ask(site, "broken"))
            return
    pytest.fail("without a look at expiry nobody owned a time twice: the rounds prove nothing")
