"""F17: three beats, eight senders and `send_due` by hand, all at once: nobody gets a mail twice."""

import time

from tests.faults.figures import Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.server import Manner
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER = size(120, 5000, knob="MAILS")


def test_f17_many_senders_send_each_mail_once(house: House, table: Table) -> None:
    for n in range(3):
        house.nursery.beat(name=f"beat{n}")
    house.nursery.worker(name="threading", concurrency=2)
    house.nursery.worker(name="forking", pool="prefork", concurrency=2)
    for n in range(4):
        house.nursery.loop(name=f"loop{n}", every=0.2)
    house.calls(number=NUMBER // 20, first=size(1, 10), over=1)
    house.ask("multiply", times=20)
    by_hand, until = 0, time.monotonic() + size(40, 500)
    while house.ask("unfinished") and time.monotonic() < until:
        house.nursery.fork("manage", "send_due", name="hand")
        by_hand += 1
        time.sleep(size(1, 3))
    tally = Tally(house.ask("messages"), house.server)
    what = f"{NUMBER} reminders, 3 beats, 8 senders, {by_hand} × send_due"
    lost = tally.lost + tally.not_marked
    table.exactly("F17", f"{what}: lost, or not marked as sent", (len(tally.rows), lost), (NUMBER, []))
    table.exactly("F17", f"{what}: copies", (tally.copies, house.server.copies), (0, {}))
    table.told("F17", f"{what}: latest, seconds after it fell due", round(tally.latest(), 1))
    table.judge()


def test_f17_without_the_claim_a_mail_is_sent_by_many(house: House) -> None:
    """The proof: who looks first and writes then sends what others have in hand."""
    house.server.manner = Manner(pauses={"rcpt": 0.05, "content": 0.4})
    for n in range(4):
        house.nursery.loop(name=f"loop{n}", every=0.1, off=["claim"])
    house.calls(number=12, first=0.5, over=0.01)
    wait_until(lambda: house.server.copies, seconds=20, saying="a copy")
