"""Row-writers belong to somebody else's transaction."""

from mail import statements
from mail.errors import NoTransaction


def require_transaction() -> None:
    """Raise NoTransaction unless a transaction is open: a row without its cause would be a lie after a crash."""
    if not statements.own_connection().in_atomic_block:
        raise NoTransaction("Call this inside the transaction of the thing the row is about.")


def refuse_transaction() -> None:
    """Raise RuntimeError inside somebody else's transaction, as Django's durable blocks do: its end would take this along."""
    if any(not getattr(block, "_from_testcase", False) for block in statements.own_connection().atomic_blocks):
        raise RuntimeError("What is durable on its own cannot be written within another transaction.")
