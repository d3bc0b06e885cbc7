"""Guards of the mail room, each switched off in one process to show that it matters: `switch_off(["lease"])`."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from mail import breaker, claims, ledger, sender, sweep
from mail.models import Message


def _lease() -> None:
    """What a dead sender had in hand is never taken over."""
    claims.LEASE = timedelta(days=3650)


def _last_check() -> None:
    """Nobody asks again before DATA."""
    claims.may_begin = lambda message, *, now, need: True


def _bytes() -> None:
    """Every attempt is written anew, as a mail of its own."""
    written = sender._Sender._written

    def anew(self: sender._Sender, message: Message) -> bytes | None:
        message.raw, message.message_id = None, ledger.fresh_message_id()
        return written(self, message)

    sender._Sender._written = anew  # type: ignore[method-assign]


def _three_times() -> None:
    """What cannot be written is tried for ever."""
    claims.MOST_RENDERS = 10**6
    sweep.MOST_RENDERS = 10**6


def _claim() -> None:
    """Look first, then write, all under one name."""

    def claim(*, now: datetime) -> Message | None:
        row = (
            Message.objects.filter(status__in=Message.OPEN, next_try_at__lte=now).order_by("next_try_at", "id").first()
        )
        if row is not None:
            row.status, row.claim = Message.Status.SENDING, "everybody"
            row.next_try_at = row.lease_until = now + claims.LEASE
            row.save(update_fields=["status", "claim", "next_try_at", "lease_until"])
        return row

    claims.claim = claim


def _breaker() -> None:
    """Nobody remembers that the server is in trouble."""
    breaker.trip = lambda *, now, error: None


GUARDS: dict[str, Callable[[], None]] = {
    "lease": _lease,
    "last check": _last_check,
    "bytes": _bytes,
    "three times": _three_times,
    "claim": _claim,
    "breaker": _breaker,
}


def switch_off(names: Iterable[str]) -> None:
    """Switch these off in this process."""
    for name in names:
        GUARDS[name]()
