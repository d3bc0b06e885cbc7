"""F14: the clock is set forward and back by an hour and a day, across a clock change, and by seconds, while reminders go out."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.faults.figures import Table, size
from tests.faults.mail.conftest import House
from tests.faults.mail.server import Manner
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER, STEPS = size(60, 600, knob="MAILS"), size(8, 60, knob="ROUNDS")
HOUR, DAY = 3600.0, 86_400.0
EARLY = 60.0  # seconds before its due time that a reminder may not go out
MOMENT = 2.0  # seconds: what began under the old clock may end under the new one
SLOW = Manner(pauses={"content": 0.15})


def before_a_clock_change() -> float:
    """Seconds until half a day before Chicago's clocks change the next time."""
    now, zone = datetime.now(UTC), ZoneInfo("America/Chicago")
    day = now
    while day.astimezone(zone).utcoffset() == now.astimezone(zone).utcoffset():
        day += timedelta(hours=1)
    return (day - now).total_seconds() - DAY / 2


@contextmanager
def clocks(house: House) -> Iterator[list[tuple[float, float]]]:
    """Keeps what the clock was set to, and when."""
    kept, set_it = [(time.monotonic(), house.ahead)], house.shift

    def shift(seconds: float) -> None:
        set_it(seconds)
        kept.append((time.monotonic(), seconds))

    house.shift = shift  # type: ignore[method-assign]
    yield kept
    del house.shift


def said(kept: list[tuple[float, float]], ticks: float) -> list[float]:
    """How far ahead the clock was at this moment, and a moment before."""
    at = [n for n, (since, _) in enumerate(kept) if since <= ticks]
    return [kept[n][1] for n in at if n == at[-1] or kept[n + 1][0] > ticks - MOMENT]


def test_f14_no_step_of_the_clock_sends_a_reminder_early_twice_or_late(house: House, table: Table) -> None:
    dice = random.Random(14)
    house.server.manner = SLOW
    house.shift(before_a_clock_change())
    house.calls(number=NUMBER, first=1, over=size(8, 240) * HOUR, offsets=(24 * 60, 60))
    with clocks(house) as kept:
        senders = [house.nursery.loop(name=f"loop{n}", every=0.1) for n in range(4)]
        for turn in range(STEPS):
            time.sleep(dice.uniform(0.3, size(1, 3)))
            step = DAY if turn % 8 == 7 else dice.choice((HOUR, HOUR, HOUR, -HOUR, 30, -30, 90, 5))
            house.shift(house.ahead + step)
        house.wait_until_sent(seconds=size(90, 120), due=True)
    tally = Tally(house.ask("messages"), house.server)
    early, stale = [], []
    for each in (each for each in house.server.taken if each.message_id in tally.rows):
        key = each.message_id
        real = each.began - said(kept, each.ticks)[-1]
        nows = [real + ahead for ahead in said(kept, each.ticks)]
        early += [key] * all(now < tally.rows[key]["due"] - EARLY for now in nows)
        stale += [key] * all(now >= tally.rows[key]["expires"] for now in nows)
    what = f"{STEPS} steps of the clock, {2 * NUMBER} reminders"
    table.told("F14", f"{what}: sent", len(house.server.taken))
    table.exactly("F14", f"{what}: early", early, [])
    table.exactly("F14", f"{what}: twice", tally.copies, 0)
    table.exactly("F14", f"{what}: after they had expired", stale, [])
    table.exactly("F14", f"{what}: senders that ended", sum(not each.alive for each in senders), 0)
    table.exactly("F14", f"{what}: broken promises", house.ask("broken"), [])
    table.judge()


def test_f14_without_a_look_at_the_clock_itself_a_step_sends_twice(house: House) -> None:
    """The proof: an hour forward ends every lease, and a mail that is just going out goes out again."""
    house.server.held_at = "content"
    house.calls(number=1, first=0, over=1)
    for n in range(2):
        house.nursery.loop(name=f"loop{n}", every=0.1, off=["steady clock"])
    wait_until(lambda: house.server.deliveries, seconds=10, saying="DATA has begun")
    house.shift(house.ahead + HOUR)
    wait_until(lambda: len(house.server.deliveries) == 2, seconds=10, saying="DATA begins once more")
    house.server.held_at = ""
    wait_until(lambda: house.server.copies, seconds=10, saying="a copy")


def test_f14_links_and_pages_go_by_the_same_clock(house: House) -> None:
    """A link of a mail opens on the site as long as the site's clock says so, not the machine's."""
    house.calls(number=1, first=0, over=1)
    house.nursery.loop()
    wait_until(lambda: house.server.taken, seconds=10, saying="the reminder")
    link = house.server.taken[0].link
    assert [_open(house, link), _open(house, link, days=400), _open(house, link)] == [200, 404, 200]


def _open(house: House, link: str, *, days: float = 0) -> int:
    before = house.ahead
    house.shift(before + days * DAY)
    try:
        return house.ask("status_of", path=link)
    finally:
        house.shift(before)
