"""The sender: claim one row, write it, hand it over, say what became of it. Any number of them may run at once."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from mail import allowance, breaker, claims, compose, identity, outbox
from mail.addresses import for_transport
from mail.durability import eased
from mail.errors import ClaimLost, Deferred, Refused, Unanswered, Unreachable
from mail.models import Message
from mail.registry import Later, Skip
from mail.sweep import sweep, waiting
from mail.transports import DATA_LIMIT, Transport, open_transport

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
T = TypeVar("T")

# Servers limit how many messages one connection may bring, and say so by hanging up.
MESSAGES_A_CONNECTION = 100
ROUND = 5.0  # seconds
# A last check that took longer than this (it waited for a lock) may be out of date before DATA begins.
FRESH = 0.5  # seconds
RECONNECT = 0.5  # seconds
HICCUP = timedelta(minutes=1)


@dataclass(slots=True)
class Drained:
    """What one run of the sender did, in messages; `cut_short` where its time ran out with messages left."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    deferred: int = 0
    cut_short: bool = False


def drain(
    *,
    clock: Clock,
    limit: int | None = None,
    seconds: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Drained:
    """Send what is due until nothing is, `limit` messages were claimed, `seconds` have passed or `stop` says so.

    1. Close what will never be sent. 2. Open the transport, unless the breaker says wait. 3. Claim one row and commit.
    4. Render outside any transaction; store bytes and links. 5. MAIL, RCPT. 6. The last check. 7. DATA. 8. Mark by claim.
    """
    sender = _Sender(clock)
    if not waiting(now=clock()):
        return sender.done
    end = math.inf if seconds is None else time.monotonic() + seconds

    def going() -> bool:
        return time.monotonic() < end and (limit is None or sender.claimed < limit) and not stop()

    try:
        with eased():
            while going() and sender.round(going):
                pass
    finally:
        sender.line.close()
    sender.done.cut_short = time.monotonic() >= end and waiting(now=clock())
    return sender.done


class _Line:
    """The open transport, reused from message to message and opened anew when the server has hung up."""

    def __init__(self) -> None:
        self._transport: Transport | None = None
        self.carried = 0

    def get(self, clock: Clock) -> Transport | None:
        """An open transport; None while the breaker says wait; raises Unreachable."""
        if self._transport is not None and (not self._transport.is_open or self.carried >= MESSAGES_A_CONNECTION):
            self.close()
        if self._transport is None and breaker.may_try(now=clock()):
            self._transport = open_transport()
        return self._transport

    def served(self) -> None:
        """A message got an answer; the first one on a connection tells all senders that the server is back."""
        if not self.carried:
            breaker.close()
        self.carried += 1

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        self._transport, self.carried = None, 0


class _Sender:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.done = Drained()
        self.line = _Line()
        self.claimed = 0

    def round(self, going: Callable[[], bool]) -> bool:
        """A few seconds of sending between two sweeps; False where nothing more can be done."""
        end = time.monotonic() + ROUND
        self.sweep()
        with identity.held():
            while going():
                if time.monotonic() >= end:
                    return True
                if not self.step():
                    return False
        return False

    def sweep(self) -> None:
        self.done.skipped += sweep(now=self.clock())

    def step(self) -> bool:
        """Handle one message; False where none is left or the server cannot be used."""
        try:
            # Before the claim: a server that is away must not put leases on rows.
            transport = self.line.get(self.clock)
        except Unreachable as error:
            self._trip(error)
            return False
        if transport is None:
            return False
        message = self._next()
        if message is None:
            return False
        self.claimed += 1
        try:
            content = self._written(message)
            if content is not None:
                self._hand_over(message, content, transport)
        except ClaimLost:
            log.info("message %s was taken back while it was being sent", message.pk)
        except (Unreachable, Unanswered) as error:
            return self._cut(message, error)
        return True

    def _next(self) -> Message | None:
        """The next message that the provider takes: letters only while nothing else waits and some is left for the rest."""
        if not allowance.limits():
            return claims.claim(now=self.clock())
        for letters in (False, True):
            now = self.clock()
            if not allowance.take(now=now, letters=letters):
                return None
            message = claims.claim(now=now, letters=letters)
            if message is not None:
                return message
            allowance.give_back(now=now)
        return None

    def _written(self, message: Message) -> bytes | None:
        """The bytes of a message: the stored ones after a crash, else newly rendered; None where it ends here."""
        if message.raw is not None:
            return bytes(message.raw)
        try:
            written = outbox.write(message, now=self.clock())
            if isinstance(written, Skip):
                claims.skipped(message, why=written.reason)
                self.done.skipped += 1
                return None
            if isinstance(written, Later):
                claims.postponed(message, until=written.until)
                self.done.deferred += 1
                return None
            claims.keep(message, written)
        except (ClaimLost, OperationalError, InterfaceError):
            raise
        except Exception as error:  # whatever a renderer does, it must cost no other message its turn
            log.error("message %s could not be written: %s", message.pk, type(error).__name__)
            if claims.unrendered(message, now=self.clock(), error=f"{type(error).__name__}: {error}"):
                self.done.failed += 1
            else:
                self.done.deferred += 1
            return None
        return written.raw

    def _hand_over(self, message: Message, content: bytes, transport: Transport) -> None:
        try:
            transport.offer(
                sender=compose.sender_address(), recipient=for_transport(message.recipient), size=len(content)
            )
            if not self._may_begin(message):
                transport.reset()
                claims.untouched(message, now=self.clock(), error="")
                self.sweep()  # says why, where the row is still waiting
                return
            transport.data(content, message_id=message.message_id)
        except Deferred as error:
            why = str(error)
            self._surely(message, lambda: claims.deferred(message, now=self.clock(), error=why))
            self.done.deferred += 1
        except Refused as error:
            why = str(error)
            self._surely(message, lambda: claims.failed(message, why="The mail server refused it for good.", error=why))
            log.warning("message %s was refused for good", message.pk)
            self.done.failed += 1
        else:
            if not self._surely(message, lambda: claims.sent(message, now=self.clock())):
                log.error("message %s went out after its lease had ended", message.pk)
            self.done.sent += 1
        self.line.served()

    def _may_begin(self, message: Message) -> bool:
        for _ in range(3):
            ticks = time.monotonic()
            if not claims.may_begin(message, now=self.clock(), need=DATA_LIMIT):
                return False
            if time.monotonic() - ticks < FRESH:
                return True
        return False

    def _cut(self, message: Message, error: Unreachable | Unanswered) -> bool:
        """The connection is gone. One that had served may just have reached its limit; a new one means trouble."""
        served = self.line.carried > 0
        self.line.close()
        why, now = str(error), self.clock()
        if isinstance(error, Unanswered):
            # It may have arrived: counted, so that copies grow rare, and each has the same Message-ID.
            self._surely(message, lambda: claims.deferred(message, now=now, error=why))
            self.done.deferred += 1
        else:
            wait = timedelta() if served else HICCUP
            self._surely(message, lambda: claims.untouched(message, now=now, error=why, wait=wait))
        if not served:
            self._trip(error)
        return served

    def _trip(self, error: Exception) -> None:
        log.warning("the mail server cannot be used: %s", error)
        breaker.trip(now=self.clock(), error=str(error))

    def _surely(self, message: Message, mark: Callable[[], T]) -> T:
        """What the server said must reach the row even where the database restarts; else it would be sent again."""
        while True:
            try:
                return mark()
            except (OperationalError, InterfaceError):
                if message.lease_until is None or self.clock() >= message.lease_until:
                    raise
                connection.close()
                time.sleep(RECONNECT)
