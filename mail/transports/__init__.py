"""Ways out of the house: a mail server, or files where none is set."""

from datetime import timedelta
from typing import Protocol

from django.conf import settings

# The longest that `data` takes: ten seconds for the server to say go, twenty for the content and the last word.
DATA_LIMIT = timedelta(seconds=30)


class Transport(Protocol):
    """One open way out, used for many messages one after the other.

    `offer` and `data` raise Deferred, Refused or Unreachable; `data` also Unanswered. After Deferred and Refused the
    transport can be used again, after the others it cannot.
    """

    @property
    def is_open(self) -> bool:
        """Whether it can be used for another message."""

    def announce(self, *, sender: str, recipient: str, size: int) -> None:
        """An offer is about to be made: what may be said ahead is said, and no answer is waited for; never raises."""

    def answers_at_once(self) -> bool:
        """Whether an answer to what was announced is there, or none is waited for; takes milliseconds and never raises."""

    def offer(self, *, sender: str, recipient: str, size: int) -> None:
        """Name sender and recipient (MAIL, RCPT)."""

    def data(self, content: bytes, *, message_id: str) -> None:
        """Hand over the content; when this returns, the other side has it."""

    def reset(self) -> None:
        """Take back an offer, or what was announced, that is not followed by data."""

    def close(self) -> None:
        """Say goodbye; never raises."""


def open_transport() -> Transport:
    """The transport that EMAIL_URL asks for, connected and signed in; raises Unreachable."""
    from mail.transports.files import FileTransport
    from mail.transports.smtp import SMTPTransport

    return SMTPTransport() if settings.MAIL_TRANSPORT == "smtp" else FileTransport()
