"""A hundred people want one and the same time, over HTTP, through the forms of the site."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from tests.journeys.stack import Seed, Sink, Stack, stack
from tests.journeys.visitor import Page, Visitor

CROWD = 100
SLUG = "career-consultation"


def each(crowd: int, act: Callable[[int], Page]) -> list[Page]:
    """Let everybody act at the same moment."""
    start = Barrier(crowd)

    def person(number: int) -> Page:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(person, range(crowd)))


def rows(site: Stack, sql: str) -> list[tuple]:
    """Ask the site's database directly."""
    url = site.environment.get("DATABASE_URL", "")
    if url:
        with psycopg.connect(url) as connection:
            return connection.execute(sql).fetchall()
    with sqlite3.connect(f"{site.environment['DATA_DIR']}/db.sqlite3", timeout=20) as connection:
        return connection.execute(sql).fetchall()


OVERLAPS = """
SELECT a.id, b.id FROM bookings_booking a JOIN bookings_booking b
ON a.coach_id = b.coach_id AND a.id < b.id AND a.busy_start < b.busy_end AND b.busy_start < a.busy_end
WHERE a.status IN ('held', 'pending', 'confirmed') AND b.status IN ('held', 'pending', 'confirmed')
"""


def want_the_same_time(site: Stack, crowd: int) -> tuple[list[Page], str]:
    """Everybody opens the page, chooses the first time of one coach and holds it at the same moment."""
    coach = rows(site, "SELECT slug FROM bookings_coach ORDER BY id")[0][0]
    path = f"/book/{SLUG}/?tz=America/New_York&coach={coach}"
    people = [Visitor(site.site, address=f"198.51.{number // 250}.{number % 250 + 1}") for number in range(crowd)]
    with ThreadPoolExecutor(16) as pool:
        opened = list(pool.map(lambda person: person.get(path), people))
    assert {page.status for page in opened} == {200}
    start = opened[0].form(having="start").choices["start"][0]
    time.sleep(2.1)  # the form time of the abuse check
    return each(crowd, lambda n: people[n].submit(opened[n], opened[n].form(having="start"), start=start)), start


def test_one_of_a_hundred_gets_the_time_and_ninety_nine_get_a_polite_page(site: Stack) -> None:
    pages, start = want_the_same_time(site, CROWD)
    winners = [page for page in pages if "/details/" in page.path and page.status == 200]
    losers = [page for page in pages if page not in winners]
    assert Counter(page.status for page in pages) == {200: 1, 409: CROWD - 1}, site.log("web")[-3000:]
    assert len(winners) == 1
    for page in losers:
        # Never an error page: what was chosen is told, and other free times can be chosen at once.
        offered = page.form(having="start").choices["start"]
        assert offered
        assert start not in offered
    assert rows(site, OVERLAPS) == []
    assert rows(site, "SELECT count(*) FROM bookings_booking WHERE status = 'held'") == [(1,)]


@pytest.fixture
def unguarded(seed: Seed, sink: Sink) -> Iterator[Stack]:
    """The same site with lock, check and the database's own guard switched off."""
    with stack(
        seed,
        sink=sink,
        DJANGO_SETTINGS_MODULE="tests.settings_unguarded",
        BOOKING_GATE_LOCK="0",
    ) as made:
        made.manage("shell", "--verbosity", "0", "-c", "from bookings import overlap; overlap.remove()")
        made.serve(ready="/healthz")
        yield made


def test_with_lock_and_constraint_off_the_same_time_is_sold_more_than_once(unguarded: Stack) -> None:
    """The proof that the test above can fail."""
    for _ in range(5):
        want_the_same_time(unguarded, CROWD)
        if rows(unguarded, OVERLAPS):
            return
    pytest.fail("without its guards the site did not double-book: the crowd proves nothing")
