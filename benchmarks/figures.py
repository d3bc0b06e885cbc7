"""Figures as ratios: what was measured on both sides, the limit it must hold, and the table at the end."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `hold` is the limit as (sign, number); None where a figure is only told."""

    what: str
    ours: str
    theirs: str = ""
    ratio: float | None = None
    hold: tuple[str, float] | None = None
    spread: str = ""

    @property
    def held(self) -> bool:
        """True where the limit is held, or where there is none."""
        if self.hold is None:
            return True
        if self.ratio is None:
            return False
        sign, limit = self.hold
        return {">=": self.ratio >= limit, "<=": self.ratio <= limit, "=": self.ratio == limit}[sign]

    @property
    def row(self) -> tuple[str, ...]:
        """The row in words."""
        limit = f"{self.hold[0]} {self.hold[1]:g}" if self.hold else ""
        number = "" if self.ratio is None else f"{self.ratio:.2f}" + (f" ({self.spread})" if self.spread else "")
        verdict = ("held" if self.held else "NOT HELD") if self.hold else ""
        return self.what, self.ours, self.theirs, number, limit, verdict


HEAD = ("what", "ours", "theirs", "ratio (spread)", "hold", "")


def table(figures: Sequence[Figure]) -> str:
    """All rows with aligned columns."""
    rows = [HEAD, *(each.row for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def load_average() -> str:
    """How busy the machine is, in the kernel's own words: the last 1, 5 and 15 minutes."""
    return "load average " + " ".join(f"{each:.2f}" for each in os.getloadavg()) + f" on {os.cpu_count()} processors"


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """The rows for a machine."""
    rows = [asdict(each) | {"held": each.held} for each in figures]
    path.write_text(json.dumps({"machine": load_average(), "figures": rows}, indent=2) + "\n", encoding="utf-8")


def of_rates(
    what: str, ours: Sequence[float], theirs: Sequence[float], least: float | None, unit: str = "/s"
) -> Figure:
    """The ratio of two rates measured in turn, round by round: the median, and the lowest and highest round."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return Figure(
        what=what,
        ours=f"{median(ours):.0f}{unit}",
        theirs=f"{median(theirs):.0f}{unit}",
        ratio=median(ratios),
        hold=None if least is None else (">=", least),
        spread=f"{min(ratios):.2f}-{max(ratios):.2f}",
    )


def of_times(what: str, ours: Sequence[float], theirs: Sequence[float], most: float) -> Figure:
    """The ratio of two lengths of time in milliseconds that must not grow beyond `most`."""
    # One side may have been asked more often than the other, because it is quicker.
    ratios = [one / other for one, other in zip(ours, theirs, strict=False)]
    return Figure(
        what=what,
        ours=f"{median(ours):.2f} ms",
        theirs=f"{median(theirs):.2f} ms",
        ratio=median(ours) / median(theirs),
        hold=("<=", most),
        spread=f"{min(ratios):.2f}-{max(ratios):.2f}",
    )
