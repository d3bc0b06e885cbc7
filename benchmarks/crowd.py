"""Five hundred people who want forty times at the same moment: exactly forty are booked, none overlap, none sees an error.

Everybody opens the page first; then all press at once, each from an address of their own, with every limit on. Who got a
time fills the form and books. What was sold is counted in the database.
"""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import psycopg

from benchmarks.booking import TYPING, Person, Step, choose, confirm, details, free
from benchmarks.figures import Figure
from benchmarks.place import Place
from benchmarks.visitor import Answer, Visitor, address

PEOPLE, TIMES, COACHES, AT_ONCE = 500, 40, 2, 12
OVERLAPS = """
    SELECT count(*) FROM bookings_booking a JOIN bookings_booking b
        ON a.coach_id = b.coach_id AND a.id < b.id AND a.busy_start < b.busy_end AND b.busy_start < a.busy_end
    WHERE a.status IN ('held', 'pending', 'confirmed') AND b.status IN ('held', 'pending', 'confirmed')
"""


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """One crowd."""
    with place.seeded("crowd", str(COACHES), "0", "0") as database, place.ours(database) as site:
        wishes = list(islice(free(site), TIMES))
        people = [Person(Visitor(site.port, address(n)), wishes[n % TIMES], f"c{n}@example.org") for n in range(PEOPLE)]
        _few_at_once(site.port, people, choose)
        pressed, seconds = _together(site.port, people)
        winners = [person for person, answer in zip(people, pressed, strict=True) if answer.status == 303]
        for person, answer in zip(people, pressed, strict=True):
            person.path = answer.location
        _few_at_once(site.port, winners, details)
        time.sleep(TYPING)
        _few_at_once(site.port, winners, confirm)
        with psycopg.connect(place.url(database)) as connection:
            booked = _number(connection, "SELECT count(*) FROM bookings_booking WHERE status = 'confirmed'")
            overlaps = _number(connection, OVERLAPS)
    told = ", ".join(f"{number} × {status}" for status, number in sorted(Counter(a.status for a in pressed).items()))
    broken = sum(answer.status == 0 or answer.status >= 500 for answer in pressed)
    slow = f"half within {sorted(seconds)[len(seconds) // 2]:.1f} s, all within {max(seconds):.1f} s"
    crowd = f"{PEOPLE} people for {TIMES} times"
    yield Figure(f"{crowd}: booked", f"{booked}", ratio=booked, hold=("=", TIMES))
    yield Figure(f"{crowd}: overlaps", f"{overlaps}", ratio=overlaps, hold=("=", 0))
    yield Figure(f"{crowd}: errors ({told}; {slow})", f"{broken}", ratio=broken, hold=("=", 0))


def _few_at_once(port: int, people: Sequence[Person], step: Step) -> None:
    """Let everybody take this step, a few at a time: it is not what is looked at."""

    def one(person: Person) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        step(line, person)
        line.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, people))


def _together(port: int, people: Sequence[Person]) -> tuple[list[Answer], list[float]]:
    """Everybody presses the button beside their time at once; what each was told (status 0: nothing), and after how long."""
    start = threading.Barrier(len(people))

    def press(person: Person) -> tuple[Answer, float]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        start.wait()
        began = time.perf_counter()
        try:
            answer = person.visitor.post(line, "/book/all/", person.form)
        except (OSError, http.client.HTTPException) as error:
            answer = Answer(0, "", str(error))
        finally:
            line.close()
        return answer, time.perf_counter() - began

    with ThreadPoolExecutor(len(people)) as pool:
        found = list(pool.map(press, people))
    return [answer for answer, _ in found], [seconds for _, seconds in found]


def _number(connection: psycopg.Connection, question: str) -> int:
    row = connection.execute(question).fetchone()  # type: ignore[call-overload]
    return int(row[0])
