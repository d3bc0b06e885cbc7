"""F3: everything at once for a while: hold, book, move, cancel over HTTP; block, import, reassign, approve at the desk."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.faults import scene
from tests.faults.crowd import Answer, choose, chooser, day_after, details, failures, starts_of, statuses
from tests.faults.figures import Table, size
from tests.faults.inside import ask
from tests.journeys.stack import ROOT, Stack

SEEDS, SECONDS = size(1, 20, knob="SEEDS"), size(4, 60, knob="SECONDS")
CLIENTS = size(8, 50, knob="CLIENTS")
KINDS = (scene.DISJOINT, scene.OVERLAPPING, scene.ASKED)
DAYS = 2


def live(site: Stack, dice: random.Random, until: float, first_day: int) -> list[tuple[str, Answer]]:
    """One visitor after the other, each with a few steps, until the time is over."""
    done: list[tuple[str, Answer]] = []

    def step(name: str, answer: Answer) -> Answer:
        done.append((name, answer))
        return answer

    while time.monotonic() < until:
        day = day_after(first_day + dice.randrange(DAYS))
        client, page = chooser(site.site, dice.choice(KINDS), day, dice.choice(("", *scene.COACHES)))
        if not any("start" in form.choices for form in page.forms):
            continue
        start = dice.choice(starts_of(day))
        held = step("hold", choose(client, page, start))
        if not held.won or dice.random() < 0.2:
            continue
        booked = step("book", details(client, held).send())
        if not booked.won or dice.random() < 0.3:
            continue
        path = urlsplit(booked.location).path
        if dice.random() < 0.7:
            page = client.get(f"{path}reschedule/?day={day}&coach={dice.choice(('any', *scene.COACHES))}")
            if any("start" in form.choices for form in page.forms):
                moved = step("move", choose(client, page, dice.choice(starts_of(day))))
                path = urlsplit(moved.location).path if moved.won else path
        if dice.random() < 0.5:
            page = client.get(f"{path}cancel/")
            if page.forms:
                step("cancel", client.send(page.post_form(), page.path))
    return done


def storm(site: Stack, seed: int, *, clients: int, seconds: int, first_day: int) -> tuple[list, dict]:
    """So many clients and the desk for so many seconds; what was answered, and what the desk did."""
    desk = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.desk", str(seed), str(seconds), str(first_day), str(DAYS)],
        cwd=ROOT,
        env=site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        works = [pool.submit(live, site, random.Random(f"{seed}:{n}"), until, first_day) for n in range(clients)]
        answers = [each for work in works for each in work.result()]
    out, err = desk.communicate(timeout=120)
    assert desk.returncode == 0, err
    return answers, json.loads(out.splitlines()[-1])


def test_f3_everything_at_once_never_overlaps(guarded: Stack, table: Table) -> None:
    answers: list[tuple[str, Answer]] = []
    desk, strange = Counter(), []
    for seed in range(SEEDS):
        # Every seed has days of its own while there are some, so that none finds the calendar full.
        more, did = storm(guarded, seed, clients=CLIENTS, seconds=SECONDS, first_day=110 + seed * DAYS)
        answers += more
        desk.update(did["done"])
        strange += did["strange"]
    what = f"{SEEDS} seeds × {SECONDS} s, {CLIENTS} clients"
    only = [answer for _, answer in answers]
    table.told("F3", f"{what}: presses and those that worked", (len(only), sum(each.won for each in only)))
    for name in ("hold", "book", "move", "cancel"):
        table.told("F3", f"{name}: answers", statuses([answer for each, answer in answers if each == name]))
    table.told("F3", "at the desk", dict(sorted(desk.items())))
    table.exactly("F3", "error pages", failures(only), 0)
    table.exactly("F3", "answers that are none of the house's", set(statuses(only)) - {200, 303, 409, 422}, set())
    table.exactly("F3", "strange errors at the desk", strange, [])
    log = guarded.log("web")
    table.exactly("F3", "deadlocks in the log", log.count("40P01") + log.lower().count("deadlock"), 0)
    table.exactly("F3", "tracebacks in the log", log.count("Traceback"), 0)
    table.exactly("F3", "broken promises", ask(guarded, "broken"), [])
    table.judge()


def test_f3_without_lock_check_and_constraint_calls_overlap(unguarded: Callable[..., Stack]) -> None:
    """The proof that the storm can fail."""
    site = unguarded("lock", "check", "constraint")
    for seed in range(3):
        storm(site, seed, clients=8, seconds=4, first_day=110)
        if any("overlaps" in each for each in ask(site, "broken")):
            return
    pytest.fail("without guards nothing overlapped: the storm proves nothing")
