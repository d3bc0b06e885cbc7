"""Bookings a second by eight clients, beside django-appointment, which checks nothing and keeps no history.

Both sides book in two posts: ours holds a time and sends the details, its own are the request and the client's data. That
books for a client who is signed in, which is the reference; one it does not know has a mailed code to type after them.
The pages with the forms are fetched between the posts on both sides, and their time is left out on both. Both run as they
come, ours with its limits on, and no mail leaves: ours lies in the ledger, what the other side composes goes nowhere.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import psycopg

from benchmarks.figures import Figure, of_rates
from benchmarks.place import Place, Server, free_port, rival_python
from benchmarks.slots import get, month
from benchmarks.visitor import Answer, Visitor, address

CLIENTS, COACHES, EACH, LEAST = 8, 8, 128, 1.5
# A turn of each side takes two seconds, in which a machine can have a mood; so many turns make a round.
TURNS = 3
ZONE = "America/New_York"
# What the abuse check takes for a person's time to fill a form.
TYPING = 2.2


@dataclass(slots=True)
class Person:
    """One booking on its way: who wants it, what is wanted, and the form that comes next."""

    visitor: Visitor
    wish: dict[str, str]
    email: str
    path: str = ""
    form: dict[str, str] = field(default_factory=dict)


Step = Callable[[http.client.HTTPConnection, Person], None]


def expect(answer: Answer, status: int) -> Answer:
    """The answer if it is what it must be; a figure of refusals would be none."""
    if answer.status != status:
        raise SystemExit(f"status {answer.status} instead of {status}: {answer.text[:2000]}")
    return answer


def in_eights(port: int, people: list[Person], step: Step) -> float:
    """Let eight clients take this step for everybody, each over one connection; the seconds it took."""

    def client(number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for person in people[number::CLIENTS]:
            step(line, person)
        line.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    return time.perf_counter() - began


def round_of(port: int, people: list[Person], steps: tuple[Step, Step, Step, Step], typing: float = 0.0) -> float:
    """Form, post, form, post; bookings a second of the posts alone."""
    first_form, first_post, second_form, second_post = steps
    in_eights(port, people, first_form)
    took = in_eights(port, people, first_post)
    in_eights(port, people, second_form)
    time.sleep(typing)
    return len(people) / (took + in_eights(port, people, second_post))


# --- Ours -------------------------------------------------------------------------------------------------------------
def choose(line: http.client.HTTPConnection, person: Person) -> None:
    """The page with the days and times."""
    page = expect(person.visitor.get(line, f"/book/all/?tz={ZONE}&coach={person.wish['coach']}"), 200)
    person.form = {"csrfmiddlewaretoken": page.hidden["csrfmiddlewaretoken"], "tz": ZONE} | person.wish


def hold(line: http.client.HTTPConnection, person: Person) -> None:
    """The post that holds the time."""
    person.path = expect(person.visitor.post(line, "/book/all/", person.form), 303).location


def details(line: http.client.HTTPConnection, person: Person) -> None:
    """The page that asks who is calling."""
    page = expect(person.visitor.get(line, person.path), 200)
    person.form = page.hidden | {
        "name": "Grace Visitor",
        "email": person.email,
        "phone": "",
        "questions": "Which role fits me?",
        "access_needs": "",
        "company_website": "",
    }


def confirm(line: http.client.HTTPConnection, person: Person) -> None:
    """The post that books."""
    expect(person.visitor.post(line, person.path, person.form), 303)


# --- Theirs -----------------------------------------------------------------------------------------------------------
def their_page(line: http.client.HTTPConnection, person: Person) -> None:
    """The page of the service."""
    page = expect(person.visitor.get(line, f"/appointment/request/{person.wish['service']}/"), 200)
    person.form = {"csrfmiddlewaretoken": page.hidden["csrfmiddlewaretoken"]} | person.wish


def their_request(line: http.client.HTTPConnection, person: Person) -> None:
    """The first post: an appointment request."""
    person.path = expect(person.visitor.post(line, "/appointment/request-submit/", person.form), 302).location


def their_details(line: http.client.HTTPConnection, person: Person) -> None:
    """The page that asks for the client's data."""
    page = expect(person.visitor.get(line, person.path), 200)
    person.form = {
        "csrfmiddlewaretoken": page.hidden["csrfmiddlewaretoken"],
        "name": "Grace Visitor",
        "email": person.email,
        "phone_0": "US",
        "phone_1": "2154302201",
        "address": "Chicago, IL",
        "additional_info": "Which role fits me?",
        "payment_type": "full",
    }


def their_booking(line: http.client.HTTPConnection, person: Person) -> None:
    """The second post."""
    expect(person.visitor.post(line, person.path, person.form), 302)


# --- Side by side -----------------------------------------------------------------------------------------------------
def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """Ours, then both of its ways, round by round."""
    python, port, needed = rival_python(), free_port(), (rounds * TURNS + 1) * EACH
    with place.seeded("booking", str(COACHES), "0", "0") as database, place.database("rival") as theirs:
        env = place.environment(theirs) | {"DJANGO_SETTINGS_MODULE": "benchmarks.rival.settings"}
        # It ships no migrations: its manual has every project make its own.
        for words in ((), ("--run-syncdb",)):
            place.run("django", "migrate", *words, "--verbosity", "0", env=env, python=python)
        seed = json.loads(
            place.run("benchmarks.rival.seed", str(COACHES), str(needed), env=env, python=python).splitlines()[-1]
        )
        with (
            place.ours(database) as site,
            place.serving(
                "benchmarks.rival.wsgi:application", port, env, f"/appointment/request/{seed['service']}/", python
            ) as rival,
        ):
            yield from _rounds(site, rival, seed, rounds, settle=lambda: (place.settle(database), place.settle(theirs)))
        _only(place.url(database), "SELECT count(*) FROM bookings_booking WHERE status = 'confirmed'", needed)
        _only(place.url(theirs), "SELECT count(*) FROM appointment_appointment", needed)


def _rounds(
    site: Server, rival: Server, seed: dict[str, Any], rounds: int, settle: Callable[[], object]
) -> Iterator[Figure]:
    numbers = count(1)
    times, wishes = free(site), _wishes(seed)
    sessions = iter(seed["sessions"])
    rates: dict[str, list[float]] = {"ours": [], "unknown": [], "signed in": []}
    for number in range(rounds * TURNS + 1):
        for side in rates:
            people = []
            for n in (next(numbers) for _ in range(EACH)):
                port = site.port if side == "ours" else rival.port
                person = Person(
                    Visitor(port, address(n)), next(times if side == "ours" else wishes), f"g{n}@example.org"
                )
                if side == "signed in":
                    person.visitor.cookies["sessionid"] = next(sessions)
                people.append(person)
            if side == "ours":
                rate = round_of(site.port, people, (choose, hold, details, confirm), TYPING)
            else:
                rate = round_of(rival.port, people, (their_page, their_request, their_details, their_booking))
            if number:  # the first turn warms up
                rates[side].append(rate)
        if not number:
            # Both servers plan for the tables as they are now; empty ones are planned for in another way.
            settle()
    for side, ends, least in (
        ("signed in", "signed-in client: booked after them", LEAST),
        ("unknown", "unknown client: a mailed code is still to be typed", None),
    ):
        what = f"booking by {CLIENTS} clients, hold + confirm, beside its two posts ({ends})"
        yield of_rates(what, rates["ours"], rates[side], least)


def free(site: Server) -> Iterator[dict[str, str]]:
    """Times that are free, coach by coach in turn, so that the clients meet as little as at django-appointment."""
    slots = json.loads(get(site, month("all"))[0])["slots"]
    for slot in slots:
        for coach in slot["coaches"]:
            yield {"coach": coach, "start": slot["start"]}


def _wishes(seed: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The same for django-appointment, in its own words."""
    for day in (datetime.now(UTC).date() + timedelta(days=n) for n in count(1)):
        if day.weekday() < 5:
            yield from _of_day(day, seed)


def _of_day(day: date, seed: dict[str, Any]) -> Iterator[dict[str, str]]:
    for half in range(18, 34):
        start = datetime(day.year, day.month, day.day, half // 2, half % 2 * 30, tzinfo=UTC)
        for member in seed["staff"]:
            yield {
                "date": day.isoformat(),
                "start_time": f"{start:%H:%M}",
                "end_time": f"{start + timedelta(minutes=30):%H:%M}",
                "service": str(seed["service"]),
                "staff_member": str(member),
            }


def _only(url: str, question: str, number: int) -> None:
    """What was counted as booked must be in the database."""
    with psycopg.connect(url) as connection:
        found = connection.execute(question).fetchone()  # type: ignore[call-overload]
    if found != (number,):
        raise SystemExit(f"{question}: {found} instead of {number}")
