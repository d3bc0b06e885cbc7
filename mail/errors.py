"""What can go wrong in the mail room, in its own words."""


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
