"""`make bench`: figures as ratios, both sides in one run. ARGS="core slots" measures these parts alone.

--rounds N repeats each comparison so often, --json FILE keeps the figures.
"""
# ruff: noqa: T201  the terminal is where this speaks

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import answers, booking, core, crowd, drain, growth, guide, leads, months, slots
from benchmarks.figures import Figure, load_average, table, write_json
from benchmarks.place import Place, place

PARTS: dict[str, Callable[[Place, int], Iterator[Figure]]] = {
    "core": core.measure,
    "slots": slots.measure,
    "months": months.measure,
    "booking": booking.measure,
    "crowd": crowd.measure,
    "drain": drain.measure,
    "growth": growth.measure,
    "guide": guide.measure,
    "answers": answers.measure,
    "leads": leads.measure,
}


def main() -> int:
    """Measure, print the table, and say 1 where a limit is not held."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    print(load_average())
    with place() as here:
        for name in asked.parts or PARTS:
            began = time.monotonic()
            for figure in PARTS[name](here, asked.rounds):
                figures.append(figure)
                print("  ".join(filter(None, figure.row)), flush=True)
            print(f"({name}: {time.monotonic() - began:.0f} s, {load_average()})", flush=True)
    print(f"\n{table(figures)}\n{load_average()}")
    if asked.json:
        write_json(asked.json, figures)
    return 0 if all(figure.held for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
