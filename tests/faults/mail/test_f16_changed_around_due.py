"""F16: calls are cancelled and moved at random instants around their reminders' due time, and the mail server is slow."""

import time
from collections import defaultdict
from typing import Any

from tests.faults.figures import Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.server import Delivery, Manner
from tests.faults.mail.tally import REMINDER
from tests.journeys.stack import wait_until

NUMBER, OVER = size(40, 1000, knob="MAILS"), size(4, 250, knob="SECONDS")
AROUND = 2.0  # seconds before or after the due time
GRACE = 1.0  # seconds: what was about to begin when the change was committed
SLOW = Manner(pauses={"rcpt": 0.15, "content": 0.3})
TOLD = {"cancelled": "bookings.cancelled", "moved": "bookings.rescheduled"}


def outdated(changes: list[dict[str, Any]], rows: list[dict[str, Any]], deliveries: list[Delivery]) -> list[float]:
    """Seconds from the commit of a change to the DATA of each mail that it had made untrue, where DATA came later."""
    changed = {each["topic"]: each["at"] for each in changes}
    newest = {each["topic"]: max(row["version"] for row in rows if row["topic"] == each["topic"]) for each in changes}
    older = {row["id"]: row["topic"] for row in rows if row["version"] < newest.get(row["topic"], 0)}
    after = [each.began - changed[older[each.message_id]] for each in deliveries if each.message_id in older]
    return sorted(each for each in after if each > 0)


def last_mails(rows: list[dict[str, Any]], deliveries: list[Delivery]) -> dict[int, str]:
    """The kind of the last mail about each call that arrived."""
    by_id = {row["id"]: row for row in rows}
    heard: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for each in deliveries:
        row = by_id[each.message_id]
        heard[row["topic"]].append((each.accepted or 0.0, row["kind"]))
    return {topic: max(mails)[1] for topic, mails in heard.items()}


def test_f16_no_reminder_begins_once_its_call_was_changed(house: House, table: Table) -> None:
    house.server.manner = SLOW
    house.calls(number=NUMBER, first=size(2, 8), over=OVER, offsets=[60])
    house.ask("open_all_day")
    senders = [house.nursery.loop(name=f"loop{n}", every=0.2) for n in range(size(4, 8))]
    hands = range(size(1, 3))
    parts = [house.nursery.begin("change_around", around=AROUND, moved=0.3, part=n, of=len(hands)) for n in hands]
    changes = [change for part in parts for change in part()]
    house.wait_until_sent(seconds=size(40, 120), due=True)
    rows, taken = house.ask("messages"), house.server.taken
    late = outdated(changes, rows, house.server.deliveries)
    what = f"{NUMBER} changes of calls ± {AROUND:.0f} s around the reminder"
    reminded = sum(row["kind"] == REMINDER and row["status"] == "sent" for row in rows)
    told = {each["topic"]: TOLD[each["how"]] for each in changes}
    last = last_mails(rows, taken)
    near = sum(abs(each["off"]) <= AROUND + 0.5 for each in changes)
    table.told("F16", f"{what}: changes that came so near to it", near)
    table.told("F16", f"{what}: reminders sent before the change, untrue ones begun after it", (reminded, len(late)))
    table.exactly("F16", f"{what}: DATA begun over {GRACE:.0f} s after the commit", [s for s in late if s > GRACE], [])
    table.told("F16", f"{what}: latest DATA after a commit, seconds", round(max(late, default=0.0), 3))
    table.exactly(
        "F16", f"{what}: changes whose mail came", sum(last[topic] == kind for topic, kind in told.items()), NUMBER
    )
    table.exactly("F16", f"{what}: copies", house.server.copies, {})
    table.exactly("F16", f"{what}: senders that ended", sum(not each.alive for each in senders), 0)
    table.exactly("F16", "broken promises", house.ask("broken"), [])
    table.judge()


def test_f16_without_the_last_check_a_reminder_begins_long_after_the_cancel(house: House) -> None:
    """The proof: the cancel comes between RCPT and DATA, and the reminder goes out all the same."""
    house.server.held_at = "rcpt"
    house.calls(number=1, first=0, over=1, offsets=[60])
    house.nursery.loop(off=["last check"], every=0.1)
    wait_until(lambda: house.server.offered, seconds=10, saying="the reminder is in somebody's hands")
    changes = house.ask("change_around", around=0.0, moved=0.0)
    time.sleep(GRACE + 0.1)
    house.server.held_at = ""
    wait_until(lambda: house.server.taken, seconds=10, saying="the reminder is sent")
    late = outdated(changes, house.ask("messages"), house.server.deliveries)
    assert [each > GRACE for each in late] == [True]
