"""The drain of the mail ledger beside Django's `send_messages`, at a thousand rows and at a million."""

import json
from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure, of_rates
from benchmarks.ledger import BEHIND
from benchmarks.place import Place

ROWS = {"10\N{SUPERSCRIPT THREE}": 1_000, "10\N{SUPERSCRIPT SIX}": 1_000_000}
MAILS, LEAST, SAME = 400, 0.5, 1.2
WORDS = {"bench.finished": "finished mails", "bench.templates": "our own templates on both sides"}


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """One sender each; what smtplib alone reaches is only told, and that the size of the ledger changes nothing is held."""
    ours: dict[str, dict[str, float]] = {}
    for name, rows in ROWS.items():
        with place.database("ledger") as database:
            env = place.environment(database) | {"REDIS_URL": ""}
            place.run("django", "migrate", "--verbosity", "0", env=env)
            told = json.loads(place.run("benchmarks.ledger", str(rows), str(MAILS), str(rounds), env=env))
        for kind, rates in told.items():
            what = f"ledger drain, {name} rows, {WORDS[kind]}, beside"
            yield of_rates(f"{what} Django's send_messages", rates["ours"], rates["django"], LEAST)
            yield of_rates(f"{what} smtplib alone", rates["ours"], rates["bare"], None)
            yield Figure(f"ledger drain, {name} rows, a commit that waits for the disk", f"{rates['commit'][0]:.2f} ms")
            if "behind" in rates:
                what = f"ledger drain, {name} rows, {BEHIND} more due, beside none"
                yield of_rates(what, rates["behind"], rates["ours"], None)
            # The machine may be busier the second time: our rate as Django's of the same run sees it.
            ours.setdefault(kind, {})[name] = median(
                one / other for one, other in zip(rates["ours"], rates["django"], strict=True)
            )
    for kind, (small, large) in ((kind, each.values()) for kind, each in ours.items()):
        yield Figure(
            f"ledger drain, {WORDS[kind]}, 10\N{SUPERSCRIPT THREE} rows against 10\N{SUPERSCRIPT SIX}",
            f"{large:.2f}",
            f"{small:.2f}",
            small / large,
            ("<=", SAME),
        )
