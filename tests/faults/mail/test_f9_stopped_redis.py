"""F9 and F10: Redis is gone for a minute and comes back, or takes connections and never answers; people book meanwhile."""

import time

import pytest

from tests import services
from tests.faults.crowd import slowest_of
from tests.faults.figures import FULL, Table, size
from tests.faults.mail import broker
from tests.faults.mail.booker import booking
from tests.faults.mail.conftest import House
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

pytestmark = [
    pytest.mark.skipif(not services.on_postgres(), reason="the embedded default has no Redis"),
]
SECONDS = size(3, 60, knob="SECONDS")
TIMES = size(1, 5, knob="ROUNDS")
PEOPLE = size(1, 3)
HANDS = size(0, 3)  # messages that may be in somebody's hands at any moment
RECOVERY = 60.0  # seconds after Redis is back within which the last late mail has come


def begin(house: House, number: int, over: float) -> list:
    """One worker, one beat, and reminders that fall due all the time; the processes that must not be replaced."""
    services.need("redis-server", there=broker.here())
    house.calls(number=number, first=1, over=over)
    house.broker.empty()
    return [house.nursery.worker(), house.nursery.beat(every=None if FULL else 1)]


def usual(site: str, table: Table, id_: str) -> None:
    """What booking takes on this machine while Redis is well: said beside the figures of a full run."""
    if FULL:
        with booking(site, people=PEOPLE) as visitors:
            time.sleep(20)
        seconds = round(slowest_of(visitors.answers, 0.99), 2)
        table.told(id_, "Redis well: p99 of booking, seconds", seconds)


def test_f9_redis_comes_back_and_the_worker_with_it(house: House, table: Table) -> None:
    number = size(12, 300, knob="MAILS")
    site, recoveries = house.web(), []
    usual(site, table, "F9")
    processes = begin(house, number, over=TIMES * SECONDS * size(1, 2))
    for _ in range(TIMES):
        house.broker.stop()
        with booking(site, people=PEOPLE) as visitors:
            time.sleep(SECONDS)
        house.broker.start()
        back = time.monotonic()
        house.wait_until_sent(seconds=150, due=True, but=HANDS)
        recoveries.append(round(time.monotonic() - back, 1))
        visitors.told(table, "F9", f"Redis stopped for {SECONDS} s")
        time.sleep(size(0, 5))
    house.wait_until_sent(seconds=size(30, 700))
    tally = Tally(house.ask("messages"), house.server)
    what = f"Redis stopped for {SECONDS} s, {TIMES} times"
    table.told("F9", f"{what}: seconds until all late mail had come", recoveries)
    table.at_most("F9", f"{what}: longest of them", max(recoveries), RECOVERY)
    table.exactly("F9", f"{what}: reminders lost, or not marked as sent", tally.lost + tally.not_marked, [])
    table.exactly("F9", f"{what}: copies of any mail", house.server.copies, {})
    table.exactly(
        "F9", f"{what}: worker and beat that had to be replaced", sum(not each.alive for each in processes), 0
    )
    table.exactly("F9", f"{what}: broken promises", house.ask("broken"), [])
    table.judge()


def test_f9_a_worker_that_does_not_ask_again_is_gone_with_redis(house: House) -> None:
    """The proof: without our settings for its connection, Redis's minute is the worker's end."""
    services.need("redis-server", there=broker.here())
    worker = house.nursery.worker(off=["asking again"])
    wait_until(lambda: house.broker.client().exists("_kombu.binding.celery"), seconds=20, saying="the worker listens")
    house.broker.stop()
    try:
        worker.wait(20)
    finally:
        house.broker.start()


def test_f9_with_the_loop_sender_mail_is_not_late_at_all(house: House, table: Table) -> None:
    services.need("redis-server", there=broker.here())
    house.broker.stop()
    try:
        house.nursery.loop(every=size(1, 5))
        number = size(6, 120)
        house.calls(number=number, first=1, over=size(2, 40))
        wait_until(lambda: len(house.server.taken) == number, seconds=90, saying="everything is sent")
    finally:
        house.broker.start()
    tally = Tally(house.ask("messages"), house.server)
    table.at_most("F9", "Redis stopped, `send_due --loop`: latest of its reminders", tally.latest(), 10)
    table.exactly("F9", "Redis stopped, `send_due --loop`: copies", tally.copies, 0)
    table.judge()


def test_f10_a_silent_redis_holds_up_nobody(house: House, table: Table) -> None:
    number = size(12, 60, knob="MAILS")
    site = house.web()
    usual(site, table, "F10")
    processes = begin(house, number, over=SECONDS)
    time.sleep(size(0, 5))
    house.broker.silence()
    try:
        with booking(site, people=PEOPLE) as visitors:
            time.sleep(SECONDS)
    finally:
        house.broker.speak()
    back = time.monotonic()
    house.wait_until_sent(seconds=150, due=True, but=HANDS)
    recovery = time.monotonic() - back
    house.wait_until_sent(seconds=90)
    tally = Tally(house.ask("messages"), house.server)
    what = f"Redis silent for {SECONDS} s"
    visitors.told(table, "F10", what)
    table.exactly("F10", f"{what}: reminders lost, or not marked as sent", tally.lost + tally.not_marked, [])
    table.exactly("F10", f"{what}: copies of any mail", house.server.copies, {})
    table.at_most("F10", f"{what}: until all late mail had come", recovery, RECOVERY)
    table.exactly(
        "F10", f"{what}: worker and beat that had to be replaced", sum(not each.alive for each in processes), 0
    )
    table.exactly("F10", f"{what}: broken promises", house.ask("broken"), [])
    table.judge()


def test_f10_with_celerys_own_publisher_a_silent_redis_holds_up_whoever_books(house: House) -> None:
    """The proof: the same commit, with Celery's defaults in the place of our doorbell, does not come back."""
    services.need("redis-server", there=broker.here())
    house.broker.silence()
    try:
        quick = house.ask("commit_and_ring")
        slow = house.nursery.begin("commit_and_ring", off=["doorbell"])
        slow_one = house.nursery.children[-1]
        time.sleep(quick + 3)
        assert slow_one.alive
    finally:
        house.broker.speak()
    assert slow() > quick + 2
