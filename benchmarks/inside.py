"""Asks the site inside one process, counting queries: `python -m benchmarks.inside ROUNDS KIND…` prints JSON."""
# ruff: noqa: T201  speaks to its caller; Django is set up first

import json
import sys
import time
from statistics import median
from typing import Any

import django


def main(rounds: int, kinds: list[str]) -> None:
    """API cold and unchanged, and the month page, for each kind of call; cold as benchmarks/slots.py says."""
    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks.slots import month
    from bookings.api import kept

    client = Client(headers={"Host": "127.0.0.1"})

    def once(path: str, *, cold: bool) -> tuple[float, int]:
        if cold:
            kept.shelf.clear()
        began = time.perf_counter()
        answer = client.get(path)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            sys.exit(f"{answer.status_code} for {path}: {answer.content[:300]!r}")
        return took, len(answer.content)

    def told(path: str, *, cold: bool) -> dict[str, Any]:
        once(path, cold=cold)
        with CaptureQueriesContext(connection) as caught:
            once(path, cold=cold)
            # At once: the next request empties Django's list.
            queries = len(caught)
        # What is quick is asked more often: one slow moment of the machine must not be the figure.
        often = max(3, rounds) if once(path, cold=cold)[0] > 100 else 10 * rounds
        times, sizes = zip(*(once(path, cold=cold) for _ in range(often)), strict=True)
        return {"ms": median(times), "each": list(times), "kB": sizes[0] // 1024, "queries": queries}

    found = {}
    for kind in kinds:
        page = f"/book/{kind}/?tz=America/New_York&view=month"
        found[kind] = {
            "API, cold": told(month(kind), cold=True),
            "API, unchanged": told(month(kind), cold=False),
            "month page": told(page, cold=True),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
