"""Row-writers belong to somebody else's transaction."""

from django.db import connection

from mail.errors import NoTransaction


def require_transaction() -> None:
    """Raise NoTransaction unless a transaction is open: a row without its cause would be a lie after a crash."""
    if not connection.in_atomic_block:
        raise NoTransaction("Call this inside the transaction of the thing the row is about.")
