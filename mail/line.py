"""The one open transport of a sender."""

from collections.abc import Callable
from datetime import datetime

from mail import breaker
from mail.transports import Transport, open_transport

# Servers limit how many messages one connection may bring, and say so by hanging up.
MESSAGES_A_CONNECTION = 100


class Line:
    """Reused from message to message and opened anew when the server has hung up."""

    def __init__(self) -> None:
        self._transport: Transport | None = None
        self.carried = 0

    def get(self, clock: Callable[[], datetime]) -> Transport | None:
        """An open transport; None while the breaker says wait; raises Unreachable."""
        if self._transport is not None and (not self._transport.is_open or self.carried >= MESSAGES_A_CONNECTION):
            self.close()
        if self._transport is None and breaker.may_try(now=clock()):
            self._transport = open_transport()
        return self._transport

    @property
    def bears_another(self) -> bool:
        """Whether it will still be there after the message in hand, whose answer is not the first on it.

        The first one is told to the other senders before anything else is begun.
        """
        return 0 < self.carried < MESSAGES_A_CONNECTION - 1

    def served(self) -> None:
        """A message got an answer; the first one on a connection tells all senders that the server is back."""
        if not self.carried:
            breaker.close()
        self.carried += 1

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        if self._transport is not None:
            self._transport.close()
        self._transport, self.carried = None, 0
