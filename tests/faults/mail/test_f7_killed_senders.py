"""F7: senders are killed at random moments while reminders go out; each reminder comes, and a copy only where one must."""

import os
import random
import re
import signal
import time
from collections import Counter
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests import services
from tests.faults.figures import FULL, Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.nursery import Child
from tests.faults.mail.server import Manner
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER, KILLS = size(60, 2000, knob="MAILS"), size(6, 50, knob="KILLS")
OVER = size(5, 240, knob="SECONDS")  # seconds within which the reminders fall due
LEASE = 60
PARTS = {"text/plain", "text/html"}
# A server that thinks for a moment: otherwise few kills would find a message half-way.
THOUGHTFUL = Manner(pauses={"content": 0.02, "rcpt": 0.01})


def four_senders(house: House, **settings: str) -> list[Child]:
    """As in production and beside it: two workers of either kind with one message in hand each, two loops."""
    house.nursery.beat()
    return [
        house.nursery.worker(name="forking", pool="prefork", concurrency=1, **settings),
        house.nursery.worker(name="threading", concurrency=1, **settings),
        house.nursery.loop(name="loop1", **settings),
        house.nursery.loop(name="loop2", **settings),
    ]


def kill_one(senders: list[Child], at: int) -> None:
    """SIGKILL to one of the four: to a loop, to a worker, or to what a worker has forked. Another takes its place."""
    victim, dice = senders[at], random.Random(time.monotonic())
    target = dice.choice([victim.pid, *victim.children])
    with suppress(ProcessLookupError):
        os.kill(target, signal.SIGKILL)
    if target == victim.pid:
        senders[at] = victim.again()


def kill_at_random(
    house: House, senders: list[Child], began: float, dice: random.Random
) -> list[tuple[float, list[str]]]:
    """Each kill with its instant and what was in somebody's hands."""
    kills = []
    for moment in sorted(dice.uniform(0, OVER) for _ in range(KILLS)):
        time.sleep(max(0.0, began + moment - house.now()))
        kill_one(senders, dice.randrange(len(senders)))
        kills.append((house.now(), house.ask("in_flight")))
    return kills


def end_of_leases(house: House, **settings: str) -> list[tuple[float, list[str]]]:
    """Wait until the leases of the dead have ended; inside `make test`, end all and turn the clock to that moment."""
    last = []
    if not FULL:
        house.nursery.kill()
        last = [(house.now(), house.ask("in_flight"))]
        house.shift(house.ahead + LEASE + 1)
        house.nursery.loop(**settings)
    house.wait_until_sent(seconds=size(30, 200))
    return last


def late_ones(tally: Tally, held: set[str], began: float) -> list[tuple[int, int]]:
    """Those that nobody was seen to hold and that came late all the same: when they fell due and how late, in seconds."""
    late = [key for key in tally.rows if key in tally.deliveries and key not in held and tally.late(key) > 60]
    return [(round(tally.rows[key]["due"] - began), round(tally.late(key))) for key in late]


def warnings(house: House) -> dict[str, int]:
    """How often the senders wrote what, numbers left out."""
    logs = "".join(house.site.log(name) for name in ("forking", "threading", "loop1", "loop2"))
    said = re.findall(r'"level": "(?:warning|error)".*?"what": "([^"]*)"', logs)
    return dict(Counter(re.sub(r"\d+", "#", each)[:80] for each in said).most_common(6))


def test_f7_reminders_survive_senders_that_are_killed(house: House, table: Table) -> None:
    house.server.manner = THOUGHTFUL
    began = house.calls(number=NUMBER, first=size(2, 15), over=OVER)
    senders = four_senders(house)
    before = house.ask("sent_before")
    kills = kill_at_random(house, senders, began, random.Random(7))
    kills += end_of_leases(house)
    tally = Tally(house.ask("messages"), house.server)
    what = f"{NUMBER} reminders, {KILLS} kills"
    held = {key for _, keys in kills for key in keys}
    after = [tally.last(key) - moment for moment, keys in kills for key in keys]
    table.exactly("F7", f"{what}: lost", (len(tally.rows), tally.lost), (NUMBER, []))
    table.exactly("F7", f"{what}: not marked as sent", tally.not_marked, [])
    table.at_most("F7", f"{what}: copies", tally.copies, KILLS, "copies")
    table.exactly(
        "F7", f"{what}: copies of other bytes, or under another Message-ID", tally.differing + tally.strangers, []
    )
    table.told("F7", f"{what}: in somebody's hands at a kill", len(held))
    table.at_most("F7", f"{what}: latest of those, after the kill", max(after, default=0.0), 75)
    table.at_most("F7", f"{what}: latest of the others, after it fell due", tally.latest(but=held), 60)
    table.told("F7", f"{what}: those over a minute late", late_ones(tally, held, began))
    table.told("F7", f"{what}: what senders warned of", warnings(house))
    table.exactly("F7", "broken promises", house.ask("broken", accepted=[*set(house.server.ids), *before]), [])
    table.judge()


@pytest.mark.skipif(services.on_postgres(), reason="with SQLite only: the embedded default, without a mail server")
def test_f7_reminders_written_as_files_survive_as_well(house: House, table: Table) -> None:
    """Celery's hints are files, the mails are files: every one is there, whole, and once."""
    folder = Path(house.site.environment["DATA_DIR"], "mail")
    began = house.calls(number=NUMBER, first=size(2, 15), over=OVER)
    before = house.ask("sent_before")
    senders = four_senders(house, MAIL_TRANSPORT="file")
    kill_at_random(house, senders, began, random.Random(70))
    end_of_leases(house, MAIL_TRANSPORT="file")
    rows = Tally(house.ask("messages"), house.server).rows
    mails = [message_from_bytes(file.read_bytes(), policy=policy.SMTP) for file in folder.glob("*.eml")]
    whole = [mail["Message-ID"] for mail in mails if {part.get_content_type() for part in mail.walk()} >= PARTS]
    what = f"{NUMBER} reminders as files, {KILLS} kills"
    table.exactly("F7", f"{what}: lost, doubled or not whole", sorted(set(rows).symmetric_difference(whole)), [])
    table.exactly("F7", f"{what}: files and reminders", (len(mails), len(rows)), (NUMBER, NUMBER))
    table.exactly("F7", f"{what}: broken promises", house.ask("broken", accepted=[*whole, *before]), [])
    table.judge()


def test_f7_without_the_lease_what_a_dead_sender_held_is_lost(house: House) -> None:
    """The proof: what was in hand at the kill stays there for ever."""
    house.server.held_at = "rcpt"
    house.calls(number=3, first=0, over=1)
    sender = house.nursery.loop(off=["lease"])
    wait_until(lambda: house.server.offered, seconds=10, saying="a message is in its hands")
    sender.kill()
    house.server.forget()
    house.shift(house.ahead + LEASE + 1)
    house.nursery.loop(off=["lease"])
    wait_until(lambda: len(house.server.taken) == 2, seconds=20, saying="the others are sent")
    time.sleep(1)
    assert (house.ask("unfinished"), len(house.server.taken)) == (1, 2)
