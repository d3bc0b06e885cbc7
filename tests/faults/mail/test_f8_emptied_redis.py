"""F8: Redis forgets everything again and again while reminders go out: hints are lost, mail is not."""

import threading
import time

import pytest

from tests import services
from tests.faults.figures import FULL, Table, size
from tests.faults.mail import broker
from tests.faults.mail.conftest import House
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

pytestmark = [
    pytest.mark.skipif(not services.on_postgres(), reason="the embedded default has no Redis"),
]
NUMBER, OVER = size(60, 2000, knob="MAILS"), size(4, 90, knob="SECONDS")
EVERY = size(1, 4) / 2  # seconds


def test_f8_mail_comes_though_redis_forgets_everything(house: House, table: Table) -> None:
    services.need("redis-server", there=broker.here())
    assert house.broker is not None
    workers = [house.nursery.worker(name=f"worker{n}") for n in range(2)]
    house.nursery.beat(every=None if FULL else 1)
    house.calls(number=NUMBER // 20, first=size(2, 10), over=OVER)
    house.ask("multiply", times=20)
    over = threading.Event()

    def forget() -> None:
        while not over.wait(EVERY):
            house.broker.empty()

    forgetting = threading.Thread(target=forget)
    forgetting.start()
    try:
        house.wait_until_sent(seconds=OVER + size(60, 120))
    finally:
        over.set()
        forgetting.join()
    tally = Tally(house.ask("messages"), house.server)
    lost = tally.lost + tally.not_marked
    what = f"{NUMBER} reminders, FLUSHALL every {EVERY:g} s"
    table.exactly("F8", f"{what}: lost, or not marked as sent", (len(tally.rows), lost), (NUMBER, []))
    table.exactly("F8", f"{what}: copies", tally.copies, 0)
    table.at_most("F8", f"{what}: latest", tally.latest(), 60)
    table.exactly("F8", f"{what}: workers that ended", sum(not each.alive for each in workers), 0)
    table.judge()


def test_f8_without_the_beat_a_forgotten_hint_is_a_forgotten_mail(house: House) -> None:
    """The proof that hints do get lost: the doorbell alone would not do."""
    services.need("redis-server", there=broker.here())
    assert house.broker is not None
    house.calls(number=1, first=0, over=1)
    house.ask("ring")
    assert house.broker.client().llen("celery") == 1
    house.broker.empty()
    worker = house.nursery.worker()
    wait_until(lambda: house.broker.client().exists("_kombu.binding.celery"), seconds=20, saying="the worker listens")
    time.sleep(1)
    assert (house.server.deliveries, worker.alive) == ([], True)
    house.ask("ring")
    wait_until(lambda: house.server.taken, seconds=20, saying="a hint that is heard brings the mail")
