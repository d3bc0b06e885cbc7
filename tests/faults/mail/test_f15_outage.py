"""F15: nobody sends for half an hour, six hours, three days; on return nothing stale goes out, and a backlog drains."""

from collections import Counter

from tests.faults.figures import Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER, BACKLOG = size(40, 500, knob="MAILS"), size(100, 10_000, knob="BACKLOG")
OUTAGES = {"30 minutes": 1800, "6 hours": 6 * 3600, "3 days": 3 * 86_400}
RATE = 30  # messages a second
OFFSETS = (3 * 24 * 60, 24 * 60, 60)


def test_f15_after_an_outage_nothing_stale_goes_out(house: House, table: Table) -> None:
    house.calls(number=NUMBER, first=600, over=3 * 86_400, offsets=OFFSETS)
    heard = 0
    for name, seconds in OUTAGES.items():
        house.shift(house.ahead + seconds)
        sender = house.nursery.loop()
        house.wait_until_sent(seconds=size(40, 200), due=True)
        sender.kill()
        taken, heard = house.server.taken[heard:], len(house.server.taken)
        rows = Tally(house.ask("messages"), house.server).rows
        stale = [each.message_id for each in taken if each.began >= rows[each.message_id]["expires"]]
        told = Counter(rows[each.message_id]["topic"] for each in taken)
        what = f"{NUMBER} calls, nobody sent for {name}"
        table.exactly("F15", f"{what}: stale reminders", stale, [])
        table.at_most("F15", f"{what}: reminders a call on return", max(told.values(), default=0), 1, "reminders")
        table.told("F15", f"{what}: reminders sent, not sent any more", (len(taken), _skipped(rows)))
    table.exactly("F15", "copies", house.server.copies, {})
    table.exactly("F15", "broken promises", house.ask("broken"), [])
    table.judge()


def _skipped(rows: dict) -> int:
    return sum(row["status"] == "skipped" for row in rows.values())


def test_f15_a_backlog_drains(house: House, table: Table) -> None:
    house.calls(number=BACKLOG // 20, first=0, over=1)
    house.ask("multiply", times=20)
    house.nursery.worker()
    house.nursery.beat(every=1)
    house.nursery.loop(every=1)
    house.wait_until_sent(seconds=size(60, 900))
    tally = Tally(house.ask("messages"), house.server)
    taken = house.server.taken
    seconds = max(each.accepted or 0.0 for each in taken) - min(each.began for each in taken)
    what = f"a backlog of {BACKLOG}"
    table.exactly(
        "F15", f"{what}: lost, or not marked as sent", (len(tally.rows), tally.lost + tally.not_marked), (BACKLOG, [])
    )
    table.exactly("F15", f"{what}: copies", tally.copies, 0)
    table.at_least(
        "F15", f"{what}: a worker with two threads and a loop send", BACKLOG / seconds, RATE, "messages a second"
    )
    table.judge()


def test_f15_without_the_end_of_their_use_reminders_come_in_heaps(house: House) -> None:
    """The proof: whoever was away a day gets yesterday's reminder together with today's."""
    house.calls(number=2, first=0, over=1, offsets=(24 * 60, 60))
    house.shift(house.ahead + 23.5 * 3600)
    house.nursery.loop(off=["expiry"])
    wait_until(lambda: len(house.server.taken) == 4, seconds=20, saying="two reminders a call")
