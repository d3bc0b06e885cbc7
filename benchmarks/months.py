"""A month of slots for one coach, fifty and a thousand: queries and milliseconds, cold and unchanged."""

import json
from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.place import Place

COACHES, CALLS_AHEAD = 1000, 40
KINDS = {"one": 1, "fifty": 50, "all": COACHES}
MOST_QUERIES = 8


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """Every answer in one process, without a server around it; the queries are a limit, the times are only told."""
    with place.seeded("months", str(COACHES), str(CALLS_AHEAD), "0") as database:
        told = json.loads(place.run("benchmarks.inside", str(rounds), *KINDS, env=place.environment(database)))
    for slug, number in KINDS.items():
        for what, one in told[slug].items():
            yield Figure(
                what=f"{what}, {number} {'coach' if number == 1 else 'coaches'}",
                ours=f"{one['ms']:.2f} ms, {one['kB']} kB",
                theirs=f"{one['queries']} queries",
                ratio=one["queries"],
                hold=("<=", MOST_QUERIES) if what.startswith("API") else None,
            )
