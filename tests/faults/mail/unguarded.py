"""Guards of the mail room, each switched off in one process to show that it matters: `switch_off(["lease"])`."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from mail import breaker, claims, clock, ledger, nudge, sender, sweep, tasks
from mail.errors import ClaimLost
from mail.models import Message
from mail.outbox import Written
from mail.transports import Transport


def _lease() -> None:
    """What a dead sender had in hand is never taken over."""
    claims.LEASE = timedelta(days=3650)


def _last_check() -> None:
    """Nobody asks again before DATA."""
    claims.may_begin = lambda message, *, now, need: True

    def keep_and_begin(message: Message, written: Written, *, now: datetime, need: timedelta) -> bool:
        with suppress(ClaimLost):
            claims.keep(message, written)
        return True

    claims.keep_and_begin = keep_and_begin


def _bytes() -> None:
    """Every attempt is written anew, as a mail of its own."""
    written = sender._Sender._written

    def anew(self: sender._Sender, message: Message, transport: Transport) -> bytes | None:
        message.raw, message.message_id = None, ledger.fresh_message_id()
        return written(self, message, transport)

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
            time.sleep(0.05)  # as on a slow disk: on a fast one few look at the same moment
            row.status, row.claim = Message.Status.SENDING, "everybody"
            row.next_try_at = row.lease_until = now + claims.LEASE
            row.save(update_fields=["status", "claim", "next_try_at", "lease_until"])
        return row

    claims.claim = claim
    claims.sent_then_claim = lambda message, *, now: (claims.sent(message, now=now), claim(now=now))


def _breaker() -> None:
    """Nobody remembers that the server is in trouble."""
    breaker.trip = lambda *, now, error: None


def _doorbell() -> None:
    """Publish as Celery does when nobody tells it otherwise, from the thread that has committed."""
    app = tasks.send_due.app
    app.conf.broker_transport_options = {}
    app.conf.task_publish_retry = True
    nudge.ring = tasks.send_due.delay


def _asking_again() -> None:
    """A worker that has lost its broker does not look for it."""
    tasks.send_due.app.conf.broker_connection_retry = False


def _expiry() -> None:
    """Nobody asks whether it is still of use."""
    claims._CLAIM = claims._CLAIM.replace("m.expires_at > %(now)s AND", "")
    claims._MAY_BEGIN = claims._MAY_BEGIN.replace("AND expires_at > %(now)s", "")
    claims._KEEP_AND_BEGIN = claims._KEEP_AND_BEGIN.replace("AND expires_at > %(now)s", "")
    sender.sweep = lambda *, now: 0


def _steady_clock() -> None:
    """The clock is believed, whatever it was set to."""
    clock.steady = lambda: True


GUARDS: dict[str, Callable[[], None]] = {
    "lease": _lease,
    "last check": _last_check,
    "bytes": _bytes,
    "three times": _three_times,
    "claim": _claim,
    "breaker": _breaker,
    "doorbell": _doorbell,
    "asking again": _asking_again,
    "expiry": _expiry,
    "steady clock": _steady_clock,
}


def switch_off(names: Iterable[str]) -> None:
    """Switch these off in this process."""
    for name in names:
        GUARDS[name]()
