"""What a fault test reached beside what it must hold, and how large it is: small inside `make test`, full in `make faults`."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FULL = os.environ.get("FAULTS") == "full"
FILE = "FAULTS_FILE"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    id: str
    what: str
    reached: str
    limit: str
    held: bool


def size(small: int, full: int, *, knob: str = "") -> int:
    """How much of it: `small` inside `make test`, `full` in `make faults`, or what the environment names."""
    named = os.environ.get(knob, "") if knob else ""
    return int(named) if named.isdigit() else full if FULL else small


def slowest(seconds: Sequence[float], share: float) -> float:
    """The time within which this share of the answers came."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Table:
    """The figures of one test: written down for `make faults` at once, judged together at the end."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.figures: list[Figure] = []

    def exactly(self, id_: str, what: str, reached: object, wanted: object) -> None:
        """A figure that must be equal."""
        self._add(id_, what, str(reached)[:300], f"= {wanted}", reached == wanted)

    def at_most(self, id_: str, what: str, reached: float, limit: float, unit: str = "s") -> None:
        """A figure with an upper limit; inside `make test` on a shared machine, times are told but not judged."""
        held = reached <= limit or (not FULL and unit == "s")
        self._add(id_, what, f"{reached:.2f} {unit}", f"≤ {limit:g} {unit}", held)

    def at_least(self, id_: str, what: str, reached: float, limit: float, unit: str) -> None:
        """A rate with a lower limit; like times, judged in full runs only."""
        self._add(id_, what, f"{reached:.1f} {unit}", f"≥ {limit:g} {unit}", reached >= limit or not FULL)

    def told(self, id_: str, what: str, reached: object) -> None:
        """Something to know beside the figures."""
        self._add(id_, what, str(reached)[:300], "", True)

    def judge(self) -> None:
        """Fail with the figures that were not held."""
        assert [figure for figure in self.figures if not figure.held] == []

    def _add(self, id_: str, what: str, reached: str, limit: str, held: bool) -> None:
        figure = Figure(id_, f"{what} ({self.database})", reached, limit, held)
        self.figures.append(figure)
        if os.environ.get(FILE):
            with Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(figure)) + "\n")


def read(file: Path) -> list[Figure]:
    """The figures that the tests have written down."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Figure(**json.loads(line)) for line in lines]
