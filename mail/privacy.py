"""The privacy registry: each room says what it holds of a person and how it lets go of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Export = Callable[[str], list[dict[str, Any]]]
Erase = Callable[[str, datetime], int]
Prepare = Callable[[str, datetime], int]


@dataclass(frozen=True, slots=True)
class Holder:
    """A room that holds rows of a person, found by e-mail address."""

    name: str
    export: Export
    erase: Erase
    prepare: Prepare | None = None


_holders: dict[str, Holder] = {}


def register_holder(name: str, *, export: Export, erase: Erase, prepare: Prepare | None = None) -> None:
    """Make a holder known: `export(email)` gives plain rows, `erase(email, now)` the number of rows it changed.

    `prepare(email, now)` does what must be done, and told, before an erasure, such as cancelling calls; it is called outside
    any transaction. `erase` is called inside one.
    """
    _holders[name] = Holder(name, export, erase, prepare)


def holders() -> tuple[Holder, ...]:
    """Every holder, in the order of their names."""
    return tuple(_holders[name] for name in sorted(_holders))
