"""`make quarter`: 5,000 visitors and their robots over thirteen weeks, by processes as in production, and a comparison.

Needs PostgreSQL and Redis (TEST_DATABASE_URL, TEST_REDIS_URL or the local defaults). VISITORS, ROBOTS, WEEKS and SEED in the
environment make it another quarter.
"""
# ruff: noqa: T201  the terminal is where this speaks

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.__main__ import answering_postgres, answering_redis, own_redis
from tests.journeys.stack import Stack, seeded, stack, wait_until
from tests.journeys.visitor import Visitor
from tests.simulated import cast, leaks
from tests.simulated.quarter import Quarter
from tests.simulated.tally import STEPS
from tests.simulated.world import Mailbox

AT_ONCE = 4
DUE = "SELECT count(*) FROM mail_message WHERE status IN ('due', 'sending') AND next_try_at <= %s"
ROBOTS = "email LIKE '%%@robots.example'"
SIGN_IN = """
import json
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_superuser("simulated-owner"))
print("KEY", client.cookies["sessionid"].value)
"""
requests = itertools.count()


class Browser(Visitor):
    """A visitor whose requests are counted."""

    def _send(self, *words: Any) -> Any:
        next(requests)
        return super()._send(*words)


class Served:
    """The site as gunicorn, Celery worker, beat and a sender serve it, with its one clock in a file."""

    limit = 20

    def __init__(self, site: Stack) -> None:
        self.site = site
        self.shift = 0.0
        folder = Path(site.environment["DATA_DIR"], "mail")
        folder.mkdir(exist_ok=True)
        self.mail = Mailbox(folder)
        self.database = psycopg.connect(site.environment["DATABASE_URL"], autocommit=True)
        told = site.manage("shell", "-c", SIGN_IN)
        self._key = next(line.split()[1] for line in told.splitlines() if line.startswith("KEY "))

    def now(self) -> datetime:
        """The machine's clock and the shift of the file, as the site reads them."""
        return datetime.now(UTC) + timedelta(seconds=self.shift)

    def go_to(self, at: datetime) -> None:
        """Never back."""
        self.shift = max(self.shift, (at - datetime.now(UTC)).total_seconds())
        self.site.shift_clock(self.shift)

    def visitor(self, address: str, agent: str) -> Visitor:
        """Behind the trusted proxy of this machine."""
        return Browser(self.site.site, address=address, agent=agent)

    def staff(self) -> Visitor:
        """Signed in beforehand."""
        visitor = Browser(self.site.site, agent=cast.BROWSERS[0])
        visitor.cookies["sessionid"] = self._key
        return visitor

    def deliver(self) -> None:
        """Until nothing is due any more."""
        wait_until(lambda: not self.number(DUE, self.now()), seconds=60, saying="all mail has left")
        self.mail.look()

    def count_readers(self) -> None:
        """Two turns of each process."""
        time.sleep(0.6)

    def each(self, acts: Sequence[Callable[[], Any]]) -> list[Any]:
        """A few at once, as on any site."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda act: act(), acts))

    def number(self, sql: str, *values: Any) -> int:
        """A count, straight from the database."""
        row = self.database.execute(sql, values).fetchone()
        return int(row[0])

    def begin(self) -> None:
        """Start what is not the web."""
        celery = ("celery", "--app", "institute")
        self.site.start("worker", *celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "INFO")
        self.site.start("beat", *celery, "beat", "--loglevel", "INFO")
        self.site.start("sender", "django", "send_due", "--loop", "--every", "0.3")

    def end(self, *names: str) -> None:
        """Stop these processes."""
        for name in names:
            self.site.processes[name].terminate()
            self.site.processes[name].wait(timeout=30)


def first_monday(today: date) -> date:
    """The first whole week of the next January: thirteen weeks from there hold a change of clocks."""
    day = date(today.year + 1, 1, 4)
    return day + timedelta(days=-day.weekday() % 7)


def live(served: Served, quarter: Quarter, redis_url: str) -> dict[str, bytes]:
    """The whole quarter; what lay in Redis at the end of each week, and at the very end with nobody to empty it."""
    dumps, began = {}, time.monotonic()
    for n, day in enumerate(quarter.days(), 1):
        if n % 7 == 0:
            dumps[f"redis of {day}"] = leaks.everything(redis_url)
            known, mails = len(quarter.tally.known), served.mail.number
            print(f"  week {n // 7:2}: {time.monotonic() - began:5.0f} s, {known} leads, {mails} mails", flush=True)
    erasing = "SELECT count(*) FROM leads_lead WHERE erasing_since IS NOT NULL"
    wait_until(lambda: not served.number(erasing), seconds=150, saying="every erasure is finished")
    served.end("worker", "beat", "sender")
    quarter.agenda.clear()
    # Nobody listens any more: the hints of a few more people, who come after the quarter, stay where they are.
    for person in cast.people(40, seed=1, days=1):
        person.number += 100_000
        person.__post_init__()
        person.books = person.confirms = person.trapped = False
        person.asks, person.role = True, person.role or "undecided"
        quarter.people.append(person)
        quarter.agenda[quarter.until].append(
            quarter.life(person).ask(served.visitor(person.address, person.agent), "/")
        )
    served.deliver = served.mail.look
    quarter.live(quarter.until, hour=9)
    dumps["redis at the end"] = leaks.everything(redis_url)
    return dumps


def main() -> int:
    """0 when every figure is equal, no robot is anybody, and nobody's name lies about."""
    visitors, robots = (int(os.environ.get(name, n)) for name, n in (("VISITORS", "5000"), ("ROBOTS", "240")))
    weeks, seed = (int(os.environ.get(name, n)) for name, n in (("WEEKS", "13"), ("SEED", "2027")))
    postgres, redis_url = answering_postgres(os.environ), answering_redis(os.environ)
    if not (postgres and redis_url):
        print("A quarter needs PostgreSQL and Redis: TEST_DATABASE_URL and TEST_REDIS_URL name them.", file=sys.stderr)
        return 1
    first = first_monday(datetime.now(UTC).date())
    began = time.monotonic()
    with ExitStack() as cleanup:
        cleanup.enter_context(own_redis(redis_url))
        site = cleanup.enter_context(stack(cleanup.enter_context(seeded(postgres)), redis_url=redis_url))
        served = Served(site)
        days = weeks * 7
        quarter = Quarter(
            served, cast.people(visitors, seed=seed, days=days), cast.robots(robots, seed=seed, days=days), first, weeks
        )
        served.go_to(datetime.combine(first, datetime.min.time(), UTC))
        site.serve(application="tests.simulated.served:application")
        served.begin()
        print(f"{visitors} visitors and {robots} robots, {weeks} weeks from {first}, seed {seed}", flush=True)
        dumps = live(served, quarter, redis_url)
        problems = judge(served, quarter, dumps, site.folder)
        served.database.close()
    print(f"{next(requests)} requests, {served.mail.number} mails, {time.monotonic() - began:.0f} s")
    print(
        "\n".join(problems) or "Every figure is what people did; no robot is in them; no name in any log or in Redis."
    )
    return 1 if problems else 0


def judge(served: Served, quarter: Quarter, dumps: dict[str, bytes], folder: Path) -> list[str]:
    """What is not as it should be, in sentences; the figures are printed."""
    tally, wanted, found = quarter.tally, quarter.wanted(), quarter.found()
    whole = next(numbers for row, numbers in wanted.items() if row[0] == "Whole period")
    print("  " + ", ".join(f"{step} {number}" for step, number in zip(STEPS, whole, strict=True)))
    print(f"  {len(wanted)} lines of seven figures compared; beside them: {json.dumps(dict(tally.done))}")
    problems = [
        f"{row}: {found.get(row)} on the site, {wanted.get(row)} by hand"
        for row in sorted({*wanted, *found})
        if found.get(row) != wanted.get(row)
    ]
    by_week = [numbers for row, numbers in wanted.items() if row[0] == "By week"]
    if quarter.shown() != [[int(n) for n in numbers] for numbers in (whole, *reversed(by_week))]:
        problems.append("The page shows other numbers than the file.")
    for what, sql, right in (
        (
            "held forms of robots",
            f"SELECT count(*) FROM leads_quarantine WHERE state = 'new' AND {ROBOTS}",
            tally.held["robots"],
        ),
        ("leads", "SELECT count(*) FROM leads_lead", len(tally.known)),
        ("robots among the leads", f"SELECT count(*) FROM leads_lead WHERE {ROBOTS}", 0),
        ("erased", "SELECT count(*) FROM leads_lead WHERE erased_at IS NOT NULL", tally.done["erased"]),
    ):
        number = served.number(sql)
        print(f"  {what}: {number}")
        if number != right:
            problems.append(f"{what}: {number}, and {right} by hand")
    return problems + search(quarter, dumps, folder)


def search(quarter: Quarter, dumps: dict[str, bytes], folder: Path) -> list[str]:
    """Everybody's traces in every log and every key; a planted one is found, else the search would prove nothing."""
    planted = "Planted.Control@visitor0.example"
    with (folder / "worker.log").open("a") as log:
        log.write(json.dumps({"what": f"mail to {planted}"}) + "\n")
    places = leaks.logs(folder) | dumps
    places["redis at the end"] += planted.encode()
    words = [trace for person in quarter.people for trace in person.traces]
    hits, control = leaks.found(words, places), leaks.found([planted], places)
    size = {name: len(content) for name, content in places.items()}
    print(f"  searched {len(words)} words in {json.dumps(size)}")
    problems = [f"{word} stands in {name}" for word, name in sorted(hits)]
    problems += [f"{name} tells of an error." for name, content in places.items() if b"Traceback" in content]
    if control != {(planted, "worker.log"), (planted, "redis at the end")}:
        problems.append(f"The planted address was found in {sorted(control)}.")
    if b"mail.send_due" not in dumps["redis at the end"]:
        problems.append("No hint lay in Redis at the end: its search proves nothing.")
    return problems


if __name__ == "__main__":
    sys.exit(main())
