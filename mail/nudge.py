"""The doorbell: after a commit, tell a worker that mail is due. Losing it costs seconds, never a message."""

from django.conf import settings
from django.db import connection, transaction


def nudge_on_commit() -> None:
    """Ring once after the commit of the open transaction, however often it is asked for."""
    if not settings.MAIL_NUDGES:
        return
    if any(hook[1] is ring for hook in connection.run_on_commit):
        return
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Publish the hint; never raises, never blocks longer than a second."""
