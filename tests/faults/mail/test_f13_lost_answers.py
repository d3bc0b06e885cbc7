"""F13: the mail server takes the whole message and hangs up before its 250; copies are the same mail, and end with 250."""

from tests.faults.figures import Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.server import DROPS_BEFORE_250, OK, Manner
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER = size(24, 200, knob="MAILS")


def test_f13_copies_are_the_same_mail_and_end_with_250(house: House, table: Table) -> None:
    house.server.manner = Manner(DROPS_BEFORE_250.answers, share=0.5)
    house.calls(number=NUMBER, first=0, over=1, offsets=[7 * 24 * 60])
    senders = [house.nursery.loop(name=f"loop{n}", every=0.1) for n in range(size(2, 4))]
    house.turn_until_sent(seconds=size(60, 500))
    tally = Tally(house.ask("messages"), house.server)
    too_many = [key for key, row in tally.rows.items() if len(tally.deliveries[key]) > row["attempts"] + 1]
    after_250 = [key for key in tally.rows if any(each.told for each in tally.deliveries[key][:-1])]
    what = f"{NUMBER} reminders, half of the answers lost"
    table.exactly("F13", f"{what}: lost, or not marked as sent", tally.lost + tally.not_marked, [])
    table.told("F13", f"{what}: copies", tally.copies)
    table.exactly("F13", f"{what}: mails with more copies than counted attempts", too_many, [])
    table.exactly(
        "F13", f"{what}: copies of other bytes, or under another Message-ID", tally.differing + tally.strangers, []
    )
    table.exactly("F13", f"{what}: copies after a 250", after_250, [])
    table.exactly("F13", f"{what}: senders that ended", sum(not each.alive for each in senders), 0)
    table.judge()


def test_f13_without_the_kept_bytes_every_copy_is_another_mail(house: House) -> None:
    """The proof: the second attempt comes under a Message-ID of its own, and no mail program can fold the two."""
    house.server.manner = DROPS_BEFORE_250
    house.calls(number=1, first=0, over=1)
    house.nursery.loop(every=0.1, off=["bytes"])
    wait_until(lambda: house.server.taken, seconds=10, saying="the first copy")
    house.server.manner = OK
    house.turn_until_sent(seconds=30)
    assert [each.recipient for each in house.server.taken] == ["ada0@example.org"] * 2
    assert len(set(house.server.ids)) == 2
