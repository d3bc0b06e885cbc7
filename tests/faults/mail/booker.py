"""Visitors who book while something else goes wrong: through the pages of the site, one call after the other."""

import contextlib
import itertools
import threading
from collections.abc import Iterator

from tests.faults import scene
from tests.faults.crowd import Answer, choose, chooser, day_after, details, failures, slowest_of, starts_of
from tests.faults.figures import Table

# Everybody wants another time, in every test of a run.
_places = (
    (coach, start)
    for day in itertools.count(20)
    for start in starts_of(day_after(day % 300))
    for coach in scene.COACHES
)
_next = threading.Lock()


class Booker:
    """So many people at once; `stop` them, then look at what they were answered."""

    def __init__(self, site: str, people: int) -> None:
        self.answers: list[Answer] = []
        self.booked = 0
        self.strange: list[str] = []
        self._site = site
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._live, daemon=True) for _ in range(people)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish."""
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def told(self, table: Table, id_: str, what: str) -> None:
        """Their figures: all booked, no error page, quick enough."""
        table.exactly(id_, f"{what}: bookings that failed, of {self.booked}", self.strange, [])
        table.exactly(id_, f"{what}: error pages while booking", failures(self.answers), 0)
        table.at_most(id_, f"{what}: p99 of booking", slowest_of(self.answers, 0.99), 2.5)

    def _live(self) -> None:
        first = True
        while first or not self._over.is_set():
            first = False
            with _next:
                coach, start = next(_places)
            try:
                client, page = chooser(self._site, scene.DISJOINT, start[:10], coach)
                held = choose(client, page, start)
                self.answers.append(held)
                booked = details(client, held).send()
                self.answers.append(booked)
                if booked.won:
                    self.booked += 1
                else:
                    self.strange.append(f"{booked.status}")
            except (AssertionError, OSError) as error:
                self.strange.append(f"{type(error).__name__}: {str(error)[:100]}")


@contextlib.contextmanager
def booking(site: str, *, people: int) -> Iterator[Booker]:
    """Meanwhile, so many people book; all have finished afterwards."""
    booker = Booker(site, people)
    try:
        yield booker
    finally:
        booker.stop()
