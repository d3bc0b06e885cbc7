"""Thirteen weeks of a site, day by day: everybody of a day acts in turns, and what is counted is compared at the end."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from threading import Lock

from tests.simulated import robots
from tests.simulated.acts import Act, Life
from tests.simulated.cast import Person, Robot
from tests.simulated.tally import STEPS, ZONE, Table, Tally, day_of
from tests.simulated.world import World

DAY = timedelta(days=1)
MOMENT = 40  # seconds
_END = object()
# Between midnight and here a day begins; its last moment lies well before the next midnight.
EARLIEST = time(0, 5)


@dataclass(slots=True)
class Quarter:
    """A cast, a site and the first Monday."""

    world: World
    people: list[Person]
    robots: list[Robot]
    first: date
    weeks: int = 13
    tally: Tally = field(default_factory=Tally)
    agenda: defaultdict[date, list[Act]] = field(default_factory=lambda: defaultdict(list))
    _lock: Lock = field(default_factory=Lock)

    @property
    def until(self) -> date:
        """The Monday after the last week."""
        return self.first + self.weeks * 7 * DAY

    def days(self) -> Iterator[date]:
        """Live one day after the other; each is yielded when it is over."""
        for person in self.people:
            self.agenda[self.first + person.day * DAY].append(self.life(person).come())
        for robot in self.robots:
            self.agenda[self.first + robot.day * DAY].append(robots.act(robot, self.world, self.tally))
        for n in range((self.until - self.first).days):
            day = self.first + n * DAY
            self.live(day, hour=(n * 7) % 23)
            yield day

    def life(self, person: Person) -> Life:
        """This person on this site."""
        return Life(person, self.world, self.tally, self.later)

    def live(self, day: date, *, hour: int) -> None:
        """Everybody of one day, in turns of a moment each."""
        self.world.go_to(datetime.combine(day, EARLIEST, ZONE) + timedelta(hours=hour))
        self.world.deliver()
        acts = self.agenda.pop(day, [])
        while acts:
            ended = self.world.each([lambda act=act: _ended(act) for act in acts])
            acts = [act for act, over in zip(acts, ended, strict=True) if not over]
            self.world.deliver()
            self.world.go_to(self.world.now() + timedelta(seconds=MOMENT))
            assert day_of(self.world.now()) == day
        self.world.count_readers()

    def later(self, days: int, act: Act) -> None:
        """Put something on another day of the quarter; what lies behind its end never happens."""
        with self._lock:
            self.agenda[day_of(self.world.now()) + days * DAY].append(act)

    def wanted(self) -> Table:
        """The file of the funnel as it has to be."""
        return self.tally.table(self.first, self.until)

    def found(self) -> Table:
        """The file of the funnel as the site writes it."""
        text = self.world.staff().get(f"/admin/funnel/funnel.csv?{self._asked}").text
        rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))[1:]
        return {(row[0], row[1], row[2], row[3], row[4], row[5]): tuple(row[6:]) for row in rows}

    def shown(self) -> list[list[int]]:
        """The numbers of the table by week as they stand on the page, the newest first, below the whole."""
        text = self.world.staff().get(f"/admin/funnel/?{self._asked}").text
        body = re.findall(r'<h3 id="by-week">.*?<tbody>(.*?)</tbody>', text, re.DOTALL)[0]
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        cells = [re.findall(r"<td>\s*(?:<a[^>]*>)?\s*(\d+)", row) for row in rows]
        assert {len(row) for row in cells} == {len(STEPS)}
        return [[int(number) for number in row] for row in cells]

    @property
    def _asked(self) -> str:
        return f"from={self.first}&to={self.until - DAY}"


def _ended(act: Act) -> bool:
    return next(act, _END) is _END
