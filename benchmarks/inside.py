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
            _, size = once(path, cold=cold)
            # At once: the next request empties Django's list.
            return {"queries": len(caught), "kB": size // 1024, "each": []}

    def one_round(path: str, *, cold: bool) -> float:
        """What is quick is asked more often: one slow moment of the machine must not be the figure."""
        often = 3 if once(path, cold=cold)[0] > 100 else 40
        return median(once(path, cold=cold)[0] for _ in range(often))

    asked = {
        (kind, what): (path, cold)
        for kind in kinds
        for what, path, cold in (
            ("API, cold", month(kind), True),
            ("API, unchanged", month(kind), False),
            ("month page", f"/book/{kind}/?tz=America/New_York&view=month", True),
        )
    }
    found: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    for (kind, what), (path, cold) in asked.items():
        found[kind][what] = told(path, cold=cold)
    # All of them in every round, so that what is compared was asked of the machine in the same mood.
    for _ in range(rounds):
        for (kind, what), (path, cold) in asked.items():
            found[kind][what]["each"].append(one_round(path, cold=cold))
    for kind, what in asked:
        found[kind][what]["ms"] = median(found[kind][what]["each"])
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
