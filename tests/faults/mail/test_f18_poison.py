"""F18: one message in ten can never be sent; it fails alone after three tries, and no other waits for it."""

from tests.faults.figures import Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER, OVER = size(54, 900, knob="MAILS"), size(3, 90, knob="SECONDS")


def test_f18_poison_fails_alone(house: House, table: Table) -> None:
    house.calls(number=NUMBER, first=1, over=OVER)
    house.ask("poison", number=NUMBER // 9, first=1, over=OVER)
    senders = [house.nursery.loop(name=f"loop{n}", every=0.2) for n in range(2)]
    wait_until(lambda: len(house.server.taken) == NUMBER, seconds=OVER + 60, saying="all others are sent")
    house.turn_until_sent(seconds=size(60, 400))  # each of the hundred has a next time of its own
    rows = house.ask("messages")
    tally = Tally(rows, house.server)
    poison = [row for row in rows if row["kind"].startswith("tests.")]
    ends = {(row["status"], row["renders"], row["attention"]) for row in poison}
    what = f"{NUMBER} reminders and {len(poison)} that cannot be sent"
    table.exactly("F18", f"{what}: reminders lost", tally.lost + tally.not_marked, [])
    table.exactly("F18", f"{what}: copies", tally.copies, 0)
    table.at_most("F18", f"{what}: latest reminder", tally.latest(), 60)
    table.exactly("F18", f"{what}: how the others end (state, tries, staff are told)", ends, {("failed", 3, True)})
    table.exactly("F18", f"{what}: why", sorted({row["error"].partition(":")[0] for row in poison}), [
        "CannotCompose", "VariableDoesNotExist"])  # fmt: skip
    table.exactly("F18", f"{what}: senders that ended", sum(not each.alive for each in senders), 0)
    table.exactly("F18", "broken promises", house.ask("broken"), [])
    table.judge()


def test_f18_without_the_limit_poison_is_tried_for_ever(house: House) -> None:
    """The proof: after four tries it still waits for the next."""
    house.ask("poison", number=1, first=0, over=1)
    house.nursery.loop(every=0.1, off=["three times"])
    for tries in range(1, 5):
        wait_until(lambda tries=tries: house.ask("messages")[0]["renders"] == tries, seconds=10, saying=f"try {tries}")
        wait_until(lambda: house.ask("waits")["in_flight"] == 0, seconds=10, saying="it is given back")
        house.shift(house.ahead + house.ask("waits")["seconds"] + 0.1)
    assert house.ask("messages")[0]["status"] in ("due", "sending")
