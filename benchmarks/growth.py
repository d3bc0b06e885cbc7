"""What a million bookings and a thousand coaches cost the slots of one coach, and what more eligible coaches cost any coach."""

import json
from collections.abc import Iterator

from benchmarks.figures import Figure, of_times
from benchmarks.place import Place

# Coaches, calls ahead and calls behind of each: 10³ bookings with 10 coaches, 10⁶ with 1,000.
SMALL, LARGE = ("10", "40", "60"), ("1000", "40", "960")
SLOWER, LINEAR = 1.2, 1.5


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """The same question in both databases; and the time for each coach at 10 and at 1,000 of them."""
    cold = "API, cold"

    def each(database: str, times: int, *kinds: str) -> dict[str, list[float]]:
        found = json.loads(place.run("benchmarks.inside", str(times), *kinds, env=place.environment(database)))
        return {kind: found[kind][cold]["each"] for kind in kinds}

    with place.seeded("small", *SMALL) as small, place.seeded("large", *LARGE) as large:
        told: dict[str, list[float]] = {small: [], large: []}
        # In turn, each in processes of their own: a process that has just answered for a thousand is a slow one.
        for turn in range(2 * rounds):
            for database in (small, large) if turn % 2 else (large, small):
                told[database] += each(database, 3, "one")["one"]
        many = each(large, rounds, "hundred", "all")
    yield of_times(
        "slots of one coach, 10\N{SUPERSCRIPT SIX} bookings and 1,000 coaches against 10\N{SUPERSCRIPT THREE} and 10",
        told[large],
        told[small],
        SLOWER,
    )
    yield of_times(
        "any coach, for each eligible coach: 1,000 of them against 100",
        [ms / 1000 for ms in many["all"]],
        [ms / 100 for ms in many["hundred"]],
        LINEAR,
    )
