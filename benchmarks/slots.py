"""A month of slots of one coach with forty calls, beside a view that reads one row and has no middleware.

Cold: every question is a new one, so that no answer can be one that was kept. What is behind the answers and hardly ever
changes (the kind of call, coaches, hours) is known to each process at its version, as it is on a site in use: that
version and everything that makes a coach busy are read for every question.
"""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, of_rates
from benchmarks.load import Clients, Load, request
from benchmarks.place import Place, Server, free_port

CALLS = 40
COLD, UNCHANGED = 0.25, 0.7
# More different questions than an answer is kept for, so that going round them never finds one kept.
QUESTIONS = 4000
QUERY = "/api/event-types/{kind}/slots?from={since}&to={until}&time_zone=America/New_York"


def month(kind: str, *, second: int = 0, extra: str = "") -> str:
    """The path of a month of slots from tomorrow; another second is another question with the same answer."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    since = day + timedelta(seconds=second)
    return (
        QUERY.format(kind=kind, since=since.strftime("%Y-%m-%dT%H:%M:%SZ"), until=(day + timedelta(days=31)).date())
        + extra
    )


def get(server: Server, path: str) -> tuple[bytes, str]:
    """Body and entity tag of one answer."""
    with urllib.request.urlopen(f"{server.site}{path}", timeout=60) as answer:  # noqa: S310  loopback
        return answer.read(), answer.headers.get("ETag", "")


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """Cold, unchanged and not modified, each against the bare view, in turn."""
    with place.seeded("slots", "1", str(CALLS), "0") as database, place.database("bare") as bare_database:
        env = place.environment(bare_database)
        place.run("benchmarks.bare", env=env)
        port, empty = free_port(), free_port()
        with (
            place.ours(database) as site,
            place.serving("benchmarks.bare:application", port, env, "/") as bare,
            place.serving("benchmarks.bare:nothing", empty, env, "/") as nothing,
        ):
            yield from _rounds(site, bare, nothing, rounds)


def _rounds(site: Server, bare: Server, nothing: Server, rounds: int) -> Iterator[Figure]:
    same = month("one")
    body, tag = get(site, same)
    found = len(json.loads(body)["slots"])
    asks = {
        "nothing": (nothing.port, [request("/", nothing.port)], "200"),
        "bare": (bare.port, [request("/", bare.port)], "200"),
        "cold": (site.port, [request(month("one", second=n), site.port) for n in range(QUESTIONS)], "200"),
        "unchanged, 200": (site.port, [request(same, site.port)], "200"),
        "unchanged, 304": (site.port, [request(same, site.port, If_None_Match=tag)], "304"),
    }
    rates: dict[str, list[float]] = {name: [] for name in asks}
    clients = Clients()
    try:
        for number in range(rounds + 1):
            for name, (port, requests, status) in asks.items():
                load = clients.load(port, requests, 2.0 if number else 1.0)
                _only(load, status, name)
                if number:  # the first round warms up
                    rates[name].append(load.rate)
    finally:
        clients.close()
    yield of_rates("the client against a server that does nothing", rates["nothing"], rates["bare"], None)
    for name, least in (("cold", COLD), ("unchanged, 200", UNCHANGED), ("unchanged, 304", UNCHANGED)):
        what = f"month of slots, 1 coach, {CALLS} calls ({found} slots, {len(body) // 1024} kB), {name}"
        yield of_rates(what, rates[name], rates["bare"], least)


def _only(load: Load, status: str, name: str) -> None:
    if set(load.statuses) != {status}:
        raise SystemExit(f"{name}: statuses {dict(load.statuses)}, expected only {status}")
