"""F6: a web process is killed at a random moment while many book; what was promised is there, and nothing is half."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.faults import scene
from tests.faults.crowd import Answer, Filled, choose, chooser, day_after, details, many, starts_of, together
from tests.faults.figures import Table, size
from tests.faults.inside import ask
from tests.journeys.stack import Stack, wait_until

CROWD = 12


def processes(site: Stack) -> list[int]:
    """The web server's own processes, without the one that watches over them."""
    watcher = site.processes["web"].pid
    return [int(each) for each in Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()]


def kill_one(site: Stack, after: float, dice: random.Random) -> None:
    """SIGKILL to one of them after so many seconds."""
    time.sleep(after)
    with suppress(ProcessLookupError, IndexError):
        os.kill(dice.choice(processes(site)), signal.SIGKILL)


def wait_for_all(site: Stack, number: int) -> None:
    """Until the watcher has replaced who was killed, and the site answers."""
    wait_until(lambda: len(processes(site)) >= number, seconds=20, saying="a new process")
    wait_until(lambda: all(site.answers("/healthz") for _ in range(3)), seconds=30, saying="the site answers")


def a_round(
    site: Stack, places: list[tuple[str, str]], dice: random.Random, name: str, *, within: float = 0.5
) -> tuple[list[Filled], list[Answer]]:
    """Everybody has a time and a filled form; all press at once, and `within` so many seconds one process dies."""

    def fill(place: tuple[str, str]) -> Filled:
        client, page = chooser(site.site, scene.DISJOINT, place[1][:10], place[0])
        held = choose(client, page, place[1])
        assert held.won, held.status
        return details(client, held, f"{name}-{client.number}@example.org")

    forms = many(places, fill)
    time.sleep(2.1)
    killer = Thread(target=kill_one, args=(site, dice.uniform(0.02, within), dice))
    killer.start()
    answers = together([form.send for form in forms])
    killer.join()
    return forms, answers


def places_from(day: int) -> list[tuple[str, str]]:
    return [
        (coach, start) for n in range(day, day + 20) for start in starts_of(day_after(n)) for coach in scene.COACHES
    ]


def test_f6_whoever_was_told_so_has_a_call_whatever_process_dies(guarded: Stack, table: Table) -> None:
    kills, dice = size(2, 50, knob="KILLS"), random.Random(6)
    number, places = len(processes(guarded)), places_from(160)
    told, broke, again = [], 0, []
    for turn in range(kills):
        forms, answers = a_round(guarded, places[turn * CROWD : (turn + 1) * CROWD], dice, "kill")
        wait_for_all(guarded, number)
        told += [form.email for form, answer in zip(forms, answers, strict=True) if answer.won]
        left = [form for form, answer in zip(forms, answers, strict=True) if not answer.won]
        broke += len(left)
        again += [form.send() for form in left]
    calls = ask(guarded, "calls", prefix="kill-")
    booked = {call[0] for call in calls if call[1] == "confirmed"}
    table.told("F6", f"{kills} kills: people told at once, connections that broke", (len(told), broke))
    table.exactly("F6", "people told so without a call", sorted(set(told) - booked), [])
    table.exactly("F6", "people who pressed again and were booked", sum(each.won for each in again), broke)
    table.exactly("F6", "calls, one a person", (len(calls), len(booked)), (kills * CROWD, kills * CROWD))
    table.exactly("F6", "confirmations a call", sorted({call[4] for call in calls}), [1])
    table.exactly("F6", "broken promises (half rows)", ask(guarded, "broken"), [])
    table.judge()


def test_f6_without_the_transaction_a_killed_process_leaves_half_a_call(unguarded: Callable[..., Stack]) -> None:
    """The proof: with every statement committed alone, some calls have no history, no mail or no reminders."""
    site, dice = unguarded("transaction"), random.Random(6)
    number, places = len(processes(site)), places_from(160)
    for turn in range(20):
        # Sooner and later in turns: the statements come soon on a quiet machine and late on a busy one.
        within = (0.1, 0.3, 1.0, 3.0)[turn % 4]
        a_round(site, places[turn * CROWD : (turn + 1) * CROWD], dice, f"half{turn}", within=within)
        wait_for_all(site, number)
        if ask(site, "broken"):
            return
    pytest.fail("no kill met a call half-way: the kills prove nothing")
