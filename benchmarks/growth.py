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
    told = []
    for purpose, words in (("small", SMALL), ("large", LARGE)):
        with place.seeded(purpose, *words) as database:
            kinds = ("one", "ten", "hundred", "all")
            told.append(
                json.loads(place.run("benchmarks.inside", str(rounds), *kinds, env=place.environment(database)))
            )
    small, large = told
    cold = "API, cold"
    yield of_times(
        "slots of one coach, 10\N{SUPERSCRIPT SIX} bookings and 1,000 coaches against 10\N{SUPERSCRIPT THREE} and 10",
        large["one"][cold]["each"],
        small["one"][cold]["each"],
        SLOWER,
    )
    yield of_times(
        "any coach, for each eligible coach: 1,000 of them against 100",
        [ms / 1000 for ms in large["all"][cold]["each"]],
        [ms / 100 for ms in large["hundred"][cold]["each"]],
        LINEAR,
    )
