"""Guards of the mail room, each switched off in one process to show that it matters: `switch_off(["lease"])`."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from mail import claims


def _lease() -> None:
    """What a dead sender had in hand is never taken over."""
    claims.LEASE = timedelta(days=3650)


GUARDS: dict[str, Callable[[], None]] = {"lease": _lease}


def switch_off(names: Iterable[str]) -> None:
    """Switch these off in this process."""
    for name in names:
        GUARDS[name]()
