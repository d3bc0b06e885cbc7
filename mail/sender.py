"""The sender: claim one row, write it, hand it over, say what became of it. Any number of them may run at once."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from mail import allowance, breaker, claims, compose, identity, outbox
from mail.addresses import for_transport
from mail.errors import ClaimLost, Deferred, Refused, Unanswered, Unreachable
from mail.line import Line
from mail.models import Message
from mail.outbox import Written
from mail.registry import Later, Skip
from mail.sweep import sweep, waiting
from mail.transports import DATA_LIMIT, Transport

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
T = TypeVar("T")

ROUND = 5.0  # seconds
SWEEPS_SHARE = 10  # so many times as long as the sweep before it
# A last check that took longer than this (it waited for a lock, or for the disk) may be out of date before DATA begins.
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
    4. Render outside any transaction. 5. MAIL, RCPT. 6. Store bytes and links with the last check; before it where the
    server thinks, or refuses. 7. DATA. 8. Mark by claim, and claim the next with the same commit.
    """
    sender = _Sender(clock)
    if not waiting(now=clock()):
        return sender.done
    end = math.inf if seconds is None else time.monotonic() + seconds

    def going() -> bool:
        return time.monotonic() < end and (limit is None or sender.claimed < limit) and not stop()

    try:
        while going() and sender.round(going):
            pass
    finally:
        sender.line.close()
        sender.give_back()
    sender.done.cut_short = time.monotonic() >= end and waiting(now=clock())
    return sender.done


class _Sender:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.done = Drained()
        self.line = Line()
        self.claimed = 0
        self.next: Message | None = None  # claimed with the last mark
        self.unkept: Written | None = None  # rendered, to be stored with the last check
        self.unsure: Message | None = None  # marked as sent, but perhaps not yet on the disk
        self.may_go_on: Callable[[], bool] = lambda: False

    def round(self, going: Callable[[], bool]) -> bool:
        """A few seconds of sending between two sweeps; False where nothing more can be done."""
        began = time.monotonic()
        self.sweep()
        swept = time.monotonic()
        # A sweep reads all that is due, which takes seconds where that is a million: the time belongs to sending.
        end = swept + max(ROUND, SWEEPS_SHARE * (swept - began))
        self.may_go_on = lambda: time.monotonic() < end and going()
        with identity.held():
            # What was claimed with the last mark is in hand, whatever became of the time.
            while self.next is not None or self.may_go_on():
                if not self.step():
                    return False
        return going()

    def give_back(self) -> None:
        """What was claimed with the last mark and cannot be sent now need not wait for its lease to end."""
        if self.next is not None:
            with suppress(OperationalError, InterfaceError):
                claims.untouched(self.next, now=self.clock(), error="")

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
        message, self.next, self.unkept = self.next or self._next(), None, None
        if message is None:
            return False
        self.claimed += 1
        try:
            content = self._written(message, transport)
            if content is not None:
                self._hand_over(message, content, transport)
        except (OperationalError, InterfaceError):
            self._mark_again()
            raise
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

    def _written(self, message: Message, transport: Transport) -> bytes | None:
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
            # Where the server answers at once, they are stored with the last check: a crash until then leaves nothing
            # that anybody has seen, and it is written anew. Who thinks longer does so while they are stored.
            transport.announce(**_envelope(message, written.raw))
            self.unkept = written
            if not transport.answers_at_once():
                self._keep(message)
        except ClaimLost:
            transport.reset()
            raise
        except (OperationalError, InterfaceError):
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
            self._offer(message, content, transport)
            if not self._may_begin(message):
                transport.reset()
                self._keep(message)
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
            if not self._mark(message):
                log.error("message %s went out after its lease had ended", message.pk)
            self.done.sent += 1
        self.line.served()

    def _offer(self, message: Message, content: bytes, transport: Transport) -> None:
        try:
            transport.offer(**_envelope(message, content))
        except (Deferred, Refused, Unreachable):
            self._keep(message)  # when it is tried again, the same bytes go out
            raise

    def _keep(self, message: Message) -> None:
        written, self.unkept = self.unkept, None
        if written is not None:
            claims.keep(message, written)

    def _mark(self, message: Message) -> bool:
        """Sent; where another may follow over the same connection, it is claimed with the same commit."""
        if self._another_may_follow():
            try:
                marked, self.next = claims.sent_then_claim(message, now=self.clock())
            except (OperationalError, InterfaceError):
                pass  # asked again below; what it may have claimed unheard is free again when its lease ends
            else:
                self.unsure = message if self.next is not None else None
                return marked
        return self._surely(message, lambda: claims.sent(message, now=self.clock()))

    def _mark_again(self) -> None:
        """The database is gone, and with it perhaps a mark that had not reached its disk."""
        message, self.unsure = self.unsure, None
        if message is not None:
            self._surely(message, lambda: claims.sent(message, now=self.clock()))

    def _another_may_follow(self) -> bool:
        return self.line.bears_another and not allowance.limits() and self.may_go_on()

    def _may_begin(self, message: Message) -> bool:
        for ask in (self._last_check, claims.may_still_begin, claims.may_still_begin):
            ticks = time.monotonic()
            if not ask(message, now=self.clock(), need=DATA_LIMIT):
                return False
            self.unsure = None  # what this answer has waited for was written after the last mark
            if time.monotonic() - ticks < FRESH:
                return True
        return False

    def _last_check(self, message: Message, *, now: datetime, need: timedelta) -> bool:
        if self.unkept is None:
            return claims.may_begin(message, now=now, need=need)
        begun = claims.keep_and_begin(message, self.unkept, now=now, need=need)
        if begun:
            self.unkept = None
        return begun

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


def _envelope(message: Message, content: bytes) -> dict[str, Any]:
    recipient = for_transport(message.recipient)
    return {"sender": compose.sender_address(), "recipient": recipient, "size": len(content)}
