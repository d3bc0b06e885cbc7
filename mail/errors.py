"""What can go wrong in the mail room, in its own words."""
# ruff: noqa: N818  (the names are sentences for the reader, not for a suffix)


class MailError(Exception):
    """Something in the mail room refused."""


class NoTransaction(MailError):
    """A row-writer was called outside the transaction of the thing the row is about."""


class UnknownKind(MailError):
    """No room has registered this kind of message."""


class LinkUnknown(MailError):
    """The link is unknown, expired, revoked or meant for another page: all the same to the visitor."""


class NotPossible(MailError):
    """The message is in a state that this action does not apply to."""


class CannotCompose(MailError):
    """The message cannot be put into a form that a mail server may be given."""


class ClaimLost(MailError):
    """The row is no longer this sender's: cancelled, taken back or taken over after the lease."""


class Unreachable(MailError):
    """The mail server cannot be used now (refused, silent, 421, sign-in, TLS); nothing was accepted."""


class Deferred(MailError):
    """The server refused this message for now (4xx)."""


class Refused(MailError):
    """The server refused this message for good (5xx)."""


class Unanswered(MailError):
    """The connection was lost after the content went out: the message may have arrived."""
